import type { Dimension } from './dimension.js';
import type { Filter } from './filter.js';
import { MEASURES, withCoverage, type Measure, type Sum } from './measure.js';
import { intervalEdges, QUARTER } from './time-zone.js';
import type { OrderField, UsageRequest } from './usage-request.js';

/** Half-open, Unix ms. */
export interface TimeRange {
  readonly from: number;
  readonly to: number;
}

/** How rows are cut in time: not at all, into the aggregate's own quarters of an hour, or at given instants. */
export type Cut =
  | { readonly kind: 'whole' }
  | { readonly kind: 'quarters' }
  | { readonly kind: 'edges'; readonly edges: readonly number[] };

/** What to read for a request, and how. */
export interface UsagePlan {
  /** Whole 15-minute buckets, read from usage_15m. */
  readonly aggregate: TimeRange | null;
  /** What is left at the ends of the time asked for, read from usage_events. */
  readonly raw: readonly TimeRange[];
  readonly cut: Cut;
  readonly groupBy: readonly Dimension[];
  readonly filters: readonly Filter[];
  readonly measures: readonly Measure[];
  readonly sums: readonly Sum[];
  readonly orderBy: readonly { readonly field: OrderField; readonly direction: 'asc' | 'desc' }[];
  readonly limit: number;
}

/** Decides which tables and ranges answer a request exactly: the aggregate wherever whole buckets lie in it. */
export function planUsage(request: UsageRequest): UsagePlan {
  const measures = withCoverage(request.measures);
  return {
    ...readingRanges(request.from, request.to),
    cut: cutOf(request),
    groupBy: request.group_by,
    filters: request.filters,
    measures,
    sums: [...new Set<Sum>(measures.flatMap((measure) => MEASURES[measure].sums))],
    orderBy: orderOf(request, measures),
    limit: request.limit,
  };
}

function readingRanges(from: number, to: number): Pick<UsagePlan, 'aggregate' | 'raw'> {
  const first = Math.ceil(from / QUARTER) * QUARTER;
  const last = Math.floor(to / QUARTER) * QUARTER;
  if (first >= last) {
    return { aggregate: null, raw: [{ from, to }] };
  }
  const ends = [
    { from, to: first },
    { from: last, to },
  ];
  return { aggregate: { from: first, to: last }, raw: ends.filter((end) => end.from < end.to) };
}

function cutOf({ interval, time_zone, from, to }: UsageRequest): Cut {
  if (interval === null) return { kind: 'whole' };
  if (interval === '15m') return { kind: 'quarters' };
  return { kind: 'edges', edges: intervalEdges(interval, time_zone, from, to) };
}

/** Without an order: by time, then the first measure with the greatest first. The rest of the key makes any order total. */
function orderOf(request: UsageRequest, measures: readonly Measure[]): UsagePlan['orderBy'] {
  const time = request.interval === null ? [] : [{ field: 'time', direction: 'asc' } as const];
  const [first] = measures;
  const asked = request.order_by.length
    ? request.order_by
    : [...time, ...(first ? [{ field: first, direction: 'desc' } as const] : [])];
  const key = [...time, ...request.group_by.map((field) => ({ field, direction: 'asc' }) as const)];
  return [...asked, ...key.filter(({ field }) => !asked.some((given) => given.field === field))];
}
