/**
 * The continuous aggregates in the order of their refresh: one that reads another comes after it. Their buckets divide
 * a UTC day, and each has a time column `bucket`.
 */
export const AGGREGATES = ['usage_15m'] as const;
