import sql from 'sql-template-tag';
import type { Allowed } from '../access/allowed.js';
import type { Queryable } from '../db/db.js';
import { visibleTo, within } from './filter-store.js';
import { newestFirst } from './time-slices.js';

export interface LastEvent {
  readonly started_at: Date;
  readonly ingested_at: Date;
}

/** Clocks of senders may be ahead. Without an end the planner looks at every chunk. */
const AHEAD_MS = 86_400_000;

/**
 * The stored event that came last, of one of the last days that has any; where only some organisations may be seen, the
 * one that started last. Each order has an index: by time alone there is none.
 */
export async function readLastEvent(db: Queryable, allowed: Allowed, now: number): Promise<LastEvent | null> {
  const order = allowed.organisations === null ? sql`request_number` : sql`started_at`;
  for (const { from, to } of newestFirst(0, null, now)) {
    const ranges = [{ from, to: to ?? now + AHEAD_MS }];
    const { rows } = await db.query<LastEvent & Record<string, unknown>>(sql`
      select started_at, ingested_at from usage_events
      where ${within(sql`started_at`, ranges)} and started_at >= (select raw_floor from ledger_state)
        and ${visibleTo(allowed)} and ${order} is not null
      order by ${order} desc limit 1`);
    if (rows[0]) return rows[0];
  }
  return null;
}
