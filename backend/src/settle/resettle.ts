import { dayOf, rowKey, type LedgerRow, type RowChange, type StoredRow } from '../event-store/ledger-row.js';
import { settledRow } from '../event-store/settle-and-price.js';
import { ATTRIBUTION_FIELDS, UNPRICED } from '../ledger/event.js';
import type { Attribution, CostState, Settlement } from '../ledger/event.js';
import { settleEvents } from '../ledger/settle-trace.js';
import type { PriceBook } from '../pricing/price-book.js';

const DAY_MS = 86_400_000;

/**
 * Settles stored rows of whole traces anew, from what each event told itself. Pure.
 * @param goneBefore Unix ms: events that started before may be missing. What they decided of those that are here stands
 * @returns the rows that are to change, none when all are as they should be
 */
export function resettle(rows: readonly StoredRow[], book: PriceBook, goneBefore: number): RowChange[] {
  const settlements = settleEvents(rows.map(({ event }) => event));
  const present = new Set(rows.map(rowKey));
  const mayLack = contextMayBeGone(rows, goneBefore);
  return rows.flatMap((before, index) => {
    const found = settlements[index];
    if (!found) throw new RangeError('settleEvents must return one settlement per event');
    const settlement = mayLack ? keepWhatIsGone(before, found, present, goneBefore) : found;
    const after = withCost(before, settlement, book);
    return isSame(before, after) ? [] : [{ before, after }];
  });
}

/** Changes by UTC day, the days in order. */
export function byDay(changes: readonly RowChange[]): RowChange[][] {
  const days = new Map<number, RowChange[]>();
  for (const change of changes) {
    const day = dayOf(change.before.event.startedAt);
    const list = days.get(day);
    if (list) list.push(change);
    else days.set(day, [change]);
  }
  return [...days].sort(([a], [b]) => a - b).map(([, list]) => list);
}

/** A trace that touches the next day may have begun before. */
const contextMayBeGone = (rows: readonly StoredRow[], goneBefore: number): boolean =>
  goneBefore > 0 && rows.some(({ event }) => event.startedAt < goneBefore + DAY_MS);

/** A repeat of a call that is gone stays one, and an attribute inherited from an event that is gone stays. */
function keepWhatIsGone(
  before: StoredRow,
  found: Settlement,
  present: ReadonlySet<string>,
  goneBefore: number,
): Settlement {
  const { settlement, event } = before;
  const of = settlement.repeatOf;
  const gone = of !== null && of.startedAt < goneBefore && !present.has(keyOf(before, of));
  const attribution = { ...found.attribution } as Record<keyof Attribution, string | null>;
  for (const field of ATTRIBUTION_FIELDS)
    if (event.own[field] === null) attribution[field] ??= settlement.attribution[field];
  return { ...(gone ? settlement : found), attribution };
}

const keyOf = ({ event }: StoredRow, of: NonNullable<Settlement['repeatOf']>): string =>
  rowKey({ event: { ...event, ...of } } as LedgerRow);

/**
 * A call that stays the same customer's keeps its cost, whatever newer prices say: re-pricing is not settle's. One that
 * was written off stays so as long as it is a call.
 */
function withCost(before: StoredRow, settlement: Settlement, book: PriceBook): LedgerRow {
  const { event, cost, model } = before;
  if (settlement.kind === 'call') {
    const stays = before.settlement.kind === 'call';
    const sameOrg = before.settlement.attribution.orgId === settlement.attribution.orgId;
    const fixed = cost.reason === 'written_off' || cost.reason === 'late_context_gone';
    if (stays && (sameOrg || fixed)) return { event, settlement, cost, model };
    if (before.place === 'kept' && event.spanClass !== 'call' && !stays)
      return { event, settlement, cost: CONTEXT_GONE, model };
  }
  return settledRow(event, settlement, book);
}

/** Below the raw floor nobody can say whether a wrapper that tells usage repeats a call that was billed. */
const CONTEXT_GONE: CostState = {
  ...UNPRICED,
  ...{ status: 'pending', reason: 'late_context_gone' },
};

function isSame(before: StoredRow, after: LedgerRow): boolean {
  const [a, b] = [before.settlement, after.settlement];
  return (
    a.kind === b.kind &&
    a.repeatReason === b.repeatReason &&
    a.repeatOf?.traceId === b.repeatOf?.traceId &&
    a.repeatOf?.spanId === b.repeatOf?.spanId &&
    a.repeatOf?.startedAt === b.repeatOf?.startedAt &&
    ATTRIBUTION_FIELDS.every((field) => a.attribution[field] === b.attribution[field]) &&
    isSameCost(before.cost, after.cost) &&
    before.model === after.model
  );
}

const isSameCost = (a: CostState, b: CostState): boolean =>
  a.status === b.status &&
  a.reason === b.reason &&
  a.quality === b.quality &&
  a.costUsd === b.costUsd &&
  a.priceVersionIds.join() === b.priceVersionIds.join();
