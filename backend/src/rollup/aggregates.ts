/**
 * The continuous aggregates in the order of their refresh: one that reads another comes after it. Their buckets divide
 * a UTC day, and each has a time column `bucket`.
 */
export const AGGREGATES = [
  'usage_15m',
  'usage_15m_by_org',
  'usage_1d',
  'usage_1h_by_model',
  'usage_latency_1h',
  'usage_latency_1d',
] as const;
