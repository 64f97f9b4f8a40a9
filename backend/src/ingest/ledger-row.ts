import type { CostState, Settlement, UsageEvent } from '../ledger/event.js';

/** An event with what its neighbours and the price book decided: one row of `usage_events`. */
export interface LedgerRow {
  readonly event: UsageEvent;
  readonly settlement: Settlement;
  readonly cost: CostState;
  /** The model name the cost was computed with, else the response's, else the request's. */
  readonly model: string | null;
}

/** Identity of a row as one string (ADR 0003). */
export const rowKey = ({ event }: LedgerRow): string =>
  `${event.traceId}${event.spanId}${event.startedAt}/${event.realm}`;
