import sql from 'sql-template-tag';
import type { Db } from '../../backend/src/db/db.js';
import { createEventStore, type EventStore } from '../../backend/src/event-store/event-store.js';
import { dayOf, rowKey, type LedgerRow, type StoredRow } from '../../backend/src/event-store/ledger-row.js';
import { settleAndPrice } from '../../backend/src/event-store/settle-and-price.js';
import { storedRow, storedRowsWhere } from '../../backend/src/event-store/stored-row.js';
import type { Step, StepDetail } from '../../backend/src/jobs/step.js';
import type { UsageEvent } from '../../backend/src/ledger/event.js';
import { formatMoney } from '../../backend/src/ledger/money.js';
import { createCheckStep } from '../../backend/src/rollup/check.js';
import { createCloseStep } from '../../backend/src/rollup/close.js';
import { createCompressStep } from '../../backend/src/rollup/compress.js';
import { createRefresher, type Refresher } from '../../backend/src/rollup/refresh.js';
import { createRetireStep } from '../../backend/src/rollup/retire.js';
import { createSettle } from '../../backend/src/settle/settle.js';
import { priceVersion, testBook } from './prices.js';
import { owned, tokens, usageEvent } from './usage-events.js';

export const DAY_MS = 86_400_000;
/** Far enough in the past for every day of a test, and in the open for TimescaleDB's own clock. */
export const FIRST_DAY = Date.UTC(2026, 8, 1);
export const day = (number: number): number => FIRST_DAY + number * DAY_MS;

/** Prices of gpt-4o only; `LATER_BOOK` also knows late-model. */
export const BOOK = testBook();
export const LATER_BOOK = testBook(priceVersion({ id: '3', model: 'late-model' }));
export const CLOSE_AFTER_MS = 2 * DAY_MS;
export const RETENTION_MS = 5 * DAY_MS;

/** A call of an organisation on a day, `at` seconds after midnight. */
export const callOf = (
  orgId: string,
  dayNumber: number,
  at: number,
  overrides: Partial<UsageEvent> = {},
): UsageEvent =>
  usageEvent({
    spanId: '1',
    traceId: `${orgId}-${dayNumber}-${at}`,
    startedAt: day(dayNumber) + at * 1_000,
    own: owned({ orgId, conversationId: `c${at % 3}`, userId: `u${at % 5}` }),
    usage: tokens(1_000 + at, 50),
    ...overrides,
  });
export const pendingCallOf = (orgId: string, dayNumber: number, at: number): UsageEvent =>
  callOf(orgId, dayNumber, at, { requestModel: 'late-model' });
export const stepOf = (orgId: string, dayNumber: number, at: number): UsageEvent =>
  callOf(orgId, dayNumber, at, { spanId: '2', spanClass: 'step', usage: null, requestModel: null });

export interface Closing {
  readonly store: EventStore;
  readonly refresher: Refresher;
  /** Runs a step as if the database's clock stood at `now`. */
  close(now: number, forced?: boolean): Promise<StepDetail | null>;
  compress(): Promise<StepDetail | null>;
  /** @param settle in place of the one that settles */
  retire(now: number, settle?: Pick<Step, 'run'>): Promise<StepDetail | null>;
  check(): Promise<StepDetail | null>;
  settle(): Promise<StepDetail | null>;
  /** Commits events as ingest does, each UTC day by itself. */
  accept(events: readonly UsageEvent[]): Promise<{ written: number; late: number }>;
}

/** The steps of the night over a database, closed after 2 days and retired after 5. */
export function closingOf(db: Db): Closing {
  let now = 0;
  const signal = new AbortController().signal;
  const databaseNow = (): Promise<number> => Promise.resolve(now);
  const refresher = createRefresher({
    ...{ db, clock: Date.now, lateEventsMaxAgeMs: 400 * DAY_MS, trustedForMs: null },
  });
  const store = createEventStore({ db, priceBook: () => LATER_BOOK, onWritten: refresher.noteWritten });
  const loadBook = () => Promise.resolve(LATER_BOOK);
  const settle = createSettle({ db, events: store, loadBook });
  const run = (step: Step, forced = false): Promise<StepDetail | null> => step.run({ signal, forced });
  return {
    store,
    refresher,
    close(at, forced) {
      now = at;
      return run(
        // Every organisation is written by itself, as those of a large day are.
        createCloseStep({
          db,
          refresher,
          loadBook,
          databaseNow,
          closeAfterMs: CLOSE_AFTER_MS,
          mostMeters: 1,
        }),
        forced,
      );
    },
    compress: () => run(createCompressStep({ db, closeAfterMs: CLOSE_AFTER_MS })),
    retire(at, settling = settle) {
      now = at;
      return run(
        createRetireStep({
          ...{ db, refresher, settle: settling, databaseNow },
          ...{ rawRetentionMs: RETENTION_MS, aggregateRetentionMs: 400 * DAY_MS },
          ...{ quarantineRetentionMs: 30 * DAY_MS, lateEventsMaxAgeMs: 400 * DAY_MS },
        }),
      );
    },
    check: () => run(createCheckStep({ db, refresher })),
    settle: () => run(settle),
    async accept(events) {
      const total = { written: 0, late: 0 };
      const settled = settleAndPrice(events, BOOK);
      for (const of of new Set(events.map(({ startedAt }) => dayOf(startedAt)))) {
        const rows = settled.filter(({ event }) => dayOf(event.startedAt) === of);
        const { written, late } = await store.acceptDay(rows.map((row) => ({ row, request: 0 })));
        total.written += written;
        total.late += late;
      }
      // The door has settled them, and no job runs here that would say so.
      await db.query(sql`update ledger_state set settled_request = (select last_value from request_numbers)`);
      return total;
    },
  };
}

/** Stored rows of both places. */
export async function storedRows(db: Db): Promise<StoredRow[]> {
  const { rows } = await db.query(storedRowsWhere(sql`true`));
  return rows.map((row) => storedRow(row, row['place'] as StoredRow['place']));
}

/** Calls, pending calls and cost of each organisation and day, as one text each, in order. */
export type Totals = readonly string[];

/** An independent sum over calls; of a key told twice the later one counts. */
export function totalsOf(rows: readonly LedgerRow[]): Totals {
  const totals = new Map<string, { calls: number; pending: number; cost: bigint }>();
  for (const { event, settlement, cost } of new Map(rows.map((row) => [rowKey(row), row])).values()) {
    if (settlement.kind !== 'call') continue;
    const key = `${new Date(event.startedAt).toISOString().slice(0, 10)} ${settlement.attribution.orgId}`;
    const sum = totals.get(key) ?? { calls: 0, pending: 0, cost: 0n };
    totals.set(key, sum);
    sum.calls += 1;
    if (cost.status === 'pending') sum.pending += 1;
    sum.cost += cost.costUsd ?? 0n;
  }
  return [...totals]
    .map(
      ([key, { calls, pending, cost }]) => `${key}: ${calls} calls, ${pending} pending, ${formatMoney(cost)}`,
    )
    .sort();
}

const TOTAL = `to_char(day, 'YYYY-MM-DD') || ' ' || org_id || ': ' || sum(calls) || ' calls, ' || sum(pending_calls)
  || ' pending, ' || trim_scale(coalesce(sum(cost_usd), 0)) as total`;
const rawSql = (text: string) => ({ text, values: [] }) as unknown as ReturnType<typeof sql>;
const readTotals = async (db: Db, table: string): Promise<Totals> => {
  const { rows } = await db.query<{ total: string }>(
    rawSql(`select ${TOTAL} from (${table}) t group by day, org_id having sum(calls) <> 0 order by 1`),
  );
  return rows.map(({ total }) => total);
};

/** The ledger's totals as known now. */
export const ledgerTotals = (db: Db): Promise<Totals> =>
  readTotals(
    db,
    `select day, org_id, calls, pending_calls, cost_usd from usage_daily union all
     select (bucket at time zone 'UTC')::date, org_id, calls, pending_calls, cost_usd from ledger_adjustments`,
  );
/** The 15-minute aggregate's totals with what it cannot hold. */
export const quarterTotals = (db: Db): Promise<Totals> =>
  readTotals(
    db,
    `select (bucket at time zone 'UTC')::date as day, org_id, calls, pending_calls, cost_usd from usage_15m union all
     select (bucket at time zone 'UTC')::date, org_id, calls, pending_calls, cost_usd from ledger_adjustments
     where below_floor`,
  );
/** The meters' cost as known now, in all. */
export const meterCost = async (db: Db): Promise<unknown> =>
  (
    await db.query(
      rawSql(`
      select trim_scale(sum(cost_usd))::text as cost from (
        select cost_usd from usage_daily_meters union all select cost_usd from ledger_meter_adjustments) m`),
    )
  ).rows[0]?.['cost'];
