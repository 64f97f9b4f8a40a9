/** Sums kept per 15 minutes; every measure is computed from them, after adding up, so no average is averaged. */
export const SUMS = [
  'calls',
  'priced_calls',
  'pending_calls',
  'failed_calls',
  'written_off_calls',
  'inexact_calls',
  'error_calls',
  'cost_usd',
  'inexact_cost_usd',
  'error_cost_usd',
  'cache_saved_usd',
  'input_tokens',
  'cache_read_tokens',
  'cache_write_5m_tokens',
  'cache_write_1h_tokens',
  'output_tokens',
  'reasoning_tokens',
  'duration_us',
] as const;
export type Sum = (typeof SUMS)[number];

/**
 * - `count`: a whole number, 0 where nothing happened;
 * - `tokens`: a number, whole unless it is a mean, null where nobody told;
 * - `usd`: a decimal string, null where nothing is priced;
 * - `ratio`, `ms`: a number, null where its divisor is 0.
 */
export type MeasureUnit = 'count' | 'tokens' | 'usd' | 'ratio' | 'ms';

/** What latency is known of a call. */
export const LATENCIES = ['duration', 'time_to_first_token'] as const;
export type Latency = (typeof LATENCIES)[number];
export const QUANTILES = { p50: 0.5, p95: 0.95, p99: 0.99 } as const;

interface MeasureFacts {
  readonly unit: MeasureUnit;
  readonly sums: readonly Sum[];
  readonly about: string;
  /** Percentiles cannot be added up: they need the distribution. */
  readonly percentile?: { readonly latency: Latency; readonly quantile: keyof typeof QUANTILES };
  /** Distinct values cannot be added up either. */
  readonly distinct?: 'conversations' | 'users';
}

const percentile = (latency: Latency, quantile: keyof typeof QUANTILES, what: string) =>
  ({
    unit: 'ms',
    sums: [],
    percentile: { latency, quantile },
    about: `${quantile.slice(1)} % of the ${what} are at most this, within 9 %.`,
  }) as const satisfies MeasureFacts;

export const MEASURES = {
  cost_usd: { unit: 'usd', sums: ['cost_usd', 'priced_calls'], about: 'Cost of the priced calls.' },
  inexact_cost_usd: {
    unit: 'usd',
    sums: ['inexact_cost_usd', 'inexact_calls'],
    about: 'The part whose quality is not `exact`.',
  },
  error_cost_usd: {
    unit: 'usd',
    sums: ['error_cost_usd', 'error_calls', 'priced_calls'],
    about: 'The part spent on calls that ended in an error.',
  },
  cache_saved_usd: {
    unit: 'usd',
    sums: ['cache_saved_usd', 'priced_calls'],
    about:
      'What the priced calls would have cost more without caches: what was read at its price as uncached input, less what ' +
      'writing cost above that; negative where writing was not worth it, null where no priced call used a cache.',
  },
  cost_per_call: {
    unit: 'usd',
    sums: ['cost_usd', 'priced_calls'],
    about: 'cost_usd / priced_calls, rounded to 18 decimals.',
  },
  cost_per_conversation: {
    unit: 'usd',
    sums: ['cost_usd', 'priced_calls'],
    distinct: 'conversations',
    about: 'cost_usd / distinct conversations of an organisation; null where no call tells its conversation.',
  },
  cost_per_user: {
    unit: 'usd',
    sums: ['cost_usd', 'priced_calls'],
    distinct: 'users',
    about: 'cost_usd / distinct users of an organisation; null where no call tells its user.',
  },
  cost_per_million_tokens: {
    unit: 'usd',
    sums: ['cost_usd', 'priced_calls', 'input_tokens', 'output_tokens'],
    about:
      '1,000,000 × cost_usd / total_tokens, rounded to 18 decimals: the price paid, whatever the cost was for. Tokens are those ' +
      'of all calls, so where coverage is below 1 the price is higher than this.',
  },
  coverage: {
    unit: 'ratio',
    sums: ['priced_calls', 'pending_calls'],
    about: 'Priced calls / billable calls (priced or pending), cut to 6 decimals: 1 means all.',
  },
  calls: { unit: 'count', sums: ['calls'], about: 'Model calls; repeats and steps are not counted.' },
  priced_calls: { unit: 'count', sums: ['priced_calls'], about: 'Calls with a cost.' },
  pending_calls: {
    unit: 'count',
    sums: ['pending_calls'],
    about: 'Billable calls whose cost is not known yet.',
  },
  failed_calls: { unit: 'count', sums: ['failed_calls'], about: 'Failed calls without usage: unbilled.' },
  written_off_calls: { unit: 'count', sums: ['written_off_calls'], about: 'Calls whose cost was given up.' },
  inexact_calls: {
    unit: 'count',
    sums: ['inexact_calls'],
    about: 'Priced calls whose quality is not `exact`.',
  },
  error_calls: {
    unit: 'count',
    sums: ['error_calls'],
    about: 'Calls that ended in an error, billed or not.',
  },
  error_rate: {
    unit: 'ratio',
    sums: ['error_calls', 'calls'],
    about: 'error_calls / calls, rounded to 6 decimals.',
  },
  input_tokens: { unit: 'tokens', sums: ['input_tokens'], about: 'Everything sent, cached parts included.' },
  cache_read_tokens: { unit: 'tokens', sums: ['cache_read_tokens'], about: 'Part of input_tokens.' },
  cache_read_ratio: {
    unit: 'ratio',
    sums: ['cache_read_tokens', 'input_tokens'],
    about:
      'cache_read_tokens / input_tokens, rounded to 6 decimals; null where no call tells what it read from a cache.',
  },
  cache_write_5m_tokens: { unit: 'tokens', sums: ['cache_write_5m_tokens'], about: 'Part of input_tokens.' },
  cache_write_1h_tokens: { unit: 'tokens', sums: ['cache_write_1h_tokens'], about: 'Part of input_tokens.' },
  cache_write_tokens: {
    unit: 'tokens',
    sums: ['cache_write_5m_tokens', 'cache_write_1h_tokens'],
    about: 'Cache writes of both durations.',
  },
  output_tokens: {
    unit: 'tokens',
    sums: ['output_tokens'],
    about: 'Everything generated, reasoning included.',
  },
  reasoning_tokens: { unit: 'tokens', sums: ['reasoning_tokens'], about: 'Part of output_tokens.' },
  total_tokens: {
    unit: 'tokens',
    sums: ['input_tokens', 'output_tokens'],
    about: 'input_tokens + output_tokens.',
  },
  tokens_per_call: {
    unit: 'tokens',
    sums: ['input_tokens', 'output_tokens', 'calls'],
    about: 'total_tokens / calls, rounded to 3 decimals; calls that told no tokens count, too.',
  },
  duration_ms_avg: { unit: 'ms', sums: ['duration_us', 'calls'], about: 'Mean duration of a call.' },
  duration_ms_p50: percentile('duration', 'p50', 'durations'),
  duration_ms_p95: percentile('duration', 'p95', 'durations'),
  duration_ms_p99: percentile('duration', 'p99', 'durations'),
  time_to_first_token_ms_p50: percentile('time_to_first_token', 'p50', 'times to the first token'),
  time_to_first_token_ms_p95: percentile('time_to_first_token', 'p95', 'times to the first token'),
  time_to_first_token_ms_p99: percentile('time_to_first_token', 'p99', 'times to the first token'),
} as const satisfies Record<string, MeasureFacts>;
export type Measure = keyof typeof MEASURES;

/** The facts of a measure, those that few have too. */
export const factsOf = (measure: Measure): MeasureFacts => MEASURES[measure];

export const MEASURE_NAMES = Object.keys(MEASURES) as [Measure, ...Measure[]];

/** The measures asked for, each once, and beside any cost what it does not cover: no sum of money is shown alone. */
export function withCoverage(measures: readonly Measure[]): Measure[] {
  const shown = new Set(measures);
  if (measures.some((measure) => MEASURES[measure].unit === 'usd'))
    shown.add('coverage').add('pending_calls');
  return [...shown];
}
