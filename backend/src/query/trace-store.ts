import sql, { raw, type Sql } from 'sql-template-tag';
import type { Allowed } from '../access/allowed.js';
import type { Queryable, Row } from '../db/db.js';
import { EVENT_COLUMNS, eventsWhere, type EventRow } from './event-store.js';
import { visibleTo } from './filter-store.js';

/** Which spans belong together: those of a trace, or of a conversation. Made here, and with whose organisations it may be. */
export interface Chain {
  readonly condition: Sql;
}

/** The visible spans of a trace. */
export const ofTrace = (traceId: string, allowed: Allowed): Chain => ({
  condition: sql`trace_id = ${traceId} and ${visibleTo(allowed)}`,
});

/** The traces in which a conversation was found, and when. */
export interface ConversationTraces {
  readonly ids: readonly string[];
  readonly from: Date;
  readonly to: Date;
}

/** Visible traces that have a span of a conversation; null when there is none. */
export async function readConversationTraces(
  db: Queryable,
  conversationId: string,
  allowed: Allowed,
): Promise<ConversationTraces | null> {
  const named = sql`conversation_id = ${conversationId} and ${visibleTo(allowed)}`;
  const { rows } = await db.query<{ ids: string[] | null; from: Date; to: Date }>(sql`
    select array_agg(distinct trace_id) as ids, min(started_at) as from, max(started_at) as to
    from (${eventsWhere(sql`trace_id, started_at`, named)}) as found`);
  const [found] = rows;
  return found?.ids ? { ids: found.ids, from: found.from, to: found.to } : null;
}

/**
 * The visible spans of a conversation's traces: its own, and those that tell no conversation, such as the request that led to
 * it. A request that is longer than a day would lose what it did before and after.
 */
export const ofConversation = (
  conversationId: string,
  { ids, from, to }: ConversationTraces,
  allowed: Allowed,
): Chain => ({
  condition: sql`trace_id = any(${[...ids]}::text[])
    and started_at >= ${from}::timestamptz - interval '1 day' and started_at <= ${to}::timestamptz + interval '1 day'
    and (conversation_id is null or conversation_id = ${conversationId}) and ${visibleTo(allowed)}`,
});

/** The spans of a chain in the order they started, at most `limit`. */
export async function readSpans(db: Queryable, { condition }: Chain, limit: number): Promise<EventRow[]> {
  const { rows } = await db.query<EventRow>(sql`
    ${eventsWhere(EVENT_COLUMNS, condition)}
    order by started_at, span_id, realm limit ${limit}`);
  return rows;
}

const SUMMED = raw(
  'trace_id, started_at, duration_us, kind, cost_status, cost_usd, input_tokens, output_tokens',
);

/** Every span of a chain with what decides what it adds. Usage and cost are those of its calls. */
const spansOf = ({ condition }: Chain): Sql => sql`
  select trace_id, started_at, started_at + duration_us * interval '1 microsecond' as ended_at,
         kind = 'call' as is_call,
         kind = 'call' and cost_status = 'priced' as is_priced,
         kind = 'call' and cost_status = 'pending' as is_pending,
         cost_usd, input_tokens, output_tokens
  from (${eventsWhere(SUMMED, condition)}) as events`;

const COST = sql`trim_scale(sum(cost_usd) filter (where is_call))::text as cost_usd`;
const PENDING = sql`(count(*) filter (where is_pending))::text as pending_calls`;
const DURATION = sql`
  trim_scale(round(extract(epoch from max(ended_at) - min(started_at))::numeric * 1000, 3))::text as duration_ms`;

/** What a chain comes to so far: counts and money as decimal text, null where nothing is told or priced. */
export type ChainSums = {
  readonly [K in 'spans' | 'calls' | 'priced_calls' | 'pending_calls']: string;
} & {
  readonly [K in 'coverage' | 'cost_usd' | 'input_tokens' | 'output_tokens']: string | null;
} & { readonly started_at: Date | null; readonly duration_ms: string | null };

/** Sums over all spans of a chain, however many. */
export async function readSums(db: Queryable, chain: Chain): Promise<ChainSums> {
  const { rows } = await db.query<ChainSums & Row>(sql`
    select count(*)::text as spans,
           (count(*) filter (where is_call))::text as calls,
           (count(*) filter (where is_priced))::text as priced_calls,
           ${PENDING},
           trim_scale(trunc((count(*) filter (where is_priced))::numeric
             / nullif(count(*) filter (where is_priced or is_pending), 0), 6))::text as coverage,
           ${COST},
           (sum(input_tokens) filter (where is_call))::text as input_tokens,
           (sum(output_tokens) filter (where is_call))::text as output_tokens,
           min(started_at) as started_at, ${DURATION}
    from (${spansOf(chain)}) as spans`);
  const [sums] = rows;
  if (!sums) throw new RangeError('a sum without groups must return one row');
  return sums;
}

/** One trace of a chain. */
export interface TraceSums extends Row {
  readonly trace_id: string;
  readonly started_at: Date;
  readonly duration_ms: string;
  readonly cost_usd: string | null;
  readonly pending_calls: string;
}

/** The same for each trace, those that began first before. */
export async function readTraceSums(db: Queryable, chain: Chain): Promise<TraceSums[]> {
  const { rows } = await db.query<TraceSums>(sql`
    select trace_id, min(started_at) as started_at, ${DURATION}, ${COST}, ${PENDING}
    from (${spansOf(chain)}) as spans group by trace_id order by min(started_at), trace_id`);
  return rows;
}
