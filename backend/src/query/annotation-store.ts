import sql, { type Sql } from 'sql-template-tag';
import type { Allowed } from '../access/allowed.js';
import type { Queryable, Row } from '../db/db.js';
import { isoTime } from './common-schema.js';
import { eventsWhere } from './event-store.js';
import { conditions, within } from './filter-store.js';
import type { Filter } from './filter.js';
import { DAY, type TimeRange } from './time-ranges.js';

export interface ChangesRequest extends TimeRange {
  readonly filters: readonly Filter[];
  readonly limit: number;
}

/** Calls that were pending and got their price in one hour; money as decimal text. */
export interface RecoveredRow extends Row {
  readonly hour: Date;
  readonly provider: string | null;
  readonly model: string | null;
  readonly calls: string;
  readonly cost_usd: string;
}

/** The most expensive first. Calls that are stored no more are not among them. */
export async function readRecovered(
  db: Queryable,
  { from, to, filters, limit }: ChangesRequest,
  allowed: Allowed,
): Promise<RecoveredRow[]> {
  const recovered = within(sql`recovered_at`, [{ from, to }]);
  // A call began before it was recovered: whole chunks need not be looked at.
  const known = sql`recovered_at is not null and started_at < ${isoTime(to)}::timestamptz
    and kind = 'call' and cost_status = 'priced' and ${conditions(recovered, filters, allowed)}`;
  const { rows } = await db.query<RecoveredRow>(sql`
    select date_trunc('hour', recovered_at, 'UTC') as hour, provider, model, count(*)::text as calls,
           trim_scale(sum(cost_usd))::text as cost_usd
    from (${eventsWhere(sql`recovered_at, provider, model, cost_usd`, known)}) as recovered
    group by 1, 2, 3 order by sum(cost_usd) desc, 1, 2, 3 limit ${limit}`);
  return rows;
}

/** What was posted to a closed UTC day for one reason; counts and money as decimal text, signed. */
export interface RestatedRow extends Row {
  readonly day: Date;
  readonly reason: string;
  readonly calls: string;
  readonly priced_calls: string;
  readonly pending_calls: string;
  /** Null where no money changed. */
  readonly cost_usd: string | null;
  readonly last_posted_at: Date;
}

/** Of every UTC day the time touches, the greatest changes of cost first. */
export async function readRestated(
  db: Queryable,
  { from, to, filters, limit }: ChangesRequest,
  allowed: Allowed,
): Promise<RestatedRow[]> {
  const days = { from: Math.floor(from / DAY) * DAY, to: Math.ceil(to / DAY) * DAY };
  const sum = (column: Sql): Sql => sql`sum(${column})::text as ${column}`;
  const { rows } = await db.query<RestatedRow>(sql`
    select date_trunc('day', bucket, 'UTC') as day, reason, ${sum(sql`calls`)}, ${sum(sql`priced_calls`)}, ${sum(sql`pending_calls`)},
           trim_scale(sum(cost_usd))::text as cost_usd, max(posted_at) as last_posted_at
    from ledger_adjustments where ${conditions(within(sql`bucket`, [days]), filters, allowed)}
    group by 1, 2 order by abs(sum(cost_usd)) desc nulls last, 1, 2 limit ${limit}`);
  return rows;
}
