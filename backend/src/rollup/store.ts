import sql from 'sql-template-tag';
import type { Db, Queryable } from '../db/db.js';

/** Any constant no other program uses: "refres" in ASCII. */
const REFRESH_LOCK_KEY = 0x726566726573n;

/**
 * Brings the 15-minute aggregate up to date over [from, to). Not allowed inside a transaction (25001). Only buckets that
 * changed are computed again: an unchanged month costs about a millisecond.
 * One process at a time: of two refreshes at once TimescaleDB 2.28 refuses one (55P03), and in 2.23 they can deadlock.
 */
export async function refreshUsage15m(db: Pick<Db, 'withConnection'>, from: Date, to: Date): Promise<void> {
  await db.withConnection(async (connection) => {
    await connection.query(sql`select pg_advisory_lock(${REFRESH_LOCK_KEY})`);
    try {
      await connection.query(
        sql`call refresh_continuous_aggregate('usage_15m', ${from}::timestamptz, ${to}::timestamptz)`,
      );
    } finally {
      await connection.query(sql`select pg_advisory_unlock(${REFRESH_LOCK_KEY})`);
    }
  });
}

/** Writes dirty pages out and lets the log be reused: the embedded engine has no checkpointer of its own. */
export async function checkpoint(db: Queryable): Promise<void> {
  await db.query(sql`checkpoint`);
}

/** The embedded engine has no autovacuum. */
export async function vacuumAnalyze(db: Queryable): Promise<void> {
  await db.query(sql`vacuum analyze`);
}
