import sql, { empty, join, type Sql } from 'sql-template-tag';
import { arrayLiteral } from '../db/array-literal.js';
import type { Db, Queryable } from '../db/db.js';
import { timeText } from '../event-store/columns.js';
import { PARTNER_REACH_MS } from '../ledger/partners.js';
import { byIndex, END, MAY_BE_CALL, ms, TOLD, type Marks } from './store.js';
import { callOf, type StoredCall } from './stored-call.js';
import type { RealmTime } from './time-ranges.js';

/** The least duration of the index usage_events_long, and the longest call that is reckoned with. */
const LONG_MS = 10_000;
const LONGEST_MS = 86_400_000;

/** Of realms and times those in which calls of two and more instrumentation scopes ran. */
export async function timesOfManyScopes(
  db: Queryable,
  times: readonly RealmTime[],
  { rawFloor }: Marks,
): Promise<RealmTime[]> {
  if (times.length === 0) return [];
  const list = (value: (time: RealmTime) => string): string => arrayLiteral(times.map(value));
  const start = Math.min(...times.map(({ from }) => from)) - LONGEST_MS - PARTNER_REACH_MS;
  const end = Math.max(...times.map(({ to }) => to)) + PARTNER_REACH_MS;
  const bounds = sql`e.started_at >= ${timeText(Math.max(rawFloor, start))}::timestamptz
    and e.started_at <= ${timeText(end)}::timestamptz`;
  const { rows } = await db.query<{ place: string }>(sql`
    select t.place::text from unnest(${list(({ realm }) => realm)}::text[],
      ${list(({ from }) => timeText(from))}::timestamptz[], ${list(({ to }) => timeText(to))}::timestamptz[]
    ) with ordinality as t (realm, low, high, place)
    where (select count(distinct scope_name) from (
      ${join(
        runningAt(sql`t.realm`, sql`t.low`, sql`t.high`, bounds).map(
          (part) => sql`select distinct e.scope_name from ${part}`,
        ),
        ' union all ',
      )}) s) > 1`);
  return rows.flatMap(({ place }) => times[Number(place) - 1] ?? []);
}

/**
 * Calls and wrappers that ran, or nearly, within times: all that could be partners of the calls in them. In one statement:
 * of 35 sparse days each ten minutes were one, and planning over the chunks took most of 7 s.
 */
export async function callsAt(
  db: Pick<Db, 'transaction'>,
  times: readonly RealmTime[],
  { rawFloor, openFrom }: Marks,
  limit: number,
): Promise<StoredCall[]> {
  const list = (value: (time: RealmTime) => string): string => arrayLiteral(times.map(value));
  const bounds = sql`e.started_at >= ${timeText(rawFloor)}::timestamptz`;
  const parts = runningAt(sql`t.realm`, sql`t.low`, sql`t.high`, bounds);
  const { rows } = await byIndex(db, (tx) =>
    tx.query(sql`
    select c.* from unnest(${list(({ realm }) => realm)}::text[],
      ${list(({ from }) => timeText(from))}::timestamptz[], ${list(({ to }) => timeText(to))}::timestamptz[]
    ) as t (realm, low, high) cross join lateral (
      ${join(
        parts.map((part) => sql`(select ${CALL_COLUMNS} from ${part} and ${MAY_BE_CALL})`),
        ' union all ',
      )} limit ${limit}::int) c
    limit ${limit}::int`),
  );
  if (rows.length < limit || times.length === 1) return rows.map(callOf);
  // the limit is for each time by itself
  const half = Math.ceil(times.length / 2);
  const earlier = await callsAt(db, times.slice(0, half), { rawFloor, openFrom }, limit);
  const later = await callsAt(db, times.slice(half), { rawFloor, openFrom }, limit);
  return [...earlier, ...later];
}

const CALL_COLUMNS = sql`e.realm, e.trace_id, e.span_id, ${ms(sql`e.started_at`)} as started_ms,
  e.duration_us::float8 as duration_us, e.scope_name, e.service_name, e.operation, e.provider, e.request_model,
  e.response_model, e.response_id, e.usage_quality, e.failed, e.detail, ${TOLD} as told,
  e.input_tokens::float8 as input_tokens, e.output_tokens::float8 as output_tokens,
  e.repeat_of_trace_id, e.repeat_of_span_id, ${ms(sql`e.repeat_of_started_at`)} as repeat_of_started_ms, e.request_number`;

/** The tables with the conditions of rows that ran at a time: those that began in or just before it, and long ones. */
function runningAt(realm: Sql, low: Sql, high: Sql, bounds: Sql): Sql[] {
  const reach = sql`${PARTNER_REACH_MS}::int * interval '1 millisecond'`;
  const of = (from: Sql, to: Sql, more: Sql): Sql =>
    sql`e.realm = ${realm} and e.span_class <> 'step' and e.started_at >= ${low} - ${from}
      and e.started_at <= ${to} ${more}`;
  const recent = sql`(${LONG_MS}::int * interval '1 millisecond' + ${reach})`;
  const longest = sql`(${LONGEST_MS}::int * interval '1 millisecond' + ${reach})`;
  const stillRuns = sql`and ${END} >= ${low} - ${reach}`;
  return [
    sql`usage_events e where ${bounds} and ${of(recent, sql`${high} + ${reach}`, empty)}`,
    sql`usage_events e where ${bounds} and e.duration_us > 10000000
      and ${of(longest, sql`${low} - ${recent}`, sql`and e.started_at < ${low} - ${recent} ${stillRuns}`)}`,
    sql`kept_events e where ${of(longest, sql`${high} + ${reach}`, stillRuns)}`,
  ];
}
