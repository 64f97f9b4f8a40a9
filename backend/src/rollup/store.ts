import sql, { type Sql } from 'sql-template-tag';
import type { Connection, Db, Queryable } from '../db/db.js';
import { asMs, timeText } from '../event-store/columns.js';
import { allEnded } from '../jobs/all-ended.js';
import { BUCKET_MS, OF_RAW_EVENTS, PARTS, STAGES, type Aggregate, type Part } from './aggregates.js';

/** Any constant no other program uses: "refres" in ASCII. Of each part the next number. */
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

/** The UTC days that have a chunk of raw events, as `day`. Chunks are days, unless an operator changed that. */
export const CHUNK_DAYS = sql`
  select generate_series(range_start, range_end - interval '24 hours', interval '24 hours') as day
  from timescaledb_information.chunks
  where hypertable_schema = current_schema() and hypertable_name = 'usage_events'`;

type RefreshDb = Pick<Db, 'engine' | 'withConnection'>;

/**
 * Brings the aggregates of a part up to date over [from, to), but never below the raw floor: TimescaleDB would compute the
 * buckets of dropped events again and leave nothing of them. The floor is read under the lock: retire's last refresh of
 * a day waits for it, so no refresh that read an older floor runs after the drop.
 */
export async function refreshAggregates(db: RefreshDb, part: Part, range: TimeRange): Promise<void> {
  await withPart(db, part, async (connection) => {
    const { rows } = await connection.query<{ raw_floor: number }>(
      sql`select ${asMs(sql`raw_floor`)} as raw_floor from ledger_state`,
    );
    const [state] = rows;
    if (!state)
      throw new Error('ledger_state has no row: restore it from a back-up, it holds the watermarks');
    const { from, to } = range;
    await refreshStages(db, connection, part, { from: Math.max(state.raw_floor, from), to });
  });
}

/** The last refresh of a UTC day that is below the raw floor while its raw events still exist. Retire alone may do this. */
export async function refreshRetiringDay(db: RefreshDb, part: Part, day: number): Promise<void> {
  await withPart(db, part, (connection) =>
    refreshStages(db, connection, part, { from: day, to: day + DAY_MS }),
  );
}

/**
 * The chains of a stage side by side, the first on the connection that holds the lock. The embedded engine has one session:
 * there a second connection would gain nothing, and who waits for one while it holds another may wait for ever.
 */
async function refreshStages(
  db: RefreshDb,
  connection: Connection,
  part: Part,
  range: TimeRange,
): Promise<void> {
  for (const stage of STAGES[part]) {
    const [first, ...beside] = stage;
    if (db.engine === 'embedded') {
      for (const chain of stage) await refreshChain(connection, chain, range);
      continue;
    }
    const others = beside.map((chain) => withoutLimit(db, (other) => refreshChain(other, chain, range)));
    await allEnded([refreshChain(connection, first, range), ...others]);
  }
}

/**
 * Not allowed inside a transaction (25001). Only buckets that changed are computed again: an unchanged month takes about a
 * millisecond. An aggregate of an aggregate is read by its index of buckets: a scan of the whole table asks TimescaleDB's
 * catalogue for the other's watermark once a row (2.23 makes it a constant in a SELECT only, not in the INSERT of a refresh),
 * which took 2.5 s in place of 0.3 for 176,000 rows.
 */
async function refreshChain(
  connection: Connection,
  chain: readonly Aggregate[],
  { from, to }: TimeRange,
): Promise<void> {
  for (const aggregate of chain) {
    const width = BUCKET_MS[aggregate];
    // TimescaleDB refuses a window without a whole bucket (22023): what is in it is read in real time.
    if (Math.ceil(from / width) >= Math.floor(to / width)) continue;
    if (!OF_RAW_EVENTS.has(aggregate)) await connection.query(sql`set enable_seqscan = off`);
    await connection.query(
      sql`call refresh_continuous_aggregate(${aggregate}, ${timeText(from)}::timestamptz, ${timeText(to)}::timestamptz)`,
    );
  }
}

/**
 * One process at a time refreshes a part: of two refreshes of one aggregate at once TimescaleDB 2.28 refuses one (55P03),
 * and in 2.23 they can deadlock.
 */
const withPart = (
  db: RefreshDb,
  part: Part,
  work: (connection: Connection) => Promise<void>,
): Promise<void> =>
  withoutLimit(db, async (connection) => {
    const key = REFRESH_LOCK_KEY + BigInt(PARTS.indexOf(part));
    try {
      await connection.query(sql`select pg_advisory_lock(${key})`);
      await work(connection);
    } finally {
      await connection.query(sql`select pg_advisory_unlock(${key})`);
    }
  });

/**
 * No refresh is cut short: TimescaleDB remembers its whole range and starts with it again the next time, so one that is
 * too long for the time limit would never end (10 million calls, seen).
 */
const withoutLimit = (db: RefreshDb, work: (connection: Connection) => Promise<void>): Promise<void> =>
  db.withConnection(async (connection) => {
    // The one session of the embedded engine has no limit, and would keep what is set.
    if (db.engine === 'server') await connection.query(sql`set statement_timeout = 0`);
    try {
      await work(connection);
    } finally {
      await connection.query(sql`reset enable_seqscan`);
      if (db.engine === 'server') await connection.query(sql`reset statement_timeout`);
    }
  });

/** Writes dirty pages out and lets the log be reused: the embedded engine has no checkpointer of its own. */
export async function checkpoint(db: Queryable): Promise<void> {
  await db.query(sql`checkpoint`);
}

/** The embedded engine has no autovacuum. */
export async function vacuumAnalyze(db: Queryable): Promise<void> {
  await db.query(sql`vacuum analyze`);
}
