import sql, { join, raw, type Sql } from 'sql-template-tag';
import type { Db, Queryable, Row } from '../db/db.js';
import { asMs, timeText } from '../event-store/columns.js';
import { CALL_SUMS } from '../event-store/call-sums.js';
import { CHUNK_DAYS, dateText, withinDay } from './store.js';
import { SUM_NAMES, SUMS_OF_CALLS, SUMS_OF_SUMS } from './sums-store.js';

/** Two numbers of one organisation and UTC day that must be equal; decimal text, null: nothing there. */
export interface Difference {
  readonly org_id: string;
  readonly what: string;
  readonly expected: string | null;
  readonly found: string | null;
}

export type CheckKind = 'refresh' | 'close' | 'retire';

/** A pair that must be equal. `closed`: only once usage_daily is written. */
type Pair = readonly [what: string, expected: string, found: string, closed: boolean];

const PAIRS: readonly Pair[] = [
  ['events = calls + repeats + steps', 'r.events', 'r.calls + r.repeats + r.steps', false],
  [
    'calls = priced + pending + failed + written off',
    'r.calls',
    'r.priced_calls + r.pending_calls + r.failed_calls + r.written_off_calls',
    false,
  ],
  ...CALL_SUMS.map((name): Pair => [`usage_15m.${name}`, `r.${name}`, `a.${name}`, false]),
  ...CALL_SUMS.map((name): Pair => [`ledger.${name}`, `r.${name}`, `l.${name}`, true]),
  ['usage_daily_meters.cost_usd', 'w.cost_usd', 'm.cost_usd', true],
];
const COMPARED: Sql = join(
  PAIRS.map(([what, expected, found, closed]) =>
    raw(
      `('${what}', (${expected})::numeric, (${found})::numeric, ${closed ? '(select written from s)' : 'true'})`,
    ),
  ),
);

/**
 * What does not add up in one UTC day, in one statement and so in one snapshot. Adjustments `below_floor` concern rows
 * that are not in usage_events; the ledger's meters know no such mark, so they are compared with the whole ledger.
 * Nothing and zero are the same here: a ledger whose every change was taken back holds a zero, raw holds nothing.
 */
export async function findDifferences(db: Db, day: number): Promise<Difference[]> {
  const posted = withinDay(sql`bucket`, day);
  const date = dateText(day);
  const statement = sql`
    with s as (select written_before > ${timeText(day)}::timestamptz as written from ledger_state),
    r as (
      select org_id, count(*) as events, count(*) filter (where kind = 'repeat') as repeats,
             count(*) filter (where kind = 'step') as steps, ${SUMS_OF_CALLS}
      from usage_events where ${withinDay(sql`started_at`, day)} group by org_id),
    a as (select org_id, ${SUMS_OF_SUMS} from usage_15m where ${posted} group by org_id),
    l as (
      select org_id, ${SUMS_OF_SUMS} from (
        select org_id, ${SUM_NAMES} from usage_daily where day = ${date}::date
        union all select org_id, ${SUM_NAMES} from ledger_adjustments where ${posted} and not below_floor
      ) as of_raw group by org_id),
    w as (
      select org_id, sum(cost_usd) as cost_usd from (
        select org_id, cost_usd from usage_daily where day = ${date}::date
        union all select org_id, cost_usd from ledger_adjustments where ${posted}
      ) as whole group by org_id),
    m as (
      select org_id, sum(cost_usd) as cost_usd from (
        select org_id, cost_usd from usage_daily_meters where day = ${date}::date
        union all select org_id, cost_usd from ledger_meter_adjustments where ${posted}
      ) as meters group by org_id),
    organisations as (
      select org_id from r union select org_id from a union select org_id from l union select org_id from w
      union select org_id from m)
    select org_id, what, trim_scale(expected)::text as expected, trim_scale(found)::text as found
    from organisations left join r using (org_id) left join a using (org_id) left join l using (org_id)
      left join w using (org_id) left join m using (org_id)
      cross join lateral (values ${COMPARED}) as compared (what, expected, found, applies)
    where applies and nullif(expected, 0) is distinct from nullif(found, 0)
    order by org_id, what`;
  const { rows } = await db.query<Difference & Row>(statement);
  return rows.map(({ org_id, what, expected, found }) => ({ org_id, what, expected, found }));
}

/** So many differences of a check are told; the others are counted. */
const TOLD_DIFFERENCES = 100;

/** Records a check: the last of each day and kind stays, and every one that found differences that were not known. */
export async function recordCheck(
  db: Queryable,
  day: number,
  kind: CheckKind,
  differences: readonly Difference[],
): Promise<void> {
  const detail = differences.length > 0 ? JSON.stringify(differences.slice(0, TOLD_DIFFERENCES)) : null;
  await db.query(sql`
    with last as (
      select id, differences, detail from ledger_checks
      where day = ${dateText(day)}::date and kind = ${kind} order by checked_at desc, id desc limit 1),
    same as (
      update ledger_checks c set checked_at = now() from last
      where c.id = last.id and last.differences = ${differences.length}::integer
        and last.detail is not distinct from ${detail}::jsonb
      returning c.id),
    replaced as (
      delete from ledger_checks c using last
      where c.id = last.id and last.differences = 0 and not exists (select from same))
    insert into ledger_checks (day, kind, differences, detail)
      select ${dateText(day)}::date, ${kind}, ${differences.length}::integer, ${detail}::jsonb
      where not exists (select from same)`);
}

/** In how many days the last check found a difference. Anything but 0 needs a person. */
export async function conservation(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ days: number }>(sql`
    select count(*)::int as days from (
      select distinct on (day) differences from ledger_checks order by day, checked_at desc, id desc
    ) as last where differences > 0`);
  return rows[0]?.days ?? 0;
}

/** The days the minute's check looks at (Unix ms, oldest first), and the last request when they were chosen. */
export interface DaysToCheck {
  readonly days: readonly number[];
  readonly upTo: string;
}

/** A check of a day reads all its rows, 0.3 s for 333,000: late events of thirty days must not take half of each minute. */
const MOST_TOUCHED_DAYS = 7;

/**
 * The days of requests since the last check, those first whose own check is the oldest, and one other: re-pricing gives
 * no request number, and a request may commit after a younger one. So every stored day has its turn.
 */
export async function daysToCheck(db: Queryable): Promise<DaysToCheck> {
  const last = await db.query<{ number: string }>(
    sql`select last_value::text as number from request_numbers`,
  );
  const upTo = last.rows[0]?.number ?? '0';
  const { rows } = await db.query<{ day: number }>(sql`
    with touched as (
      select distinct date_bin('24 hours', started_at, '1970-01-01T00:00:00Z') as day from usage_events
      where request_number > (select checked_request from ledger_state)),
    stored as (
      select chunks.day, chunks.day in (select day from touched) as touched, max(c.checked_at) as checked_at
      from (${CHUNK_DAYS}) as chunks
        left join ledger_checks c on c.day = (chunks.day at time zone 'UTC')::date and c.kind = 'refresh'
      where chunks.day >= (select raw_floor from ledger_state) group by chunks.day),
    queued as (
      select day, touched, row_number() over (partition by touched order by checked_at nulls first, day) as place
      from stored)
    select ${asMs(sql`day`)} as day from queued
    where place <= case when touched then ${MOST_TOUCHED_DAYS}::integer else 1 end order by day`);
  return { days: rows.map(({ day }) => day), upTo };
}

/** Remembers up to which request the days had their check, or wait for their turn. */
export async function noteChecked(db: Queryable, request: string): Promise<void> {
  await db.query(
    sql`update ledger_state set checked_request = greatest(checked_request, ${request}::bigint)`,
  );
}
