import sql from 'sql-template-tag';
import type { Connection, Db, Queryable } from '../db/db.js';
import { arrayLiteral } from '../db/array-literal.js';
import { asMs, timeText } from '../event-store/columns.js';
import { lockLedger } from '../event-store/store.js';
import { formatMoney } from '../ledger/money.js';
import type { ClockReadings } from './close-clock.js';
import type { DailyMeter } from './close-meters.js';
import { CHUNK_DAYS, DAY_MS, dateText, withinDay } from './store.js';
import { ANY_SUM, DIMENSIONS, NEGATED_SUMS, SUM_NAMES, SUMS_OF_CALLS, SUMS_OF_SUMS } from './sums-store.js';

/** The database's clock, Unix ms. */
export async function databaseNow(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ now: number }>(sql`select ${asMs(sql`now()`)} as now`);
  return rows[0]?.now ?? Number.NaN;
}

/** What the guarded clock is made of. The newest event is looked for chunk by chunk: raw has no index on time alone. */
export async function readClock(db: Queryable, database: number): Promise<ClockReadings> {
  const { rows } = await db.query<{ day: number | null; last: number | null }>(sql`
    select ${asMs(sql`clock`)} as last, ${asMs(sql`chunks.day`)} as day
    from ledger_state left join (${CHUNK_DAYS}) as chunks on true order by chunks.day desc`);
  const last = rows[0]?.last ?? null;
  for (const { day } of rows) {
    if (day === null) break;
    const { rows: found } = await db.query<{ newest: number | null }>(
      sql`select ${asMs(sql`max(started_at)`)} as newest from usage_events where ${withinDay(sql`started_at`, day)}`,
    );
    const newest = found[0]?.newest ?? null;
    if (newest !== null) return { database, newest, last };
  }
  return { database, newest: null, last };
}

/** Remembers "now" of a closing. Only by force it goes back: a clock that was far ahead would lift its own guard. */
export async function writeClock(db: Queryable, now: number, forced: boolean): Promise<void> {
  await db.query(sql`
    update ledger_state set clock = case when ${forced}::boolean then ${timeText(now)}::timestamptz
                                    else greatest(clock, ${timeText(now)}::timestamptz) end`);
}

/**
 * Raises closed_before past the first day below `before` that has events, and both watermarks over the days without.
 * A day whose totals are still to be written is left for that first.
 * @returns the day (Unix ms) whose totals are to be written now; null: every day below `before` is closed
 */
export async function raiseClosedBefore(db: Db, before: number): Promise<number | null> {
  const { rows } = await db.transaction(async (tx) => {
    await lockLedger(tx);
    return tx.query<{ written: number; closed: number }>(sql`
      with first as (
        select min(chunks.day) as day from (${CHUNK_DAYS}) as chunks cross join ledger_state
        where chunks.day >= written_before and chunks.day < ${timeText(before)}::timestamptz)
      update ledger_state
      set written_before = coalesce(first.day, ${timeText(before)}::timestamptz),
          closed_before = coalesce(first.day + interval '24 hours', ${timeText(before)}::timestamptz)
      from first
      where written_before = closed_before and written_before < ${timeText(before)}::timestamptz
      returning ${asMs(sql`written_before`)} as written, ${asMs(sql`closed_before`)} as closed`);
  });
  const [raised] = rows;
  return raised && raised.written < raised.closed ? raised.written : null;
}

/** The closed day (Unix ms) whose totals are not written yet: there is one after a run that was cut short. */
export async function unwrittenDay(db: Queryable): Promise<number | null> {
  const { rows } = await db.query<{ day: number }>(
    sql`select ${asMs(sql`written_before`)} as day from ledger_state where written_before < closed_before`,
  );
  return rows[0]?.day ?? null;
}

/**
 * Begins writing a closed day: from here the transaction sees one snapshot. The table lock is taken before it (a LOCK
 * takes no snapshot), so no other closer writes meanwhile and no watermark's update conflicts; readers do not wait.
 * @returns whether the day is still to be written
 */
export async function beginDay(tx: Connection, day: number): Promise<boolean> {
  await tx.query(sql`set transaction isolation level repeatable read`);
  await tx.query(sql`lock table ledger_state in share row exclusive mode`);
  const { rows } = await tx.query(
    sql`select 1 from ledger_state where written_before = ${timeText(day)}::timestamptz and written_before < closed_before`,
  );
  return rows.length > 0;
}

/** Writes usage_daily of a day: the sums over its calls less what was posted for it since it is closed. */
export async function writeDailySums(tx: Connection, day: number): Promise<number> {
  const { rows } = await tx.query<{ calls: number }>(sql`
    with written as (
      insert into usage_daily (day, ${DIMENSIONS}, ${SUM_NAMES})
      select ${dateText(day)}::date, ${DIMENSIONS}, ${SUMS_OF_SUMS} from (
        select ${DIMENSIONS}, ${SUMS_OF_CALLS} from usage_events
        where kind = 'call' and ${withinDay(sql`started_at`, day)} group by ${DIMENSIONS}
        union all
        select ${DIMENSIONS}, ${NEGATED_SUMS} from ledger_adjustments where ${withinDay(sql`bucket`, day)}
      ) as parts group by ${DIMENSIONS} having ${ANY_SUM}
      returning calls)
    select coalesce(sum(calls), 0)::float8 as calls from written`);
  return rows[0]?.calls ?? 0;
}

/** Writes how many conversations and users each organisation had. */
export async function writeDistinct(tx: Connection, day: number): Promise<void> {
  await tx.query(sql`
    insert into usage_daily_distinct (day, org_id, conversations, users)
    select ${dateText(day)}::date, org_id, count(distinct conversation_id), count(distinct user_id)
    from usage_events where kind = 'call' and ${withinDay(sql`started_at`, day)} group by org_id`);
}

/** Organisations in the order of the database, half-open; null: no bound. */
export interface OrgRange {
  readonly from: string | null;
  readonly to: string | null;
}

/**
 * Writes usage_daily_meters of a day and of all of some organisations: `meters` of its calls less what was posted for it
 * since it is closed.
 */
export async function writeDailyMeters(
  tx: Connection,
  day: number,
  { from, to }: OrgRange,
  meters: readonly DailyMeter[],
): Promise<void> {
  const among = sql`(${from}::text is null or org_id >= ${from} collate "C")
    and (${to}::text is null or org_id < ${to} collate "C")`;
  const list = (value: (meter: DailyMeter) => string | null): string => arrayLiteral(meters.map(value));
  const money = (value: bigint | null): string | null => (value === null ? null : formatMoney(value));
  await tx.query(sql`
    insert into usage_daily_meters
      (day, ${DIMENSIONS}, meter, price_version_ids, quantity, cost_usd, list_cost_usd, unlisted_cost_usd)
    select ${dateText(day)}::date, ${DIMENSIONS}, meter, price_version_ids, sum(quantity), sum(cost_usd), sum(list_cost_usd),
           sum(unlisted_cost_usd)
    from (
      select * from unnest(
        ${list(({ dimensions }) => dimensions.orgId)}::text[], ${list(({ dimensions }) => dimensions.assistantId)}::text[],
        ${list(({ dimensions }) => dimensions.queryType)}::text[], ${list(({ dimensions }) => dimensions.provider)}::text[],
        ${list(({ dimensions }) => dimensions.model)}::text[], ${list(({ dimensions }) => dimensions.environment)}::text[],
        ${list(({ meter }) => meter)}::text[], ${list(({ priceVersionIds }) => priceVersionIds)}::text[],
        ${list(({ quantity }) => quantity.toString())}::numeric[], ${list(({ costUsd }) => money(costUsd))}::numeric[],
        ${list(({ listCostUsd }) => money(listCostUsd))}::numeric[],
        ${list(({ unlistedCostUsd }) => money(unlistedCostUsd))}::numeric[]
      ) as calls (${DIMENSIONS}, meter, price_version_ids, quantity, cost_usd, list_cost_usd, unlisted_cost_usd)
      union all
      select ${DIMENSIONS}, meter, price_version_ids, -quantity, -cost_usd, -list_cost_usd, -unlisted_cost_usd
      from ledger_meter_adjustments where ${withinDay(sql`bucket`, day)} and ${among}
    ) as parts
    group by ${DIMENSIONS}, meter, price_version_ids
    having sum(quantity) <> 0 or sum(cost_usd) <> 0 or sum(list_cost_usd) <> 0 or sum(unlisted_cost_usd) <> 0`);
}

/** The day is written: from here its totals are usage_daily and the adjustments. */
export async function endDay(tx: Connection, day: number): Promise<void> {
  await tx.query(
    sql`insert into ledger_days (day) values (${dateText(day)}::date) on conflict (day) do nothing`,
  );
  await tx.query(sql`update ledger_state set written_before = ${timeText(day + DAY_MS)}::timestamptz`);
}

/** Days (Unix ms) that are written, whose raw events still exist, and that no check has seen since. */
export async function uncheckedDays(db: Queryable): Promise<number[]> {
  const { rows } = await db.query<{ day: number }>(sql`
    select ${asMs(sql`d.day::timestamp at time zone 'UTC'`)} as day
    from ledger_days d cross join ledger_state
    where d.flushed_at is null and d.day >= (raw_floor at time zone 'UTC')::date
      and not exists (select from ledger_checks c where c.day = d.day and c.kind = 'close')
    order by d.day`);
  return rows.map(({ day }) => day);
}
