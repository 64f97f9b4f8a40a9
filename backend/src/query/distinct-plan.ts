import { dateOf, notExact } from './not-exact.js';
import { namedDimensions, type ReadingRequest } from './reading-plan.js';
import { DAY, takeWhole, type Cut, type TimeRange } from './time-ranges.js';
import type { Watermarks } from './watermark-store.js';

/** How distinct conversations and users are counted. */
export interface DistinctPlan {
  /** Counted over the whole time of a group, or added up over its UTC days: one seen on two days then counts twice. */
  readonly method: 'distinct_raw' | 'sum_of_daily_distinct';
  /** Days of usage_daily_distinct. */
  readonly daily: readonly TimeRange[];
  readonly raw: readonly TimeRange[];
}

/** @throws Problem 422 where neither raw events nor the counts of closed days tell it */
export function planDistinct(request: ReadingRequest, cut: Cut, marks: Watermarks): DistinctPlan {
  const { from, to } = request;
  if (from >= marks.rawFloor) return { method: 'distinct_raw', daily: [], raw: [{ from, to }] };
  const since = `Below ${dateOf(marks.rawFloor)} distinct conversations and users are kept by UTC day and organisation only`;
  const other = namedDimensions(request).find((dimension) => dimension !== 'org_id');
  if (other) {
    const field = request.group_by.includes(other) ? 'group_by' : 'filters';
    throw notExact(field, `${since}: leave out ${other}, or start there.`);
  }
  const closed = { from, to: Math.min(to, marks.writtenBefore) };
  const { whole, rest } = takeWhole([closed], DAY, cut);
  if (rest.length > 0) {
    throw notExact('measures', `${since}: use times at 00:00 UTC, and no interval or one of UTC days.`);
  }
  const open = { from: marks.writtenBefore, to };
  return { method: 'sum_of_daily_distinct', daily: whole, raw: open.from < to ? [open] : [] };
}
