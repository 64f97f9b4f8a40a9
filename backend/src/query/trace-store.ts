import sql, { raw, type Sql } from 'sql-template-tag';
import type { Allowed } from '../access/allowed.js';
import type { Queryable } from '../db/db.js';
import { EVENT_COLUMNS, eventsWhere, type EventRow } from './event-store.js';
import { visibleTo } from './filter-store.js';

const ofTrace = (columns: Sql, traceId: string, allowed: Allowed): Sql =>
  eventsWhere(columns, sql`trace_id = ${traceId} and ${visibleTo(allowed)}`);

const SUMMED = raw('started_at, duration_us, kind, cost_status, cost_usd, input_tokens, output_tokens');

/** The visible spans of a trace in the order they started, at most `limit`. */
export async function readTraceSpans(
  db: Queryable,
  traceId: string,
  limit: number,
  allowed: Allowed,
): Promise<EventRow[]> {
  const { rows } = await db.query<EventRow>(sql`
    ${ofTrace(EVENT_COLUMNS, traceId, allowed)}
    order by started_at, span_id, realm limit ${limit}`);
  return rows;
}

/** What a trace comes to so far: counts and money as decimal text, null where nothing is told or priced. */
export type TraceSums = {
  readonly [K in 'spans' | 'calls' | 'priced_calls' | 'pending_calls']: string;
} & {
  readonly [K in 'coverage' | 'cost_usd' | 'input_tokens' | 'output_tokens']: string | null;
} & { readonly started_at: Date | null; readonly duration_ms: string | null };

/** Sums over all visible spans of a trace, however many. Usage and cost are those of its calls. */
export async function readTraceSums(db: Queryable, traceId: string, allowed: Allowed): Promise<TraceSums> {
  const { rows } = await db.query<TraceSums & Record<string, unknown>>(sql`
    with spans as (
      select started_at, started_at + duration_us * interval '1 microsecond' as ended_at,
             kind = 'call' as is_call,
             kind = 'call' and cost_status = 'priced' as is_priced,
             kind = 'call' and cost_status = 'pending' as is_pending,
             cost_usd, input_tokens, output_tokens
      from (${ofTrace(SUMMED, traceId, allowed)}) as events
    )
    select count(*)::text as spans,
           (count(*) filter (where is_call))::text as calls,
           (count(*) filter (where is_priced))::text as priced_calls,
           (count(*) filter (where is_pending))::text as pending_calls,
           trim_scale(trunc((count(*) filter (where is_priced))::numeric
             / nullif(count(*) filter (where is_priced or is_pending), 0), 6))::text as coverage,
           trim_scale(sum(cost_usd) filter (where is_call))::text as cost_usd,
           (sum(input_tokens) filter (where is_call))::text as input_tokens,
           (sum(output_tokens) filter (where is_call))::text as output_tokens,
           min(started_at) as started_at,
           trim_scale(round(extract(epoch from max(ended_at) - min(started_at))::numeric * 1000, 3))::text as duration_ms
    from spans`);
  const [sums] = rows;
  if (!sums) throw new RangeError('a sum without groups must return one row');
  return sums;
}
