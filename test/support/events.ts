import sql, { join, raw, type Sql } from 'sql-template-tag';
import type { Db } from '../../backend/src/db/db.js';
import { AGGREGATES } from '../../backend/src/rollup/aggregates.js';

/** A row of usage_events as a test writes it: money as decimal text, times in RFC 3339. */
export interface StoredEvent {
  realm: string;
  trace_id: string;
  span_id: string;
  started_at: string;
  ingested_at: string;
  parent_span_id: string | null;
  kind: 'call' | 'repeat' | 'step';
  span_class: 'call' | 'wrapper' | 'step';
  name: string;
  duration_us: number;
  scope_name: string;
  scope_version: string;
  service_name: string | null;
  status_error: boolean;
  org_id: string;
  assistant_id: string | null;
  query_type: string | null;
  conversation_id: string | null;
  user_id: string | null;
  environment: string | null;
  inherited: number;
  provider: string | null;
  model: string | null;
  request_model: string | null;
  response_model: string | null;
  service_tier: string | null;
  input_tokens: number | null;
  cache_read: number | null;
  cache_write_5m: number | null;
  cache_write_1h: number | null;
  output_tokens: number | null;
  reasoning: number | null;
  usage_more: Record<string, number> | null;
  usage_quality: string;
  lost: string | null;
  detail: number;
  failed: boolean;
  reported_cost: string | null;
  time_to_first_token_ms: number | null;
  cost_status: 'priced' | 'pending' | 'unbilled' | null;
  cost_reason: string | null;
  cost_quality: string | null;
  cost_usd: string | null;
  cache_saved_usd: string | null;
  price_version_ids: string | null;
  repeat_of_trace_id: string | null;
  repeat_of_span_id: string | null;
  repeat_of_started_at: string | null;
}

let made = 0;
const hex = (number: number, digits: number): string => number.toString(16).padStart(digits, '0');

/** A priced call of one second in the team's realm with ids of its own, changed by `overrides`. */
export function storedEvent(overrides: Partial<StoredEvent> = {}): StoredEvent {
  made += 1;
  return {
    realm: 'team',
    trace_id: hex(made, 32),
    span_id: hex(made, 16),
    started_at: '2026-11-01T12:00:00.000Z',
    ingested_at: '2026-11-22T00:00:00.000Z',
    parent_span_id: null,
    kind: 'call',
    span_class: 'call',
    name: 'chat gpt-4o',
    duration_us: 1_000_000,
    scope_name: 'test',
    scope_version: '1',
    service_name: 'web',
    status_error: false,
    org_id: 'acme',
    assistant_id: null,
    query_type: null,
    conversation_id: null,
    user_id: null,
    environment: null,
    inherited: 0,
    provider: 'openai',
    model: 'gpt-4o',
    request_model: 'gpt-4o',
    response_model: null,
    service_tier: null,
    input_tokens: 100,
    cache_read: null,
    cache_write_5m: null,
    cache_write_1h: null,
    output_tokens: 10,
    reasoning: null,
    usage_more: null,
    usage_quality: 'exact',
    lost: null,
    detail: 1,
    failed: false,
    reported_cost: null,
    time_to_first_token_ms: null,
    cost_status: 'priced',
    cost_reason: null,
    cost_quality: 'exact',
    cost_usd: '0.00035',
    cache_saved_usd: null,
    price_version_ids: null,
    repeat_of_trace_id: null,
    repeat_of_span_id: null,
    repeat_of_started_at: null,
    ...overrides,
  };
}

/** What makes a stored event a call without a cost. */
export const pendingCost = (reason = 'unknown_model'): Partial<StoredEvent> => ({
  cost_status: 'pending',
  cost_reason: reason,
  cost_quality: null,
  cost_usd: null,
  cache_saved_usd: null,
});

/** What makes a stored event a step of its trace. */
export const asStep: Partial<StoredEvent> = {
  ...{ kind: 'step', span_class: 'step', cost_status: null, cost_quality: null, cost_usd: null },
  ...{ provider: null, model: null, request_model: null, input_tokens: null, output_tokens: null },
};

/** Writes events as they are, past ingest. */
export async function insertEvents(db: Db, events: readonly StoredEvent[]): Promise<void> {
  const columns = join(Object.keys(storedEvent()).map((name) => raw(name)));
  await db.query(sql`
    insert into usage_events (${columns})
    select ${columns} from jsonb_populate_recordset(null::usage_events, ${JSON.stringify(events)}::jsonb)`);
}

/** Brings the aggregates up to date for [from, to). */
export async function refreshUsage(db: Db, from: string, to: string): Promise<void> {
  for (const aggregate of AGGREGATES) {
    await db.query(
      sql`call refresh_continuous_aggregate(${aggregate}, ${from}::timestamptz, ${to}::timestamptz)`,
    );
  }
}

/** Copies stored events that meet a condition to kept_events, as retiring their day does. */
export async function keepEvents(db: Db, condition: Sql): Promise<void> {
  const { rows } = await db.query<{ names: string }>(sql`
    select string_agg(column_name, ', ') as names from information_schema.columns where table_name = 'usage_events'`);
  const names = raw(rows[0]?.names ?? '');
  await db.query(
    sql`insert into kept_events (${names}) select ${names} from usage_events where ${condition}`,
  );
}
