/**
 * The continuous aggregates in two parts, each refreshed by itself: how calls are counted and what they cost, and how long
 * they take, which no price changes. A part has stages, one after the other; in a stage there are chains, side by side; in
 * a chain an aggregate that reads another comes after it. Their buckets divide a UTC day, and each has a time column
 * `bucket`.
 */
export const STAGES = {
  calls: [[['usage_15m']], [['usage_15m_by_org', 'usage_1d_by_org', 'usage_1d'], ['usage_1h_by_model']]],
  latency: [[['usage_latency_1h', 'usage_latency_1d', 'usage_latency_1d_by_model']]],
} as const;
export type Part = keyof typeof STAGES;
export const PARTS = ['calls', 'latency'] as const satisfies readonly Part[];
export type Aggregate = (typeof STAGES)[Part][number][number][number];
/** All of them in an order in which they can be refreshed. */
export const AGGREGATES: readonly Aggregate[] = PARTS.flatMap((part): Aggregate[] => STAGES[part].flat(2));

/** Those made of raw events; each other is made of one of these, or of one that is. */
export const OF_RAW_EVENTS: ReadonlySet<Aggregate> = new Set(['usage_15m', 'usage_latency_1h']);

const MINUTE_MS = 60_000;
/** The width of each aggregate's buckets. */
export const BUCKET_MS: Readonly<Record<Aggregate, number>> = {
  usage_15m: 15 * MINUTE_MS,
  usage_15m_by_org: 15 * MINUTE_MS,
  usage_1d_by_org: 1_440 * MINUTE_MS,
  usage_1d: 1_440 * MINUTE_MS,
  usage_1h_by_model: 60 * MINUTE_MS,
  usage_latency_1h: 60 * MINUTE_MS,
  usage_latency_1d: 1_440 * MINUTE_MS,
  usage_latency_1d_by_model: 1_440 * MINUTE_MS,
};
