/** A ledger with a retired, a closed and an open day, and what its calls and its adjustments come to. */
import sql, { raw } from 'sql-template-tag';
import type { Db, Row } from '../../backend/src/db/db.js';
import { createEventStore, type EventStore } from '../../backend/src/event-store/event-store.js';
import type { StoredRow } from '../../backend/src/event-store/ledger-row.js';
import { settleAndPrice } from '../../backend/src/event-store/settle-and-price.js';
import { storedRow, storedRowsWhere } from '../../backend/src/event-store/stored-row.js';
import type { UsageEvent } from '../../backend/src/ledger/event.js';
import { createPriceBookService, type PriceBookService } from '../../backend/src/price-book/price-book.js';
import { insertVersions } from '../../backend/src/price-book/store.js';
import type { PriceBook } from '../../backend/src/pricing/price-book.js';
import type { PriceVersionDraft } from '../../backend/src/pricing/price-version.js';

const DAY_MS = 86_400_000;
export const RETIRED_DAY = Date.UTC(2026, 9, 1);
export const CLOSED_DAY = RETIRED_DAY + DAY_MS;
export const OPEN_DAY = CLOSED_DAY + DAY_MS;
export const DAYS = [RETIRED_DAY, CLOSED_DAY, OPEN_DAY] as const;

export interface LedgerDays {
  readonly events: EventStore;
  readonly prices: PriceBookService;
  /** Records price versions as another process would: `prices` does not know them before it loads. */
  record(...versions: PriceVersionDraft[]): Promise<void>;
  /** Stores events priced with a book, each in its day: what is retired is kept. */
  accept(events: readonly UsageEvent[], book: PriceBook): Promise<void>;
  /** Every stored row by its span. */
  rows(): Promise<Map<string, StoredRow>>;
}

/** Call after truncateAll. */
export async function ledgerDays(db: Db): Promise<LedgerDays> {
  await db.query(sql`
    update ledger_state set raw_floor = ${new Date(CLOSED_DAY)}, written_before = ${new Date(OPEN_DAY)},
                            closed_before = ${new Date(OPEN_DAY)}`);
  const prices = createPriceBookService({
    ...{ db, pricesFile: null, now: Date.now },
    readCatalogue: () => Promise.reject(new Error('no catalogue in this test')),
  });
  await prices.load();
  const events = createEventStore({ db, priceBook: prices.current, onWritten: () => {} });
  return {
    events,
    prices,
    record: (...versions) => insertVersions(db, versions),
    async accept(all, book) {
      for (const day of new Set(all.map(({ startedAt }) => Math.floor(startedAt / DAY_MS)))) {
        const ofDay = all.filter(({ startedAt }) => Math.floor(startedAt / DAY_MS) === day);
        await events.acceptDay(settleAndPrice(ofDay, book).map((row) => ({ row, request: 0 })));
      }
    },
    async rows() {
      const { rows } = await db.query(storedRowsWhere(sql`true`));
      return new Map(
        rows.map((row) => [String(row['span_id']), storedRow(row, row['place'] as StoredRow['place'])]),
      );
    },
  };
}

const COUNTS = [
  ['calls', '1'],
  ['priced_calls', `(cost_status = 'priced')::int`],
  ['pending_calls', `(cost_status = 'pending')::int`],
  ['written_off_calls', `(cost_reason is not distinct from 'written_off')::int`],
  ['cost_usd', 'coalesce(cost_usd, 0)'],
  ['input_tokens', 'coalesce(input_tokens, 0)'],
  ['output_tokens', 'coalesce(output_tokens, 0)'],
] as const;

/**
 * What closed and retired days come to by day and organisation: once added up from the calls, once from the
 * adjustments (calls that came after the closing are adjustments from the beginning).
 */
export async function closedSums(db: Db, from: 'calls' | 'adjustments'): Promise<Row[]> {
  const before = sql`${new Date(OPEN_DAY)}::timestamptz`;
  const sums = COUNTS.map(([name, value]) =>
    from === 'calls'
      ? `trim_scale(sum(${value})::numeric)::text as ${name}`
      : `trim_scale(sum(coalesce(${name}, 0))::numeric)::text as ${name}`,
  ).join(', ');
  const columns = 'started_at, org_id, kind, cost_status, cost_reason, cost_usd, input_tokens, output_tokens';
  const statement =
    from === 'calls'
      ? sql`select date_trunc('day', started_at, 'UTC') as day, org_id, ${raw(sums)}
            from (select ${raw(columns)} from usage_events union all select ${raw(columns)} from kept_events) e
            where kind = 'call' and started_at < ${before} group by 1, 2 order by 1, 2`
      : sql`select date_trunc('day', bucket, 'UTC') as day, org_id, ${raw(sums)}
            from ledger_adjustments group by 1, 2 having sum(calls) <> 0 order by 1, 2`;
  return (await db.query(statement)).rows;
}

/** The cost of closed and retired days by the adjustments of their meters, as decimal text. */
export async function closedMeterCost(db: Db): Promise<unknown> {
  const { rows } = await db.query(
    sql`select trim_scale(coalesce(sum(cost_usd), 0))::text as cost from ledger_meter_adjustments`,
  );
  return rows[0]?.['cost'];
}
