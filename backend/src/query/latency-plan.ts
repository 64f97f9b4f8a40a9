import { dateOf, notExact } from './not-exact.js';
import { fitsModel, namedDimensions, type ReadingRequest } from './reading-plan.js';
import { below, DAY, HOUR, takeWhole, type Cut, type TimeRange } from './time-ranges.js';
import type { Watermarks } from './watermark-store.js';

export interface LatencyReading {
  readonly table: 'usage_latency_1d' | 'usage_latency_1h' | 'usage_events';
  readonly ranges: readonly TimeRange[];
}

/** Where the distribution of latency is read: in each table the same buckets. */
export type LatencyPlan = readonly LatencyReading[];

/**
 * Whole days and hours come from the distribution, the rest from raw events while they live.
 * @throws Problem 422
 */
export function planLatency(request: ReadingRequest, cut: Cut, marks: Watermarks): LatencyPlan {
  const { from, to } = request;
  const dimensions = namedDimensions(request);
  if (!fitsModel(dimensions)) {
    if (from >= marks.rawFloor) return [{ table: 'usage_events', ranges: [{ from, to }] }];
    const other = dimensions.find((dimension) => !fitsModel([dimension]));
    throw notExact(
      request.group_by.some((dimension) => dimension === other) ? 'group_by' : 'filters',
      `Below ${dateOf(marks.rawFloor)} percentiles are kept by organisation, provider and model only: leave out ${other}, or start there.`,
    );
  }
  const days = takeWhole([{ from, to }], DAY, cut);
  const hours = takeWhole(days.rest, HOUR, cut);
  if (from < marks.aggregateFloor) {
    throw notExact('from', `Percentiles are kept since ${dateOf(marks.aggregateFloor)}: start there.`);
  }
  if (below(hours.rest, marks.rawFloor).length > 0) {
    throw notExact(
      'measures',
      `Below ${dateOf(marks.rawFloor)} percentiles are kept by whole hours (UTC) only: use times and a time zone of whole hours.`,
    );
  }
  const readings: LatencyReading[] = [
    { table: 'usage_latency_1d', ranges: days.whole },
    { table: 'usage_latency_1h', ranges: hours.whole },
    { table: 'usage_events', ranges: hours.rest },
  ];
  return readings.filter(({ ranges }) => ranges.length > 0);
}
