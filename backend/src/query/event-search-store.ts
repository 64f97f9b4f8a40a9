import sql, { empty, join, raw, type Sql } from 'sql-template-tag';
import type { Allowed } from '../access/allowed.js';
import type { Queryable, Row } from '../db/db.js';
import { isoTime } from './common-schema.js';
import { EVENT_COLUMNS, eventsWhere, type EventRow } from './event-store.js';
import { DIMENSION_COLUMNS, holds, visibleTo } from './filter-store.js';
import type { EventField, EventFilter } from './filter.js';
import { newestFirst, oldestFirst, type TimeSlice } from './time-slices.js';

export const EVENT_ORDERS = ['started_at', 'cost_usd', 'duration_ms', 'total_tokens'] as const;
export type EventOrder = (typeof EVENT_ORDERS)[number];

export interface EventSearch {
  /** Unix ms, half-open; no `to`: unbounded. */
  readonly from: number;
  readonly to: number | null;
  readonly filters: readonly EventFilter[];
  readonly order: { readonly field: EventOrder; readonly direction: 'asc' | 'desc' };
  readonly limit: number;
  /** Unix ms: read with `withWatermarks`. */
  readonly rawFloor: number;
}

const FIELD_COLUMNS: Record<EventField, Sql> = {
  ...DIMENSION_COLUMNS,
  conversation_id: sql`conversation_id`,
  user_id: sql`user_id`,
  trace_id: sql`trace_id`,
  service_name: sql`service_name`,
  cost_status: sql`cost_status`,
  cost_reason: sql`cost_reason`,
  cost_quality: sql`cost_quality`,
  kind: sql`kind`,
};

/** Null where neither is told. */
const TOTAL_TOKENS = sql`case when input_tokens is not null or output_tokens is not null
  then coalesce(input_tokens, 0) + coalesce(output_tokens, 0) end`;

const ORDER_VALUES: Record<EventOrder, Sql> = {
  started_at: sql`started_at`,
  cost_usd: sql`cost_usd`,
  duration_ms: sql`duration_us`,
  total_tokens: TOTAL_TOKENS,
};

const floorOf = ({ rawFloor }: EventSearch): Sql => sql`${isoTime(rawFloor)}::timestamptz`;

function conditionsOf({ filters }: EventSearch, { from, to }: TimeSlice, allowed: Allowed): Sql {
  const conditions = [visibleTo(allowed), sql`started_at >= ${isoTime(from)}::timestamptz`];
  if (to !== null) conditions.push(sql`started_at < ${isoTime(to)}::timestamptz`);
  conditions.push(...filters.map((filter) => holds(FIELD_COLUMNS[filter.field], filter)));
  return join(conditions, ' and ');
}

/**
 * The first events in an order; equal ones newest first, unknown values last. By time it reads slice by slice until there
 * are enough; every other order has to look at all that match.
 */
export async function searchEvents(
  db: Queryable,
  search: EventSearch,
  allowed: Allowed,
  now: number,
): Promise<EventRow[]> {
  const { field, direction } = search.order;
  if (field !== 'started_at') return readSlice(db, search, search, search.limit, allowed);
  const cut = direction === 'asc' ? oldestFirst : newestFirst;
  const found: EventRow[] = [];
  for (const slice of cut(search.from, search.to, now)) {
    found.push(...(await readSlice(db, search, slice, search.limit - found.length, allowed)));
    if (found.length >= search.limit) break;
  }
  return found;
}

async function readSlice(
  db: Queryable,
  search: EventSearch,
  slice: TimeSlice,
  limit: number,
  allowed: Allowed,
): Promise<EventRow[]> {
  const { field, direction } = search.order;
  const ties = field === 'started_at' ? raw(direction) : sql`desc`;
  const page = sql`order by ordered_by ${raw(direction)} nulls last,
    started_at ${ties}, trace_id ${ties}, span_id ${ties}, realm ${ties} limit ${limit}`;
  const columns = sql`${EVENT_COLUMNS}, ${ORDER_VALUES[field]} as ordered_by`;
  const { rows } = await db.query<EventRow>(
    sql`${eventsWhere(columns, conditionsOf(search, slice, allowed), page, floorOf(search))} ${page}`,
  );
  return rows;
}

/** What the calls among all events that match come to: decimal text, null where nothing is told or priced. */
export type SearchTotals = Row & {
  readonly [K in 'calls' | 'priced_calls' | 'pending_calls']: string;
} & { readonly [K in 'coverage' | 'cost_usd' | 'total_tokens']: string | null };

export async function readSearchTotals(
  db: Queryable,
  search: EventSearch,
  allowed: Allowed,
): Promise<SearchTotals> {
  const calls = sql`kind = 'call' and ${conditionsOf(search, search, allowed)}`;
  const columns = sql`cost_status, cost_usd, input_tokens, output_tokens`;
  const { rows } = await db.query<SearchTotals>(sql`
    with sums as (
      select count(*) as calls, count(*) filter (where cost_status = 'priced') as priced_calls,
             count(*) filter (where cost_status = 'pending') as pending_calls,
             sum(cost_usd) as cost_usd, sum(${TOTAL_TOKENS}) as total_tokens
      from (${eventsWhere(columns, calls, empty, floorOf(search))}) as calls
    )
    select calls::text, priced_calls::text, pending_calls::text,
           trim_scale(trunc(priced_calls::numeric / nullif(priced_calls + pending_calls, 0), 6))::text as coverage,
           trim_scale(cost_usd)::text as cost_usd, total_tokens::text
    from sums`);
  const [totals] = rows;
  if (!totals) throw new RangeError('a sum without groups must return one row');
  return totals;
}
