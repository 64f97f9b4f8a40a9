/** Why an item could not be understood. */
export const QUARANTINE_REASONS = [
  'undecodable_body',
  'malformed_item',
  'invalid_trace_id',
  'invalid_span_id',
  'missing_start_time',
  'too_old',
  'in_future',
  'invalid_event',
] as const;
export type QuarantineReason = (typeof QUARANTINE_REASONS)[number];

/** An item kept with its reason instead of being dropped. `item` holds only what may be stored of a span (ADR 0004). */
export interface QuarantineItem {
  readonly realm: string;
  readonly orgId: string | null;
  readonly source: 'otlp' | 'json' | 'body';
  readonly reason: QuarantineReason;
  readonly message: string;
  readonly item: Readonly<Record<string, unknown>> | null;
  /** Whether it can become an event once its reason has gone. */
  readonly replayable: boolean;
  readonly contentType: string | null;
  readonly bodyBytes: number | null;
  /** SHA-256 of what was sent, hex: a resend is counted, not stored again. */
  readonly fingerprint: string;
}
