import type { CostState, EventKey, Settlement, UsageEvent } from '../ledger/event.js';

/** An event with what its neighbours and the price book decided: one row of `usage_events`. */
export interface LedgerRow {
  readonly event: UsageEvent;
  readonly settlement: Settlement;
  readonly cost: CostState;
  /** The model name the cost was computed with, else the response's, else the request's. */
  readonly model: string | null;
}

/** A row as the database has it. Its `event.attributes` are not read. */
export interface StoredRow extends LedgerRow {
  /** `raw`: usage_events. `kept`: kept_events, below the raw floor. */
  readonly place: 'raw' | 'kept';
  /** The request it came with; null: stored before requests were numbered. */
  readonly requestNumber: string | null;
}

/** Why a call is changed after it was stored, as an adjustment of the ledger tells it. */
export const CHANGE_REASONS = [
  'late_event',
  'richer_usage',
  'settled',
  'repriced',
  'price_corrected',
  'usage_corrected',
  'written_off',
] as const;
export type ChangeReason = (typeof CHANGE_REASONS)[number];

/** A change of a stored row: it is made only if the row is still as `before` says. */
export interface RowChange {
  readonly before: StoredRow;
  readonly after: LedgerRow;
}

/** Identity of an event as one string (ADR 0003). */
export const eventKey = ({ traceId, spanId, startedAt, realm }: EventKey): string =>
  `${traceId}${spanId}${startedAt}/${realm}`;

export const rowKey = ({ event }: LedgerRow): string => eventKey(event);

const DAY_MS = 86_400_000;
/** The UTC midnight (Unix ms) at or before an instant. */
export const dayOf = (unixMs: number): number => Math.floor(unixMs / DAY_MS) * DAY_MS;
