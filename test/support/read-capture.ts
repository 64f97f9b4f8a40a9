import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Attributes, AttributeValue, Span, SpanStatus } from '../../backend/src/usage/span.js';

/** Folder of the captures, copied from what real instrumentations sent. */
export const CAPTURES = fileURLToPath(new URL('../captures/', import.meta.url));

interface OtlpValue {
  readonly stringValue?: string;
  readonly boolValue?: boolean;
  readonly intValue?: string | number;
  readonly doubleValue?: number | string | null;
  readonly arrayValue?: { readonly values?: readonly OtlpValue[] };
  readonly kvlistValue?: { readonly values?: readonly OtlpPair[] };
}
interface OtlpPair {
  readonly key: string;
  readonly value: OtlpValue;
}
interface OtlpSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes?: readonly OtlpPair[];
  readonly status?: { readonly code?: number };
}
interface OtlpRequest {
  readonly resourceSpans?: readonly {
    readonly resource?: { readonly attributes?: readonly OtlpPair[] };
    readonly scopeSpans?: readonly {
      readonly scope?: { readonly name?: string; readonly version?: string };
      readonly spans?: readonly OtlpSpan[];
    }[];
  }[];
}

/** The spans of one capture: one OTLP/JSON request, or a list of requests. */
export function readCapture(path: string): Span[] {
  const body = JSON.parse(readFileSync(CAPTURES + path, 'utf8')) as OtlpRequest | OtlpRequest[];
  return [body].flat().flatMap(spansOf);
}

/** Names of the OTLP/JSON captures in a folder, without `.otlp.json`. */
export const captureNames = (folder = ''): string[] =>
  readdirSync(CAPTURES + folder)
    .filter((name) => name.endsWith('.otlp.json'))
    .map((name) => name.slice(0, -'.otlp.json'.length))
    .sort();

export const readJson = (path: string): unknown => JSON.parse(readFileSync(CAPTURES + path, 'utf8'));

function spansOf(request: OtlpRequest): Span[] {
  const spans: Span[] = [];
  for (const { resource, scopeSpans } of request.resourceSpans ?? []) {
    for (const { scope, spans: own } of scopeSpans ?? []) {
      for (const span of own ?? []) {
        spans.push({
          traceId: span.traceId,
          spanId: span.spanId,
          parentSpanId: span.parentSpanId ? span.parentSpanId : null,
          name: span.name,
          startUnixNano: BigInt(span.startTimeUnixNano),
          endUnixNano: BigInt(span.endTimeUnixNano),
          status: STATUS[span.status?.code ?? 0] ?? 'unset',
          attributes: attributesOf(span.attributes),
          resource: attributesOf(resource?.attributes),
          scopeName: scope?.name ?? '',
          scopeVersion: scope?.version ?? '',
        });
      }
    }
  }
  return spans;
}

const STATUS: readonly SpanStatus[] = ['unset', 'ok', 'error'];

const attributesOf = (pairs: readonly OtlpPair[] = []): Attributes =>
  new Map(pairs.map(({ key, value }) => [key, valueOf(value)]));

function valueOf(value: OtlpValue): AttributeValue {
  if (value.stringValue !== undefined) return value.stringValue;
  if (value.boolValue !== undefined) return value.boolValue;
  if (value.intValue !== undefined) return Number(value.intValue);
  // the exporters' NaN arrives as null
  if (value.doubleValue !== undefined)
    return value.doubleValue === null ? Number.NaN : Number(value.doubleValue);
  if (value.arrayValue) return (value.arrayValue.values ?? []).map(valueOf);
  if (value.kvlistValue) {
    return Object.fromEntries(
      (value.kvlistValue.values ?? []).map((pair) => [pair.key, valueOf(pair.value)]),
    );
  }
  return null;
}
