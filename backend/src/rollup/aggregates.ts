/**
 * The continuous aggregates in chains. In one, an aggregate that reads another comes after it; no chain reads another's.
 * Their buckets divide a UTC day, and each has a time column `bucket`.
 */
export const CHAINS = [
  ['usage_15m', 'usage_15m_by_org', 'usage_1d', 'usage_1h_by_model'],
  ['usage_latency_1h', 'usage_latency_1d'],
] as const;
export type Aggregate = (typeof CHAINS)[number][number];
/** All of them in an order in which they can be refreshed. */
export const AGGREGATES: readonly Aggregate[] = CHAINS.flat();

const MINUTE_MS = 60_000;
/** The width of each aggregate's buckets. */
export const BUCKET_MS: Readonly<Record<Aggregate, number>> = {
  usage_15m: 15 * MINUTE_MS,
  usage_15m_by_org: 15 * MINUTE_MS,
  usage_1d: 1_440 * MINUTE_MS,
  usage_1h_by_model: 60 * MINUTE_MS,
  usage_latency_1h: 60 * MINUTE_MS,
  usage_latency_1d: 1_440 * MINUTE_MS,
};
