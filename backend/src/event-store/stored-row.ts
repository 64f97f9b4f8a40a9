import sql, { raw, type Sql } from 'sql-template-tag';
import type { Row } from '../db/db.js';
import { ATTRIBUTION_FIELDS, UNATTRIBUTED, type Attribution, type CostState } from '../ledger/event.js';
import type { Settlement, UsageEvent } from '../ledger/event.js';
import { parseMoney } from '../ledger/money.js';
import type { StoredRow } from './ledger-row.js';
import { usageOf, type StoredUsage } from './stored-usage.js';

/** What a statement on usage_events or kept_events selects to get `StoredRow`s, and the alias it gives that table. */
export const storedColumns = (alias: string): Sql => raw(COLUMNS.map((column) => column(alias)).join(', '));

const plain = [
  ...['realm', 'trace_id', 'span_id', 'parent_span_id', 'kind', 'span_class', 'name', 'duration_us'],
  ...['scope_name', 'scope_version', 'service_name', 'status_error', 'inherited', 'operation', 'provider'],
  ...['org_id', 'assistant_id', 'query_type', 'conversation_id', 'user_id', 'environment'],
  ...['model', 'request_model', 'response_model', 'response_id', 'service_tier'],
  ...['input_tokens', 'cache_read', 'cache_write_5m', 'cache_write_1h', 'output_tokens', 'reasoning'],
  ...['usage_more', 'usage_problem', 'input_basis', 'usage_quality', 'lost', 'detail', 'failed'],
  ...['time_to_first_token_ms', 'cost_status', 'cost_reason', 'cost_quality', 'price_version_ids'],
  ...['repeat_of_trace_id', 'repeat_of_span_id', 'request_number'],
];
/** Times as Unix ms: reading a Date took a third of reading a row. `date_part` is a float, `extract` a slow numeric. */
const COLUMNS: readonly ((alias: string) => string)[] = [
  ...plain.map((name) => (alias: string) => `${alias}.${name}`),
  (alias) => `date_part('epoch', ${alias}.started_at) * 1000 as started_ms`,
  (alias) => `date_part('epoch', ${alias}.repeat_of_started_at) * 1000 as repeat_of_started_ms`,
  (alias) => `trim_scale(${alias}.cost_usd)::text as cost_usd`,
  (alias) => `trim_scale(${alias}.reported_cost)::text as reported_cost`,
];

type Text = string | null;
interface DbRow extends Row, StoredUsage {
  readonly realm: string;
  readonly trace_id: string;
  readonly span_id: string;
  readonly started_ms: number;
  readonly parent_span_id: Text;
  readonly kind: Settlement['kind'];
  readonly span_class: UsageEvent['spanClass'];
  readonly name: string;
  readonly duration_us: string;
  readonly scope_name: string;
  readonly scope_version: string;
  readonly service_name: Text;
  readonly status_error: boolean;
  readonly inherited: number;
  readonly operation: Text;
  readonly provider: Text;
  readonly org_id: string;
  readonly assistant_id: Text;
  readonly query_type: Text;
  readonly conversation_id: Text;
  readonly user_id: Text;
  readonly environment: Text;
  readonly model: Text;
  readonly request_model: Text;
  readonly response_model: Text;
  readonly response_id: Text;
  readonly service_tier: Text;
  readonly usage_problem: UsageEvent['usageProblem'];
  readonly input_basis: UsageEvent['inputBasis'];
  readonly usage_quality: UsageEvent['usageQuality'];
  readonly lost: Text;
  readonly detail: number;
  readonly failed: boolean;
  readonly reported_cost: Text;
  readonly time_to_first_token_ms: number | null;
  readonly cost_status: CostState['status'];
  readonly cost_reason: CostState['reason'];
  readonly cost_quality: CostState['quality'];
  readonly cost_usd: Text;
  readonly price_version_ids: Text;
  readonly repeat_of_trace_id: Text;
  readonly repeat_of_span_id: Text;
  readonly repeat_of_started_ms: number | null;
  readonly request_number: Text;
}

/** A row selected with `storedColumns`. */
export function storedRow(row: Row, place: StoredRow['place']): StoredRow {
  const stored = row as DbRow;
  const attribution = attributionOf(stored);
  return {
    place,
    requestNumber: stored.request_number,
    event: eventOf(stored, ownOf(attribution, stored.inherited)),
    settlement: {
      kind: stored.kind,
      repeatReason: stored.kind === 'repeat' ? (stored.cost_reason as 'wrapper' | 'duplicate') : null,
      repeatOf:
        stored.repeat_of_trace_id === null || stored.repeat_of_span_id === null
          ? null
          : {
              traceId: stored.repeat_of_trace_id,
              spanId: stored.repeat_of_span_id,
              startedAt: Math.round(stored.repeat_of_started_ms ?? 0),
            },
      attribution,
    },
    cost: {
      status: stored.cost_status,
      reason: stored.cost_reason,
      quality: stored.cost_quality,
      costUsd: stored.cost_usd === null ? null : parseMoney(stored.cost_usd),
      priceVersionIds: stored.price_version_ids?.split(',') ?? [],
    },
    model: stored.model,
  };
}

const attributionOf = (row: DbRow): Attribution => ({
  orgId: row.org_id === UNATTRIBUTED ? null : row.org_id,
  assistantId: row.assistant_id,
  queryType: row.query_type,
  conversationId: row.conversation_id,
  userId: row.user_id,
  environment: row.environment,
});

/** What the event itself told: the rest was inherited. */
function ownOf(attribution: Attribution, inherited: number): Attribution {
  if (inherited === 0) return attribution;
  return Object.fromEntries(
    ATTRIBUTION_FIELDS.map((field, index) => [field, inherited & (1 << index) ? null : attribution[field]]),
  ) as unknown as Attribution;
}

function eventOf(row: DbRow, own: Attribution): UsageEvent {
  return {
    realm: row.realm,
    traceId: row.trace_id,
    spanId: row.span_id,
    startedAt: Math.round(row.started_ms),
    parentSpanId: row.parent_span_id,
    name: row.name,
    durationUs: Number(row.duration_us),
    scopeName: row.scope_name,
    scopeVersion: row.scope_version,
    serviceName: row.service_name,
    statusError: row.status_error,
    own,
    spanClass: row.span_class,
    operation: row.operation,
    provider: row.provider,
    requestModel: row.request_model,
    responseModel: row.response_model,
    responseId: row.response_id,
    serviceTier: row.service_tier,
    usage: usageOf(row),
    usageProblem: row.usage_problem,
    inputBasis: row.input_basis,
    usageQuality: row.usage_quality,
    lost: row.lost?.split('; ') ?? [],
    detail: row.detail,
    failed: row.failed,
    reportedCost: row.reported_cost,
    timeToFirstTokenMs: row.time_to_first_token_ms,
    attributes: null,
  };
}

/** Rows of both places that meet a condition on `e`, as a union: `place` tells where each is. */
export const storedRowsWhere = (condition: Sql): Sql => sql`
  select 'raw' as place, ${storedColumns('e')} from usage_events e
  where ${condition} and e.started_at >= (select raw_floor from ledger_state)
  union all
  select 'kept' as place, ${storedColumns('e')} from kept_events e where ${condition}`;
