import type { AttributeValue, Span } from '../../backend/src/usage/span.js';

export interface SpanSketch extends Partial<Omit<Span, 'attributes' | 'resource'>> {
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
  readonly resource?: Readonly<Record<string, AttributeValue>>;
  /** Start and end in ms after a fixed moment. */
  readonly at?: readonly [number, number];
}

const EPOCH = 1_795_000_000_000_000_000n;
let made = 0;

/** A span built by hand; ids are made up where none are given, a root unless told otherwise. */
export function spanOf(sketch: SpanSketch): Span {
  const id = (made += 1).toString(16);
  const [start, end] = sketch.at ?? [0, 100];
  return {
    traceId: sketch.traceId ?? id.padStart(32, 'a'),
    spanId: sketch.spanId ?? id.padStart(16, 'b'),
    parentSpanId: sketch.parentSpanId ?? null,
    name: sketch.name ?? 'chat',
    startUnixNano: sketch.startUnixNano ?? EPOCH + BigInt(start) * 1_000_000n,
    endUnixNano: sketch.endUnixNano ?? EPOCH + BigInt(end) * 1_000_000n,
    status: sketch.status ?? 'unset',
    hasException: sketch.hasException ?? false,
    attributes: new Map(Object.entries(sketch.attributes ?? {})),
    resource: new Map(Object.entries(sketch.resource ?? { 'service.name': 'app' })),
    scopeName: sketch.scopeName ?? 'unknown-instrumentation',
    scopeVersion: sketch.scopeVersion ?? '',
  };
}
