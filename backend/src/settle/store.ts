import sql, { type Sql } from 'sql-template-tag';
import { arrayLiteral } from '../db/array-literal.js';
import type { Db, Queryable, Row } from '../db/db.js';
import { timeText } from '../event-store/columns.js';
import type { StoredRow } from '../event-store/ledger-row.js';
import { lockLedger } from '../event-store/store.js';
import { readStoredRows, storedColumns } from '../event-store/stored-row.js';
import type { RealmTime } from './time-ranges.js';

/** Requests after `from`, up to and with `to`; numbers as decimal text. */
export interface Requests {
  readonly from: string;
  readonly to: string;
}

/** Where rows are, Unix ms. */
export interface Marks {
  readonly rawFloor: number;
  /** From here on no day is compressed: a trace is found row by row. Below, a day has to be read as a whole. */
  readonly openFrom: number;
}

/** A trace and the time in which some of its rows are known to be, Unix ms. */
export interface TraceTime {
  readonly realm: string;
  readonly traceId: string;
  readonly first: number;
  readonly last: number;
}

const DAY_MS = 86_400_000;
/** A trace is looked for in a compressed day when a row of it is known to be this near. */
const NEAR_MS = 3_600_000;

/**
 * The requests that were not settled yet. The exclusive lock waits for every writer, so all up to the last number are
 * committed and none of them is missed, whatever clocks say.
 * @returns null when there are none
 */
export async function requestsToSettle(db: Pick<Db, 'query' | 'transaction'>): Promise<Requests | null> {
  const read = async (queryable: Queryable): Promise<Requests | null> => {
    const { rows } = await queryable.query<{ from: string; to: string; more: boolean }>(sql`
      select settled_request::text as from, last_value::text as to, is_called and last_value > settled_request as more
      from ledger_state, request_numbers`);
    const [state] = rows;
    return state?.more ? { from: state.from, to: state.to } : null;
  };
  if ((await read(db)) === null) return null;
  return db.transaction(async (tx) => {
    await lockLedger(tx);
    return read(tx);
  });
}

/** The first requests of those given that hold about `rows` rows: at least one. */
export async function firstRequests(db: Queryable, { from, to }: Requests, rows: number): Promise<Requests> {
  const numbers = (table: Sql): Sql => sql`
    (select request_number from ${table} where ${within({ from, to })} order by request_number limit ${rows}::int)`;
  const { rows: found } = await db.query<{ last: string }>(sql`
    select request_number::text as last
    from (${numbers(sql`usage_events e`)} union all ${numbers(sql`kept_events e`)}) n
    order by request_number offset ${rows - 1}::int limit 1`);
  return { from, to: found[0]?.last ?? to };
}

/** Says that every request up to this one was settled. */
export async function noteSettled(db: Queryable, to: string): Promise<void> {
  await db.query(sql`update ledger_state set settled_request = greatest(settled_request, ${to}::bigint)`);
}

export async function readMarks(db: Queryable): Promise<Marks> {
  const { rows } = await db.query<{ raw_floor: number; open_from: number }>(sql`
    select extract(epoch from raw_floor)::float8 * 1000 as raw_floor,
      extract(epoch from greatest(raw_floor,
        (select max(day) + 1 from ledger_days where compressed_at is not null) at time zone 'UTC'))::float8 * 1000 as open_from
    from ledger_state`);
  return { rawFloor: rows[0]?.raw_floor ?? 0, openFrom: rows[0]?.open_from ?? 0 };
}

const within = ({ from, to }: Requests): Sql =>
  sql`e.request_number > ${from}::bigint and e.request_number <= ${to}::bigint`;

/** A wrapper that tells no usage is never a call, nor a copy of one. */
export const TOLD = sql`(e.input_tokens is not null or e.output_tokens is not null or e.cache_read is not null
  or e.cache_write_5m is not null or e.cache_write_1h is not null or e.reasoning is not null or e.usage_more is not null)`;
export const MAY_BE_CALL = sql`(e.span_class = 'call' or e.span_class = 'wrapper' and ${TOLD})`;

export const ms = (column: Sql): Sql => sql`date_part('epoch', ${column}) * 1000`;
export const END = sql`e.started_at + e.duration_us * interval '1 microsecond'`;

/** How many rows came with requests, and when the calls among them ran. */
export async function timesOf(
  db: Queryable,
  requests: Requests,
  { rawFloor }: Marks,
): Promise<{ readonly rows: number; readonly times: readonly RealmTime[] }> {
  const touched = (table: Sql): Sql => sql`
    select e.realm, e.started_at, e.duration_us, ${MAY_BE_CALL} as may_be_call
    from ${table} e where ${within(requests)} and e.started_at >= ${timeText(rawFloor)}::timestamptz`;
  const { rows } = await db.query<{
    realm: string;
    rows: string;
    from: number | null;
    to: number | null;
  }>(sql`
    select realm, count(*) as rows,
      ${ms(sql`min(e.started_at) filter (where may_be_call)`)} as from,
      ${ms(sql`max(${END}) filter (where may_be_call)`)} as to
    from (${touched(sql`usage_events`)} union all
      select e.realm, e.started_at, e.duration_us, ${MAY_BE_CALL} from kept_events e where ${within(requests)}) e
    group by realm, date_bin('10 minutes', e.started_at, 'epoch')`);
  return {
    rows: rows.reduce((sum, row) => sum + Number(row.rows), 0),
    times: rows.flatMap(({ realm, from, to }) =>
      from === null || to === null ? [] : [{ realm, from, to: Math.ceil(to) }],
    ),
  };
}

/**
 * A transaction that finds traces by their index. Of a day just begun the statistics are missing or tell of its first
 * minutes: the planner then read whole days for every trace (60 times slower).
 */
export const byIndex = <T>(db: Pick<Db, 'transaction'>, work: (tx: Queryable) => Promise<T>): Promise<T> =>
  db.transaction(async (tx) => {
    await tx.query(sql`
      select set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true),
        set_config('enable_mergejoin', 'off', true)`);
    return work(tx);
  });

/** A trace that its requests could not settle, with how many rows it has. */
export interface OpenTrace extends TraceTime {
  readonly rows: number;
}

/**
 * Traces of these requests that did not come as a whole with one of them, and those with rows in compressed days, of
 * which that is not known. A wrapper that tells usage and is a step is looked at again: its usage may have come later.
 */
export async function openTraces(
  db: Pick<Db, 'transaction'>,
  requests: Requests,
  { rawFloor, openFrom }: Marks,
): Promise<{ readonly traces: number; readonly open: readonly OpenTrace[] }> {
  const columns = sql`e.realm, e.trace_id, e.request_number, e.started_at,
    e.kind = 'step' and e.span_class = 'wrapper' and ${TOLD} as doubtful`;
  const isOf = sql`e.trace_id = t.trace_id and e.realm = t.realm`;
  const raw = sql`usage_events e where ${isOf} and e.started_at >= ${timeText(openFrom)}::timestamptz`;
  const kept = sql`kept_events e where ${isOf}`;
  const { rows } = await byIndex(db, (tx) =>
    tx.query<TraceRow>(sql`
    with touched as materialized (
      select realm, trace_id, min(request_number) as low, max(request_number) as high, bool_or(doubtful) as doubtful,
        min(started_at) as first, max(started_at) as last
      from (select ${columns} from usage_events e
            where ${within(requests)} and e.started_at >= ${timeText(rawFloor)}::timestamptz
            union all select ${columns} from kept_events e where ${within(requests)}) e
      group by realm, trace_id)
    select realm, trace_id, ${ms(sql`first`)} as first, ${ms(sql`last`)} as last,
      (select count(*) from ${raw}) + (select count(*) from ${kept}) as rows
    from touched t
    where low < high or doubtful or first < ${timeText(openFrom + NEAR_MS)}::timestamptz
      or exists (select from ${raw} and e.request_number is distinct from t.low)
      or exists (select from ${kept} and e.request_number is distinct from t.low)
    union all
    select null, null, null, null, count(*) from touched`),
  );
  const open = rows.filter(({ realm }) => realm !== null).map(openTrace);
  return { traces: Number(rows.find(({ realm }) => realm === null)?.rows), open };
}

interface TraceRow extends Row {
  readonly realm: string | null;
  readonly trace_id: string | null;
  readonly first: number | null;
  readonly last: number | null;
  readonly rows: string;
}

const openTrace = (row: TraceRow): OpenTrace => ({
  realm: row.realm ?? '',
  traceId: row.trace_id ?? '',
  first: row.first ?? 0,
  last: row.last ?? 0,
  rows: Number(row.rows),
});

/** Every stored row of traces; of each at most about `most`. */
export async function rowsOfTraces(
  db: Pick<Db, 'query' | 'transaction'>,
  traces: readonly TraceTime[],
  { rawFloor, openFrom }: Marks,
  most: number,
): Promise<StoredRow[]> {
  const wanted = sql`unnest(${arrayLiteral(traces.map(({ realm }) => realm))}::text[],
    ${arrayLiteral(traces.map(({ traceId }) => traceId))}::text[]) as t (realm, trace_id)`;
  const isOf = sql`e.trace_id = t.trace_id and e.realm = t.realm`;
  const found = await byIndex(db, (tx) =>
    readStoredRows(
      tx,
      sql`
      select e.* from ${wanted} cross join lateral (
        select 'raw' as place, ${storedColumns('e')} from usage_events e
        where ${isOf} and e.started_at >= ${timeText(openFrom)}::timestamptz
        union all
        select 'kept' as place, ${storedColumns('e')} from kept_events e where ${isOf}
        limit ${most}::int) e`,
    ),
  );
  for (const day of compressedDays(traces, rawFloor, openFrom)) {
    const ofDay = await readStoredRows(
      db,
      sql`
      select 'raw' as place, ${storedColumns('e')} from usage_events e
      where e.started_at >= ${timeText(day)}::timestamptz and e.started_at < ${timeText(day + DAY_MS)}::timestamptz
        and (e.realm, e.trace_id) in (select realm, trace_id from ${wanted})`,
    );
    for (const row of ofDay) found.push(row);
  }
  return found;
}

function compressedDays(traces: readonly TraceTime[], rawFloor: number, openFrom: number): number[] {
  const days = new Set<number>();
  for (const { first, last } of traces) {
    const from = Math.max(rawFloor, Math.floor((first - NEAR_MS) / DAY_MS) * DAY_MS);
    for (let day = from; day < Math.min(openFrom, last + NEAR_MS); day += DAY_MS) days.add(day);
  }
  return [...days].sort((a, b) => a - b);
}
