import sql, { type Sql } from 'sql-template-tag';
import type { Db, Queryable } from '../db/db.js';
import { asMs, timeText } from '../event-store/columns.js';
import { keepPending } from '../event-store/retiring-store.js';
import { KEY_HASH_SQL, lockLedger } from '../event-store/store.js';
import { AGGREGATES } from './aggregates.js';
import { CHUNK_DAYS, DAY_MS, dateText, withinDay } from './store.js';

/** A UTC day (Unix ms) whose raw events are to go. */
export interface RetiringDay {
  readonly day: number;
  readonly belowFloor: boolean;
}

/** The first day with raw events below `before` whose way into retirement is not ended. */
export async function nextRetiringDay(db: Queryable, before: number): Promise<RetiringDay | null> {
  const { rows } = await db.query<{ day: number; below_floor: boolean }>(sql`
    select ${asMs(sql`chunks.day`)} as day, chunks.day < raw_floor as below_floor
    from (${CHUNK_DAYS}) as chunks cross join ledger_state
      left join ledger_days d on d.day = (chunks.day at time zone 'UTC')::date
    where chunks.day < greatest(raw_floor, least(written_before, ${timeText(before)}::timestamptz))
      and d.flushed_at is null
    order by chunks.day limit 1`);
  const [next] = rows;
  return next ? { day: next.day, belowFloor: next.below_floor } : null;
}

/**
 * Raises the raw floor past a written day: from here nobody writes its raw events, nor changes them. What was accepted
 * before and may still change one has its turn first: a parent that names the organisation, another copy of a call. Settle
 * looks for them no further than a day away.
 * @returns false while there are some that settle has not seen
 */
export async function raiseRawFloor(db: Db, day: number): Promise<boolean> {
  const unsettledNear = (table: Sql): Sql => sql`
    select from ${table} e
    where e.request_number > (select settled_request from ledger_state)
      and e.started_at >= ${timeText(day - DAY_MS)}::timestamptz
      and e.started_at < ${timeText(day + 2 * DAY_MS)}::timestamptz`;
  return db.transaction(async (tx) => {
    await lockLedger(tx);
    const { rowCount } = await tx.query(sql`
      update ledger_state set raw_floor = greatest(raw_floor, ${timeText(day + DAY_MS)}::timestamptz)
      where written_before >= ${timeText(day + DAY_MS)}::timestamptz
        and not exists (${unsettledNear(sql`usage_events`)})
        and not exists (${unsettledNear(sql`kept_events`)})`);
    return rowCount > 0;
  });
}

/**
 * Copies what outlives the raw events of a day, once: the calls still pending, and the keys of calls and repeats. From
 * its commit on the raw events may be dropped.
 */
export async function flushDay(db: Db, day: number): Promise<void> {
  const date = dateText(day);
  const rows = withinDay(sql`e.started_at`, day);
  await db.transaction(async (tx) => {
    const { rowCount } = await tx.query(sql`
      insert into ledger_days as d (day, flushed_at) values (${date}::date, now())
      on conflict (day) do update set flushed_at = now() where d.flushed_at is null`);
    if (rowCount === 0) return;
    await tx.query(keepPending(rows));
    await tx.query(sql`
      insert into retired_keys (day, keys)
      select ${date}::date, array_agg(hash order by hash)
      from (select ${KEY_HASH_SQL} as hash from usage_events e where e.kind <> 'step' and ${rows}) as hashes
      having count(*) > 0`);
  });
}

/** Drops the raw events below the raw floor, up to the first day that is not flushed. */
export async function dropFlushed(db: Queryable): Promise<void> {
  const { rows } = await db.query<{ limit: string }>(sql`
    select least(raw_floor, (
      select min(chunks.day) from (${CHUNK_DAYS}) as chunks
        left join ledger_days d on d.day = (chunks.day at time zone 'UTC')::date
      where d.flushed_at is null))::text as limit
    from ledger_state`);
  const [floor] = rows;
  if (!floor) return;
  await db.query(sql`select drop_chunks('usage_events', older_than => ${floor.limit}::timestamptz)`);
  await db.query(sql`
    update ledger_days d set retired_at = now() from ledger_state
    where d.flushed_at is not null and d.retired_at is null and d.day < (raw_floor at time zone 'UTC')::date
      and not exists (select from (${CHUNK_DAYS}) as chunks where (chunks.day at time zone 'UTC')::date = d.day)`);
}

/** Drops what the aggregates hold before `before`, and never what lies above the raw floor. */
export async function dropAggregates(db: Db, before: number): Promise<void> {
  await db.transaction(async (tx) => {
    await lockLedger(tx);
    await tx.query(sql`
      update ledger_state
      set aggregate_floor = greatest(aggregate_floor, least(raw_floor, ${timeText(before)}::timestamptz))`);
  });
  const { rows } = await db.query<{ floor: string }>(
    sql`select aggregate_floor::text as floor from ledger_state`,
  );
  for (const aggregate of AGGREGATES) {
    await db.query(
      sql`select drop_chunks(${aggregate}::regclass, older_than => ${rows[0]?.floor}::timestamptz)`,
    );
  }
}

/** So many rows leave at once: writers wait meanwhile. */
const LEAVING_ROWS = 1_000;

/**
 * Lets kept rows go that are settled and have not changed since `before`; the keys of calls and repeats stay. Alone in the
 * ledger: a writer that asked for the keys before this commits must not find the row gone after it.
 * @returns how many went; less than a batch when it was the last
 */
export async function releaseKept(
  db: Db,
  before: number,
): Promise<{ readonly released: number; readonly more: boolean }> {
  const { rowCount: released } = await db.transaction(async (tx) => {
    await lockLedger(tx);
    const { rows } = await tx.query<{ released: number }>(sql`
      with gone as (
        delete from kept_events e where (trace_id, span_id, realm, started_at) in (
          select trace_id, span_id, realm, started_at from kept_events
          where cost_status is distinct from 'pending'
            and greatest(kept_at, ingested_at, recovered_at) < ${timeText(before)}::timestamptz
          limit ${LEAVING_ROWS}::integer)
        returning (started_at at time zone 'UTC')::date as day, kind, ${KEY_HASH_SQL} as hash),
      kept as (
        insert into retired_keys (day, keys)
        select day, array_agg(hash order by hash) from gone where kind <> 'step' group by day)
      select count(*)::int as released from gone`);
    return { rowCount: rows[0]?.released ?? 0 };
  });
  return { released, more: released === LEAVING_ROWS };
}

/** Forgets the keys of days before `before`: events that old are refused. */
export async function forgetKeys(db: Queryable, before: number): Promise<void> {
  await db.query(sql`delete from retired_keys where day < ${dateText(before)}::date`);
}

/** Deletes what could not be understood and was not seen again since `before`. */
export async function deleteQuarantined(db: Queryable, before: number): Promise<number> {
  return (await db.query(sql`delete from quarantine where last_seen_at < ${timeText(before)}::timestamptz`))
    .rowCount;
}

/** Deletes runs of jobs older than 30 days, but the last of each job and the last that succeeded. */
export async function deleteOldRuns(db: Queryable): Promise<void> {
  await db.query(sql`
    delete from job_runs r where started_at < now() - interval '30 days'
      and exists (select from job_runs n where n.job = r.job and n.started_at > r.started_at
                  and (n.outcome = 'done' or r.outcome <> 'done'))`);
}
