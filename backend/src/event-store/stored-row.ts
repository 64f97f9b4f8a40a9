import sql, { raw, type Sql } from 'sql-template-tag';
import type { Queryable, Row } from '../db/db.js';
import { queryColumns } from '../db/query-columns.js';
import { ATTRIBUTION_FIELDS, UNATTRIBUTED, type Attribution, type CostState } from '../ledger/event.js';
import type { Settlement, UsageEvent } from '../ledger/event.js';
import { parseMoney } from '../ledger/money.js';
import type { StoredRow } from './ledger-row.js';
import { usageOf, type StoredUsage } from './stored-usage.js';

type Name = keyof typeof UNTOLD;

/** Every column that a `StoredRow` is made of, with what it is where nobody asks for it. */
const UNTOLD = {
  ...{ realm: '', trace_id: '', span_id: '', started_ms: 0, parent_span_id: null, kind: 'call' },
  ...{ span_class: 'call', name: '', duration_us: 0, scope_name: '', scope_version: '', service_name: null },
  ...{ status_error: false, inherited: 0, operation: null, provider: null },
  ...{ org_id: UNATTRIBUTED, assistant_id: null, query_type: null, conversation_id: null, user_id: null },
  ...{ environment: null, model: null, request_model: null, response_model: null, response_id: null },
  ...{ service_tier: null, input_tokens: null, cache_read: null, cache_write_5m: null, cache_write_1h: null },
  ...{ output_tokens: null, reasoning: null, usage_more: null, usage_problem: null, input_basis: null },
  ...{ usage_quality: 'exact', lost: null, detail: 0, failed: false, reported_cost: null },
  ...{
    time_to_first_token_ms: null,
    cost_status: null,
    cost_reason: null,
    cost_quality: null,
    cost_usd: null,
  },
  ...{ cache_saved_usd: null, price_version_ids: null, repeat_of_trace_id: null, repeat_of_span_id: null },
  ...{ repeat_of_started_ms: null, request_number: null },
} as const;

/** What prices, the sums of the ledger and its dimensions are made of: what else is stored need not be read for them. */
const COST_NAMES: readonly Name[] = [
  ...([
    'realm',
    'trace_id',
    'span_id',
    'started_ms',
    'duration_us',
    'kind',
    'status_error',
    'failed',
  ] as const),
  ...(['org_id', 'assistant_id', 'query_type', 'environment', 'provider', 'model', 'request_model'] as const),
  ...(['response_model', 'service_tier', 'input_tokens', 'cache_read', 'cache_write_5m'] as const),
  ...([
    'cache_write_1h',
    'output_tokens',
    'reasoning',
    'usage_more',
    'usage_problem',
    'usage_quality',
  ] as const),
  ...(['detail', 'cost_status', 'cost_reason', 'cost_quality', 'cost_usd', 'cache_saved_usd'] as const),
  'price_version_ids',
];
export type RowPart = 'all' | 'cost';
const NAMES: Readonly<Record<RowPart, readonly Name[]>> = {
  all: Object.keys(UNTOLD) as Name[],
  cost: COST_NAMES,
};

/** Times as Unix ms: reading a Date took a third of reading a row. `date_part` is a float, `extract` a slow numeric. */
const MADE: Partial<Record<Name, (alias: string) => string>> = {
  started_ms: (alias) => `date_part('epoch', ${alias}.started_at) * 1000`,
  repeat_of_started_ms: (alias) => `date_part('epoch', ${alias}.repeat_of_started_at) * 1000`,
  cost_usd: (alias) => `trim_scale(${alias}.cost_usd)::text`,
  cache_saved_usd: (alias) => `trim_scale(${alias}.cache_saved_usd)::text`,
  reported_cost: (alias) => `trim_scale(${alias}.reported_cost)::text`,
  request_number: (alias) => `${alias}.request_number::text`,
};

const valueOf = (name: Name, alias: string): string => MADE[name]?.(alias) ?? `${alias}.${name}`;

/** What a statement on usage_events or kept_events selects to get `StoredRow`s, and the alias it gives that table. */
export const storedColumns = (alias: string, part: RowPart = 'all'): Sql =>
  raw(NAMES[part].map((name) => `${valueOf(name, alias)} as ${name}`).join(', '));

/** Runs a statement that selects `place` and `storedColumns` of the same part. */
export const readStoredRows = (db: Queryable, statement: Sql, part: RowPart = 'all'): Promise<StoredRow[]> =>
  queryColumns(db, ['place', ...NAMES[part]], statement, UNTOLD, (row: Row) =>
    storedRow(row, row['place'] as StoredRow['place']),
  );

const untold: Record<string, unknown> = { ...UNTOLD };
/** Rows of part `cost` as JSON arrays: the values to select, and the row of such an array, which is not to be kept. */
export const COST_ROW = {
  columns: (alias: string): string => COST_NAMES.map((name) => valueOf(name, alias)).join(', '),
  row(values: readonly unknown[]): Row {
    for (let index = 0; index < COST_NAMES.length; index += 1)
      untold[COST_NAMES[index] ?? ''] = values[index];
    return untold;
  },
};

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
  readonly duration_us: string | number;
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
  readonly cache_saved_usd: Text;
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
      cacheSavedUsd: stored.cache_saved_usd === null ? null : parseMoney(stored.cache_saved_usd),
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
export const storedRowsWhere = (condition: Sql, part: RowPart = 'all'): Sql => sql`
  select 'raw' as place, ${storedColumns('e', part)} from usage_events e
  where ${condition} and e.started_at >= (select raw_floor from ledger_state)
  union all
  select 'kept' as place, ${storedColumns('e', part)} from kept_events e where ${condition}`;
