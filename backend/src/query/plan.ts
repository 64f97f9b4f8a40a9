import type { Dimension } from './dimension.js';
import { planDistinct, type DistinctPlan } from './distinct-plan.js';
import type { Filter } from './filter.js';
import { planLatency, type LatencyPlan } from './latency-plan.js';
import { factsOf, withCoverage, type Measure, type Sum } from './measure.js';
import { planReadings, type ReadingPlan } from './reading-plan.js';
import { keptEdges } from './kept-edges.js';
import type { Cut, TimeRange } from './time-ranges.js';
import { intervalEdges } from './time-zone.js';
import type { OrderField, UsageRequest } from './usage-request.js';
import type { Watermarks } from './watermark-store.js';

/** What to read for a request, and how. */
export interface UsagePlan {
  /** What is told: the time asked for, or a little more where its ends may be moved. */
  readonly time: TimeRange;
  readonly reading: ReadingPlan;
  /** For measures of distinct values; null when none is asked for. */
  readonly distinct: DistinctPlan | null;
  /** For percentiles; null when none is asked for. */
  readonly latency: LatencyPlan | null;
  readonly cut: Cut;
  readonly groupBy: readonly Dimension[];
  readonly filters: readonly Filter[];
  readonly measures: readonly Measure[];
  /** With `calls` always: a group whose calls all moved away is none. */
  readonly sums: readonly Sum[];
  /** How many groups keep rows of their own, and which: those with the most of a measure. Null: all do. */
  readonly top: { readonly count: number; readonly by: Measure } | null;
  /** `other`: what is beyond the top comes after it. */
  readonly orderBy: readonly {
    readonly field: OrderField | 'other';
    readonly direction: 'asc' | 'desc';
  }[];
  readonly limit: number;
}

/**
 * Decides which tables and ranges answer a request exactly.
 * @throws Problem 422 when nothing that is still kept does; it says what would
 */
export function planUsage(asked: UsageRequest, marks: Watermarks): UsagePlan {
  const time = asked.edges === 'kept' ? keptEdges(asked, marks) : { from: asked.from, to: asked.to };
  const request = { ...asked, ...time };
  const measures = withCoverage(request.measures);
  const facts = measures.map(factsOf);
  const cut = cutOf(request);
  return {
    time,
    reading: planReadings(request, cut, marks),
    distinct: facts.some(({ distinct }) => distinct) ? planDistinct(request, cut, marks) : null,
    latency: facts.some(({ percentile }) => percentile) ? planLatency(request, cut, marks) : null,
    cut,
    groupBy: request.group_by,
    filters: request.filters,
    measures,
    sums: [...new Set<Sum>(['calls', ...facts.flatMap(({ sums }) => sums)])],
    top: topOf(request),
    orderBy: orderOf(request, measures),
    limit: request.limit,
  };
}

function cutOf({ interval, time_zone, from, to }: UsageRequest): Cut {
  if (interval === null) return { kind: 'whole' };
  if (interval === '15m') return { kind: 'quarters' };
  return { kind: 'edges', edges: intervalEdges(interval, time_zone, from, to) };
}

function topOf({ top, measures }: UsageRequest): UsagePlan['top'] {
  const by = top?.by ?? measures[0];
  return top && by ? { count: top.count, by } : null;
}

/** Without an order: by time, then the first measure with the greatest first. The rest of the key makes any order total. */
function orderOf(request: UsageRequest, measures: readonly Measure[]): UsagePlan['orderBy'] {
  const time = request.interval === null ? [] : [{ field: 'time', direction: 'asc' } as const];
  const other = request.top ? [{ field: 'other', direction: 'asc' } as const] : [];
  const [first] = measures;
  const asked = request.order_by.length
    ? request.order_by
    : [...time, ...other, ...(first ? [{ field: first, direction: 'desc' } as const] : [])];
  const key = [...time, ...other, ...request.group_by.map((field) => ({ field, direction: 'asc' }) as const)];
  return [...asked, ...key.filter(({ field }) => !asked.some((given) => given.field === field))];
}
