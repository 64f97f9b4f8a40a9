import sql from 'sql-template-tag';
import type { Queryable } from '../db/db.js';

/**
 * Brings the 15-minute aggregate up to date over [from, to). Not allowed inside a transaction (25001). Only buckets that
 * changed are computed again: an unchanged month costs about a millisecond.
 */
export async function refreshUsage15m(db: Queryable, from: Date, to: Date): Promise<void> {
  await db.query(
    sql`call refresh_continuous_aggregate('usage_15m', ${from}::timestamptz, ${to}::timestamptz)`,
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
