import sql from 'sql-template-tag';
import type { Queryable, Row } from '../db/db.js';

/** What waits for the jobs, and what they know of their own work, over all organisations. */
export interface Backlog {
  readonly pendingCalls: number;
  /** Start of the oldest of them; of a closed day that still has its raw events, the day's. */
  readonly oldestPendingAt: Date | null;
  /** Requests whose traces settle has not looked at again. */
  readonly unsettledRequests: number;
  /** UTC days old enough to be closed that are not. */
  readonly daysToClose: number;
  /** Closed days whose raw events are older than they should be. */
  readonly daysToRetire: number;
  /** The earliest UTC day with raw events. */
  readonly oldestRawDay: Date | null;
  /** Differences of the last check of each day and kind: all 0 while the ledger is conserved. */
  readonly differences: Readonly<Record<CheckKind, number>>;
  /** Days whose last check of some kind found a difference. */
  readonly daysWithDifferences: number;
  /** Calls of the last 24 hours. */
  readonly pricedCalls24h: number;
  readonly pendingCalls24h: number;
}

export const CHECK_KINDS = ['refresh', 'close', 'retire'] as const;
export type CheckKind = (typeof CHECK_KINDS)[number];

export interface BacklogTimes {
  /** Milliseconds after a day's end (CLOSE_AFTER, RAW_RETENTION). */
  readonly closeAfterMs: number;
  readonly rawRetentionMs: number;
}

export async function readBacklog(db: Queryable, times: BacklogTimes): Promise<Backlog> {
  return {
    ...(await readPending(db)),
    ...(await readDays(db, times)),
    ...(await readDifferences(db)),
    ...(await readLastDay(db)),
  };
}

/**
 * Three places, each cheap at any age: open days by the partial index on raw; closed days that still have raw by the
 * ledger, because no index helps in compressed chunks; retired days by the partial index of what was kept.
 */
async function readPending(db: Queryable): Promise<Pick<Backlog, 'pendingCalls' | 'oldestPendingAt'>> {
  // Read before: with values instead of columns the planner leaves the chunks below out, the compressed ones.
  const { rows: states } = await db.query<{ floor: Date; written: Date }>(
    sql`select raw_floor as floor, written_before as written from ledger_state`,
  );
  const [{ floor, written } = { floor: null, written: null }] = states;
  const { rows } = await db.query<{ calls: number; oldest: Date | null }>(sql`
    with closed as (
      select day::timestamp at time zone 'UTC' as at, pending_calls as calls from usage_daily
      where pending_calls <> 0 and day >= (${floor}::timestamptz at time zone 'UTC')::date
        and day < (${written}::timestamptz at time zone 'UTC')::date
      union all
      select date_trunc('day', bucket, 'UTC'), pending_calls from ledger_adjustments
      where pending_calls <> 0 and bucket >= ${floor}::timestamptz and bucket < ${written}::timestamptz
    ),
    places as (
      select count(*) as calls, min(started_at) as oldest from usage_events
      where cost_status = 'pending' and started_at >= ${written}::timestamptz
      union all
      select sum(calls), min(at) from (select at, sum(calls) as calls from closed group by at) days where calls > 0
      union all
      select count(*), min(started_at) from kept_events where cost_status = 'pending'
    )
    select coalesce(sum(calls), 0)::float8 as calls, min(oldest) as oldest from places`);
  return { pendingCalls: rows[0]?.calls ?? 0, oldestPendingAt: rows[0]?.oldest ?? null };
}

interface DaysRow extends Row {
  readonly unsettled: number;
  readonly to_close: number;
  readonly to_retire: number;
  readonly oldest: Date | null;
}

/**
 * "Now" is the beginning of the newest day with events if that is earlier than the clock, as close and retire count
 * (they take the newest event itself): a system that receives nothing has nothing to close.
 */
async function readDays(
  db: Queryable,
  { closeAfterMs, rawRetentionMs }: BacklogTimes,
): Promise<Pick<Backlog, 'unsettledRequests' | 'daysToClose' | 'daysToRetire' | 'oldestRawDay'>> {
  const { rows } = await db.query<DaysRow>(sql`
    with chunks as (
      select min(range_start) as oldest, max(range_start) filter (where range_start <= now()) as newest
      from timescaledb_information.chunks where hypertable_schema = current_schema() and hypertable_name = 'usage_events'
    ),
    edges as (
      select s.settled_request, oldest, greatest(s.closed_before, oldest) as closed, greatest(s.raw_floor, oldest) as floor,
             date_trunc('day', newest - ${closeAfterMs}::float8 * interval '1 millisecond', 'UTC') as closable,
             date_trunc('day', newest - ${rawRetentionMs}::float8 * interval '1 millisecond', 'UTC') as retirable
      from chunks, ledger_state s
    )
    select oldest,
           greatest(coalesce(extract(epoch from closable - closed) / 86400, 0), 0)::float8 as to_close,
           greatest(coalesce(extract(epoch from retirable - floor) / 86400, 0), 0)::float8 as to_retire,
           (select greatest(case when is_called then last_value else 0 end - settled_request, 0)
            from request_numbers)::float8 as unsettled
    from edges`);
  const [row] = rows;
  return {
    unsettledRequests: row?.unsettled ?? 0,
    daysToClose: row?.to_close ?? 0,
    daysToRetire: row?.to_retire ?? 0,
    oldestRawDay: row?.oldest ?? null,
  };
}

async function readDifferences(db: Queryable): Promise<Pick<Backlog, 'differences' | 'daysWithDifferences'>> {
  const { rows } = await db.query<{ kind: CheckKind; day: string; differences: number }>(sql`
    select kind, day::text, differences from (
      select distinct on (day, kind) day, kind, differences from ledger_checks order by day, kind, checked_at desc, id desc
    ) last where differences > 0`);
  const of = (kind: CheckKind): number =>
    rows.filter((row) => row.kind === kind).reduce((sum, row) => sum + row.differences, 0);
  return {
    differences: { refresh: of('refresh'), close: of('close'), retire: of('retire') },
    daysWithDifferences: new Set(rows.map(({ day }) => day)).size,
  };
}

async function readLastDay(db: Queryable): Promise<Pick<Backlog, 'pricedCalls24h' | 'pendingCalls24h'>> {
  const { rows } = await db.query<{ priced: number; pending: number }>(sql`
    select coalesce(sum(priced_calls), 0)::float8 as priced, coalesce(sum(pending_calls), 0)::float8 as pending
    from usage_15m where bucket >= now() - interval '24 hours'`);
  return { pricedCalls24h: rows[0]?.priced ?? 0, pendingCalls24h: rows[0]?.pending ?? 0 };
}
