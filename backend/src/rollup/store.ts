import sql, { type Sql } from 'sql-template-tag';
import type { Connection, Db, Queryable } from '../db/db.js';
import { timeText } from '../event-store/columns.js';
import { allEnded } from '../jobs/all-ended.js';
import { BUCKET_MS, CHAINS, type Aggregate } from './aggregates.js';

/** Any constant no other program uses: "refres" in ASCII. Of each chain the next number. */
const REFRESH_LOCK_KEY = 0x726566726573n;
export const DAY_MS = 86_400_000;

/** Half-open, Unix ms. */
export interface TimeRange {
  readonly from: number;
  readonly to: number;
}

/** One UTC day of a timestamptz column. */
export const withinDay = (column: Sql, day: number): Sql =>
  sql`${column} >= ${timeText(day)}::timestamptz and ${column} < ${timeText(day + DAY_MS)}::timestamptz`;

/** A UTC midnight (Unix ms) as a date. */
export const dateText = (day: number): string => timeText(day).slice(0, 10);

/** A timestamptz as Unix ms. */
export const asMs = (instant: Sql): Sql => sql`(extract(epoch from ${instant}) * 1000)::float8`;

/** The UTC days that have a chunk of raw events, as `day`. Chunks are days, unless an operator changed that. */
export const CHUNK_DAYS = sql`
  select generate_series(range_start, range_end - interval '24 hours', interval '24 hours') as day
  from timescaledb_information.chunks
  where hypertable_schema = current_schema() and hypertable_name = 'usage_events'`;

/**
 * Brings every aggregate up to date over [from, to), but never below the raw floor: TimescaleDB would compute the
 * buckets of dropped events again and leave nothing of them. The floor is read under the lock: retire's last refresh of
 * a day waits for it, so no refresh that read an older floor runs after the drop.
 */
export async function refreshAggregates(
  db: Pick<Db, 'engine' | 'withConnection'>,
  range: TimeRange,
): Promise<void> {
  await eachChain(db, async (connection, chain) => {
    const { rows } = await connection.query<{ raw_floor: number }>(
      sql`select ${asMs(sql`raw_floor`)} as raw_floor from ledger_state`,
    );
    const [state] = rows;
    if (!state)
      throw new Error('ledger_state has no row: restore it from a back-up, it holds the watermarks');
    await refresh(connection, chain, { from: Math.max(state.raw_floor, range.from), to: range.to });
  });
}

/** The last refresh of a UTC day that is below the raw floor while its raw events still exist. Retire alone may do this. */
export async function refreshRetiringDay(
  db: Pick<Db, 'engine' | 'withConnection'>,
  day: number,
): Promise<void> {
  await eachChain(db, (connection, chain) => refresh(connection, chain, { from: day, to: day + DAY_MS }));
}

/** Not allowed inside a transaction (25001). Only buckets that changed are computed again: an unchanged month takes about a millisecond. */
async function refresh(
  connection: Connection,
  chain: readonly Aggregate[],
  { from, to }: TimeRange,
): Promise<void> {
  for (const aggregate of chain) {
    const width = BUCKET_MS[aggregate];
    // TimescaleDB refuses a window without a whole bucket (22023): what is in it is read in real time.
    if (Math.ceil(from / width) >= Math.floor(to / width)) continue;
    await connection.query(
      sql`call refresh_continuous_aggregate(${aggregate}, ${timeText(from)}::timestamptz, ${timeText(to)}::timestamptz)`,
    );
  }
}

/**
 * The chains side by side, each on a connection and under a lock of its own. One process at a time has a chain: of two
 * refreshes of one aggregate at once TimescaleDB 2.28 refuses one (55P03), and in 2.23 they can deadlock.
 * No refresh is cut short: TimescaleDB remembers its whole range and starts with it again the next time, so one that is
 * too long for the time limit would never end (10 million calls, seen).
 */
async function eachChain(
  db: Pick<Db, 'engine' | 'withConnection'>,
  work: (connection: Connection, chain: readonly Aggregate[]) => Promise<void>,
): Promise<void> {
  await allEnded(
    CHAINS.map((chain, index) =>
      db.withConnection(async (connection) => {
        const key = REFRESH_LOCK_KEY + BigInt(index);
        // The one session of the embedded engine has no limit, and would keep what is set.
        if (db.engine === 'server') await connection.query(sql`set statement_timeout = 0`);
        try {
          await connection.query(sql`select pg_advisory_lock(${key})`);
          await work(connection, chain);
        } finally {
          await connection.query(sql`select pg_advisory_unlock(${key})`);
          if (db.engine === 'server') await connection.query(sql`reset statement_timeout`);
        }
      }),
    ),
  );
}

/** Writes dirty pages out and lets the log be reused: the embedded engine has no checkpointer of its own. */
export async function checkpoint(db: Queryable): Promise<void> {
  await db.query(sql`checkpoint`);
}

/** The embedded engine has no autovacuum. */
export async function vacuumAnalyze(db: Queryable): Promise<void> {
  await db.query(sql`vacuum analyze`);
}
