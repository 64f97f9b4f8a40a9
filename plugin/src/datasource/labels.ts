import type {
  AnnotationKind,
  CostQuality,
  CostStatus,
  Dimension,
  EventField,
  EventKind,
  EventOrder,
  Interval,
  Measure,
  Operator,
} from '../api/wire';
import type { QueryType, RankBy, UsagePeriod } from './query';

/** What a reader sees for a name of the API: a short name, and one line that explains it. */
export interface Label {
  label: string;
  description: string;
}

export type Unit = 'currencyUSD' | 'short' | 'ms' | 'percentunit';

export interface MeasureLabel extends Label {
  unit: Unit;
  group: 'Cost' | 'Calls' | 'Tokens' | 'Latency';
}

const labelledIn =
  (group: MeasureLabel['group'], unit: Unit) =>
  (label: string, description: string): MeasureLabel => ({ label, description, unit, group });

const cost = labelledIn('Cost', 'currencyUSD');
const costShare = labelledIn('Cost', 'percentunit');
const calls = labelledIn('Calls', 'short');
const callShare = labelledIn('Calls', 'percentunit');
const tokens = labelledIn('Tokens', 'short');
const tokenShare = labelledIn('Tokens', 'percentunit');
const latency = labelledIn('Latency', 'ms');

/** In the order in which the picker shows them. */
export const MEASURE_LABELS: Record<Measure, MeasureLabel> = {
  cost_usd: cost('Cost', 'What the priced calls cost; pending calls are not in it'),
  cost_per_call: cost('Cost per call', 'Cost divided by priced calls'),
  cost_per_conversation: cost('Cost per conversation', 'Cost divided by distinct conversations'),
  cost_per_user: cost('Cost per user', 'Cost divided by distinct users'),
  cost_per_million_tokens: cost(
    'Cost per million tokens',
    'Price paid: cost divided by tokens; pending calls have tokens but no cost yet, so the true price is higher',
  ),
  error_cost_usd: cost('Cost of errors', 'The part of the cost spent on calls that ended in an error'),
  cache_saved_usd: cost(
    'Saved by caches',
    'What the priced calls would have cost more without caches; negative where writing them was not worth it',
  ),
  inexact_cost_usd: cost('Inexact cost', 'The part of the cost that is a bound or an estimate'),
  coverage: costShare('Coverage', 'Share of the billable calls that have a cost; 100 % means all'),
  calls: calls('Calls', 'Calls to a model; repeats and steps are not counted'),
  priced_calls: calls('Priced calls', 'Calls with a cost'),
  pending_calls: calls('Pending calls', 'Billable calls whose cost is not known yet'),
  failed_calls: calls('Failed calls', 'Calls that failed without using anything: not billed'),
  written_off_calls: calls('Written-off calls', 'Calls whose cost somebody gave up finding'),
  inexact_calls: calls('Inexact calls', 'Priced calls whose cost is a bound or an estimate'),
  error_calls: calls('Calls with errors', 'Calls that ended in an error, billed or not'),
  error_rate: callShare('Error rate', 'Calls with errors divided by calls'),
  total_tokens: tokens('Tokens', 'Input and output tokens together'),
  tokens_per_call: tokens('Tokens per call', 'Input and output tokens divided by calls'),
  input_tokens: tokens('Input tokens', 'Everything sent, cached parts included'),
  output_tokens: tokens('Output tokens', 'Everything generated, reasoning included'),
  reasoning_tokens: tokens('Reasoning tokens', 'The part of the output spent on reasoning'),
  cache_read_tokens: tokens('Cache reads', 'The part of the input read from a cache'),
  cache_read_ratio: tokenShare('Share from cache', 'Share of the input that was read from a cache'),
  cache_write_tokens: tokens('Cache writes', 'The part of the input written to a cache'),
  cache_write_5m_tokens: tokens(
    'Cache writes, 5 minutes',
    'Written to a cache that keeps them for 5 minutes',
  ),
  cache_write_1h_tokens: tokens('Cache writes, 1 hour', 'Written to a cache that keeps them for 1 hour'),
  duration_ms_avg: latency('Duration, mean', 'Mean duration of a call'),
  duration_ms_p50: latency('Duration, p50', 'About half of the calls took at most this (within 9 %)'),
  duration_ms_p95: latency('Duration, p95', 'About 95 % of the calls took at most this (within 9 %)'),
  duration_ms_p99: latency('Duration, p99', 'About 99 % of the calls took at most this (within 9 %)'),
  time_to_first_token_ms_p50: latency(
    'Time to first token, p50',
    'About half of the calls answered within this (within 9 %)',
  ),
  time_to_first_token_ms_p95: latency(
    'Time to first token, p95',
    'About 95 % of the calls answered within this (within 9 %)',
  ),
  time_to_first_token_ms_p99: latency(
    'Time to first token, p99',
    'About 99 % of the calls answered within this (within 9 %)',
  ),
};

export const DIMENSION_LABELS: Record<Dimension, Label> = {
  org_id: { label: 'Organisation', description: 'The customer the call was made for' },
  assistant_id: { label: 'Assistant', description: 'The assistant or agent that made the call' },
  query_type: { label: 'Query type', description: 'The kind of question the assistant was answering' },
  provider: { label: 'Provider', description: 'Who ran the model' },
  model: { label: 'Model', description: 'The model that answered' },
  environment: { label: 'Environment', description: 'Where the application runs, e.g. production' },
};

export const EVENT_FIELD_LABELS: Record<EventField, Label> = {
  ...DIMENSION_LABELS,
  conversation_id: { label: 'Conversation', description: 'Id of the conversation the call belongs to' },
  user_id: { label: 'User', description: 'Id of the user who caused the call' },
  trace_id: { label: 'Trace', description: 'Id of the request the call belongs to' },
  service_name: { label: 'Service', description: 'The application that sent the call' },
  cost_status: { label: 'Cost status', description: 'Priced, pending or unbilled' },
  cost_reason: { label: 'Reason', description: 'Why a call has no cost' },
  cost_quality: { label: 'Cost quality', description: 'Exact, a bound, or an estimate' },
  kind: { label: 'Kind', description: 'Call, repeat of a call, or step' },
};

export const OPERATOR_LABELS: Record<Operator, Label> = {
  '=': { label: 'is', description: 'Exactly this value' },
  '!=': { label: 'is not', description: 'Any other value, or none' },
  in: { label: 'is one of', description: 'Any of these values' },
  'not in': { label: 'is none of', description: 'Any other value, or none' },
  '=~': { label: 'matches', description: 'The whole value, as in gpt-.* or (a|b)' },
  '!~': { label: 'does not match', description: 'Any other value, or none' },
  contains: { label: 'contains', description: 'This text somewhere in the value' },
  'is null': { label: 'is not set', description: 'The call does not tell it' },
  'is not null': { label: 'is set', description: 'The call tells it' },
};

export const QUERY_TYPE_LABELS: Record<QueryType, Label> = {
  usage: { label: 'Usage', description: 'Cost, calls, tokens and latency, summed over time and groups' },
  calls: { label: 'Calls', description: 'A table of single calls' },
  trace: { label: 'Trace', description: 'The chain of calls of one request or conversation' },
  cost: { label: 'Cost of a call', description: 'Why one call costs what it costs' },
  annotations: { label: 'Annotations', description: 'What explains a jump in cost' },
};

export const INTERVAL_LABELS: Record<'auto' | 'none' | Interval, Label> = {
  auto: { label: 'Auto', description: 'Follows the time range and the width of the panel' },
  '15m': { label: '15 minutes', description: 'The finest interval' },
  '1h': { label: 'Hour', description: 'One value per hour' },
  '1d': { label: 'Day', description: 'One value per day in the time zone of the dashboard' },
  '1w': { label: 'Week', description: 'One value per week, from Monday on' },
  '1mo': { label: 'Month', description: 'One value per calendar month' },
  none: { label: 'Whole time range', description: 'One value per group, not over time' },
};

export const PERIOD_LABELS: Record<UsagePeriod, Label> = {
  dashboard: { label: 'As chosen above', description: 'The time range of the dashboard or of Explore' },
  today: { label: 'Today', description: 'Since midnight, whatever time range is chosen' },
  this_week: { label: 'This week', description: 'Since Monday, whatever time range is chosen' },
  this_month: {
    label: 'This month',
    description: 'Since the first of the month, whatever time range is chosen',
  },
  this_year: { label: 'This year', description: 'Since the first of January, whatever time range is chosen' },
};

export const RANK_BY_LABELS: Record<RankBy, Label> = {
  value: { label: 'Value', description: 'The greatest groups come first' },
  change: {
    label: 'Change',
    description: 'Those that rose or fell most come first, new and stopped ones among them',
  },
  rise: { label: 'Rise', description: 'Only groups that rose, the most first, new ones among them' },
  fall: { label: 'Fall', description: 'Only groups that fell, the most first, stopped ones among them' },
};

export const EVENT_ORDER_LABELS: Record<EventOrder, Label> = {
  started_at: { label: 'Time', description: 'When the call started' },
  cost_usd: { label: 'Cost', description: 'What the call cost; calls without a cost come last' },
  duration_ms: { label: 'Duration', description: 'How long the call took' },
  total_tokens: { label: 'Tokens', description: 'Input and output tokens together' },
};

export const ANNOTATION_KIND_LABELS: Record<AnnotationKind, Label> = {
  price_change: { label: 'Price changes', description: 'A price of a model changed' },
  pending_recovered: { label: 'Pending calls recovered', description: 'Calls got their cost after the fact' },
  day_restated: { label: 'Days restated', description: 'The cost of a closed day changed' },
};

export const EVENT_KIND_LABELS: Record<EventKind, Label> = {
  call: { label: 'Call', description: 'A call to a model' },
  repeat: { label: 'Repeat', description: 'Another record of a call; it carries no cost' },
  step: { label: 'Step', description: 'Work around the calls, such as a tool or an agent' },
};

export const COST_STATUS_LABELS: Record<CostStatus, Label> = {
  priced: { label: 'Priced', description: 'The call has a cost' },
  pending: { label: 'Pending', description: 'The cost is not known yet' },
  unbilled: { label: 'Unbilled', description: 'There is nothing to pay' },
};

export const COST_QUALITY_LABELS: Record<CostQuality, Label> = {
  exact: { label: 'Exact', description: 'Every part of the cost is known' },
  upper_bound: { label: 'Upper bound', description: 'The true cost is at most this' },
  lower_bound: { label: 'Lower bound', description: 'The true cost is at least this' },
  estimated: { label: 'Estimated', description: 'The true cost may be higher or lower' },
};

/** The reasons of backend/src/ledger/event.ts: first those why a cost is pending, then those why there is none to pay. */
export const REASON_LABELS: Readonly<Record<string, Label>> = {
  no_usage: { label: 'No usage', description: 'The call told no token counts' },
  inconsistent_usage: { label: 'Contradicting usage', description: 'The token counts contradict each other' },
  aborted_stream: { label: 'Aborted stream', description: 'The answer was cut off before usage was told' },
  unknown_provider: { label: 'Unknown provider', description: 'No price list knows this provider' },
  unknown_model: { label: 'Unknown model', description: 'No price list knows this model' },
  ambiguous_model: {
    label: 'Ambiguous model',
    description: 'The name fits several models with different prices',
  },
  deployment_alias_missing: {
    label: 'Unknown deployment',
    description: 'The name is a deployment; nobody told which model it serves',
  },
  empty_price_block: {
    label: 'Listed without a price',
    description: 'The price list has the model but no price',
  },
  no_price_at_time: { label: 'No price then', description: 'No price was in force when the call was made' },
  no_price_for_meter: {
    label: 'Unit without a price',
    description: 'One kind of unit of this call has no price',
  },
  no_price_for_tier: {
    label: 'Tier without a price',
    description: 'The service tier of this call has no price',
  },
  late_context_gone: {
    label: 'Too late to compare',
    description: 'Arrived after the calls around it were retired, so it may be a copy',
  },
  failed_no_usage: { label: 'Failed', description: 'The call failed and used nothing' },
  written_off: { label: 'Written off', description: 'Somebody gave up finding the cost' },
  wrapper: { label: 'Wrapper', description: 'Repeats the usage of the call it wraps' },
  duplicate: { label: 'Duplicate', description: 'Another record of the same call' },
};

/** The names of the values of a field, where they are known beforehand. */
export const VALUE_LABELS: Readonly<Partial<Record<EventField, Readonly<Record<string, Label>>>>> = {
  cost_status: COST_STATUS_LABELS,
  cost_reason: REASON_LABELS,
  cost_quality: COST_QUALITY_LABELS,
  kind: EVENT_KIND_LABELS,
};
