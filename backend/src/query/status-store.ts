import sql from 'sql-template-tag';
import type { Allowed } from '../access/allowed.js';
import type { Queryable } from '../db/db.js';
import { isoTime } from './common-schema.js';
import { visibleTo } from './filter-store.js';
import { newestFirst } from './time-slices.js';

export interface LastEvent {
  readonly started_at: Date;
  readonly ingested_at: Date;
}

/**
 * The stored event that came last, of one of the last days that has any; where only some organisations may be seen, the
 * one that started last. Each order has an index: by time alone there is none.
 */
export async function readLastEvent(db: Queryable, allowed: Allowed, now: number): Promise<LastEvent | null> {
  const order = allowed.organisations === null ? sql`request_number` : sql`started_at`;
  for (const { from, to } of newestFirst(0, null, now)) {
    const before = to === null ? sql`true` : sql`started_at < ${isoTime(to)}::timestamptz`;
    const { rows } = await db.query<LastEvent & Record<string, unknown>>(sql`
      select started_at, ingested_at from usage_events
      where started_at >= greatest(${isoTime(from)}::timestamptz, (select raw_floor from ledger_state)) and ${before}
        and ${visibleTo(allowed)} and ${order} is not null
      order by ${order} desc limit 1`);
    if (rows[0]) return rows[0];
  }
  return null;
}
