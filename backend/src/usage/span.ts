/** A decoded attribute value. A protobuf int64 beyond 2^53 is a (rounded) number; NaN stays NaN; bytes become null. */
export type AttributeValue =
  string | number | boolean | null | AttributeValue[] | { [key: string]: AttributeValue };

/** Attributes by name. A Map, so that a sender's `__proto__` is only a name. */
export type Attributes = ReadonlyMap<string, AttributeValue>;

/** OpenTelemetry status codes: unset, ok, error. */
export type SpanStatus = 'unset' | 'ok' | 'error';

/**
 * One OpenTelemetry span as decoded from OTLP (protobuf or JSON), before anything is concluded from it.
 * Ids are lower-case hex. Times are Unix nanoseconds.
 * Of events only that one is named `exception` is decoded, of links and the status message nothing: they may carry
 * contents of prompts.
 */
export interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | null;
  readonly name: string;
  readonly startUnixNano: bigint;
  readonly endUnixNano: bigint;
  readonly status: SpanStatus;
  /** An event named `exception` was recorded: LangSmith tells a refused call by nothing else. */
  readonly hasException: boolean;
  readonly attributes: Attributes;
  readonly resource: Attributes;
  readonly scopeName: string;
  readonly scopeVersion: string;
}
