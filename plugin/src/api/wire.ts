/**
 * The backend's API as it is on the wire (its OpenAPI document, `/openapi.json`). Imports nothing, so that the backend's
 * tests can compare these types with its schemas: see test/plugin-wire.test.ts of the repository.
 */

/** USD as a decimal string, exact to 18 decimals. */
export type Money = string;
/** RFC 3339, UTC, milliseconds. */
export type Time = string;

export const DIMENSIONS = [
  'org_id',
  'assistant_id',
  'query_type',
  'provider',
  'model',
  'environment',
] as const;
export type Dimension = (typeof DIMENSIONS)[number];

export const MEASURES = [
  'cost_usd',
  'inexact_cost_usd',
  'error_cost_usd',
  'cache_saved_usd',
  'cost_per_call',
  'cost_per_conversation',
  'cost_per_user',
  'cost_per_million_tokens',
  'coverage',
  'calls',
  'priced_calls',
  'pending_calls',
  'failed_calls',
  'written_off_calls',
  'inexact_calls',
  'error_calls',
  'error_rate',
  'input_tokens',
  'cache_read_tokens',
  'cache_read_ratio',
  'cache_write_5m_tokens',
  'cache_write_1h_tokens',
  'cache_write_tokens',
  'output_tokens',
  'reasoning_tokens',
  'total_tokens',
  'tokens_per_call',
  'duration_ms_avg',
  'duration_ms_p50',
  'duration_ms_p95',
  'duration_ms_p99',
  'time_to_first_token_ms_p50',
  'time_to_first_token_ms_p95',
  'time_to_first_token_ms_p99',
] as const;
export type Measure = (typeof MEASURES)[number];

export const OPERATORS = [
  '=',
  '!=',
  'in',
  'not in',
  '=~',
  '!~',
  'contains',
  'is null',
  'is not null',
] as const;
export type Operator = (typeof OPERATORS)[number];

export const INTERVALS = ['15m', '1h', '1d', '1w', '1mo'] as const;
export type Interval = (typeof INTERVALS)[number];

export interface Filter {
  dimension: Dimension;
  operator: Operator;
  values: string[];
}

export interface UsageRequest {
  from: Time;
  to: Time;
  time_zone?: string;
  interval?: Interval | null;
  measures: Measure[];
  group_by?: Dimension[];
  filters?: Filter[];
  top?: { count: number; by?: Measure };
  order_by?: Array<{ field: 'time' | Dimension | Measure; direction?: 'asc' | 'desc' }>;
  as_of?: 'closed' | 'known';
  /** `kept`: ends are moved outward to what is still kept, in place of a 422. */
  edges?: 'exact' | 'kept';
  limit?: number;
}

/** Money is text, everything else a number; null is unknown, never zero. */
export type MeasureValues = { [M in Measure]?: Money | number | null };

export type UsageRow = MeasureValues & { [D in Dimension]?: string | null } & {
  /** Start of the interval. */
  time?: Time;
  /** Only where `top` was asked: true for the sum of what is not among the top. */
  other?: boolean;
};

export interface UsageAnswer {
  rows: UsageRow[];
  totals: MeasureValues;
  meta: {
    groups: number;
    truncated: boolean;
    /** The time told: a little more than was asked for, where `edges` is `kept` and raw events are gone. */
    from: Time;
    to: Time;
    distinct_method?: 'distinct_raw' | 'sum_of_daily_distinct';
  };
}

export interface DimensionValues {
  values: Array<{ value: string | null; calls: number }>;
  truncated: boolean;
}

export interface DimensionValuesRequest {
  from?: Time;
  to?: Time;
  /** A part of the value, upper and lower case alike. */
  q?: string;
  filters?: Filter[];
  limit?: number;
}

export type EventKind = 'call' | 'repeat' | 'step';
export type CostStatus = 'priced' | 'pending' | 'unbilled';
export type CostQuality = 'exact' | 'upper_bound' | 'lower_bound' | 'estimated';

export interface Usage {
  input_tokens: number | null;
  cache_read: number | null;
  cache_write_5m: number | null;
  cache_write_1h: number | null;
  input_audio: number | null;
  cache_read_audio: number | null;
  input_image: number | null;
  output_tokens: number | null;
  reasoning: number | null;
  output_audio: number | null;
  output_image: number | null;
  /** Counts that are not tokens, by meter. */
  other: Record<string, number>;
}

/** One stored event: a call to a model, a repeat of one, or a step. */
export interface LedgerEvent {
  realm: string;
  org_id: string;
  assistant_id: string | null;
  query_type: string | null;
  conversation_id: string | null;
  user_id: string | null;
  environment: string | null;
  trace_id: string;
  span_id: string;
  parent_span_id: string | null;
  kind: EventKind;
  name: string;
  started_at: Time;
  ingested_at: Time;
  recovered_at: Time | null;
  duration_ms: number;
  service_name: string | null;
  scope_name: string;
  scope_version: string;
  operation: string | null;
  provider: string | null;
  model: string | null;
  request_model: string | null;
  response_model: string | null;
  service_tier: string | null;
  usage: Usage | null;
  usage_problem: string | null;
  usage_quality: CostQuality;
  input_basis: string | null;
  lost: string[];
  failed: boolean;
  status_error: boolean;
  cost_status: CostStatus | null;
  cost_reason: string | null;
  cost_quality: CostQuality | null;
  cost_usd: Money | null;
  cache_saved_usd: Money | null;
  price_version_ids: string[];
  repeat_of: { trace_id: string; span_id: string; started_at: Time | null } | null;
  reported_cost_usd: string | null;
  time_to_first_token_ms: number | null;
}

export const EVENT_FIELDS = [
  ...DIMENSIONS,
  'conversation_id',
  'user_id',
  'trace_id',
  'service_name',
  'cost_status',
  'cost_reason',
  'cost_quality',
  'kind',
] as const;
export type EventField = (typeof EVENT_FIELDS)[number];

export const EVENT_ORDERS = ['started_at', 'cost_usd', 'duration_ms', 'total_tokens'] as const;
export type EventOrder = (typeof EVENT_ORDERS)[number];

export interface EventFilter {
  field: EventField;
  operator: Operator;
  values: string[];
}

export interface EventSearch {
  from?: Time;
  to?: Time;
  filters?: EventFilter[];
  order_by?: { field: EventOrder; direction: 'asc' | 'desc' };
  limit?: number;
}

export interface EventSearchAnswer {
  events: LedgerEvent[];
  truncated: boolean;
  /** Over all that match, calls only. */
  totals: {
    calls: number;
    priced_calls: number;
    pending_calls: number;
    coverage: number | null;
    cost_usd: Money | null;
    total_tokens: number | null;
  };
}

export type TraceSpan = LedgerEvent & { depth: number; parent_missing: boolean };

export interface TraceTotals {
  cost_usd: Money | null;
  coverage: number | null;
  spans: number;
  calls: number;
  priced_calls: number;
  pending_calls: number;
  input_tokens: number | null;
  output_tokens: number | null;
  tokens: number | null;
  started_at: Time;
  duration_ms: number;
}

export interface PendingSpan {
  realm: string;
  span_id: string;
  started_at: Time;
  provider: string | null;
  model: string | null;
  reason: string | null;
  /** What to do about it. */
  message: string | null;
}

export interface Trace {
  trace_id: string;
  partial: boolean;
  truncated: boolean;
  /** In tree order. */
  spans: TraceSpan[];
  totals: TraceTotals;
  pending: PendingSpan[];
}

export interface Conversation {
  conversation_id: string;
  /** By start. */
  traces: Array<{
    trace_id: string;
    started_at: Time;
    duration_ms: number;
    cost_usd: Money | null;
    pending_calls: number;
  }>;
  /** By trace, in tree order within one. */
  spans: TraceSpan[];
  partial: boolean;
  truncated: boolean;
  totals: TraceTotals;
  pending: PendingSpan[];
}

interface PriceVersionFields {
  price_version_id: string;
  source: string;
  source_version: string;
  /** null = since the beginning of time. */
  effective_from: Time | null;
}

export interface CostExplanation {
  event: LedgerEvent;
  components: Array<
    PriceVersionFields & {
      meter: string;
      quantity: number;
      /** Decimal USD per `per` units. */
      price: string;
      per: number;
      cost_usd: Money;
    }
  >;
  price_versions: Array<PriceVersionFields & { provider: string; model: string; service_tier: string }>;
  total_cost_usd: Money | null;
  stored_cost_usd: Money | null;
  quality: CostQuality | null;
  reason: string | null;
  /** What the cost rests on, or what to do to get one. */
  message: string;
}

export interface PendingReport {
  calls: number;
  groups: Array<{
    reason: string;
    provider: string | null;
    model: string | null;
    service_tier: string | null;
    calls: number;
    tokens: string | null;
    oldest: Time;
    newest: Time;
    remedies: Array<{ kind: string; what: string; command: string }>;
  }>;
}

export interface Jobs {
  jobs: Array<{
    name: string;
    pipeline: 'minute' | 'night';
    last_run: {
      outcome: 'running' | 'done' | 'failed';
      started_at: Time;
      finished_at: Time | null;
      duration_ms: number | null;
      error: string | null;
      detail: Record<string, number | string | boolean | null> | null;
    } | null;
    last_success_at: Time | null;
    next_run_at: Time;
  }>;
  backlog: {
    pending_calls: number;
    oldest_pending_at: Time | null;
    unsettled_requests: number;
    days_to_close: number;
    days_to_retire: number;
    oldest_raw_day: Time | null;
    days_with_differences: number;
    priced_calls_24h: number;
    pending_calls_24h: number;
  };
}

export const ANNOTATION_KINDS = ['price_change', 'pending_recovered', 'day_restated'] as const;
export type AnnotationKind = (typeof ANNOTATION_KINDS)[number];

/** Each dimension narrows to calls with one of its values. */
export type AnnotationsRequest = { from: Time; to: Time; kind: AnnotationKind[] } & {
  [D in Dimension]?: string[];
};

export interface Annotations {
  annotations: Array<{
    id: string;
    kind: AnnotationKind;
    time: Time;
    time_end: Time | null;
    title: string;
    text: string;
    tags: string[];
  }>;
  truncated: boolean;
}

export interface Status {
  version: string;
  /** Raised when an older plugin cannot talk to this backend any more. */
  api: number;
  time: Time;
  database: { engine: 'server' | 'embedded'; schema: number; needed: number; behind: boolean };
  you: {
    name: string;
    role: 'viewer' | 'editor' | 'admin' | null;
    may_change: boolean;
    audience: 'team' | 'customer';
    /** null = all. */
    organisations: string[] | null;
  };
  last_event: { started_at: Time; ingested_at: Time } | null;
  /** The UTC day so far; null when the database is behind. */
  today: {
    from: Time;
    to: Time;
    calls: number;
    priced_calls: number;
    pending_calls: number;
    coverage: number | null;
    cost_usd: Money | null;
  } | null;
}

/** How the backend tells an error (RFC 9457). `detail` says what to do. */
export interface ProblemBody {
  status: number;
  code: string;
  detail: string;
  errors?: Array<{ field: string; message: string; index?: number }>;
}
