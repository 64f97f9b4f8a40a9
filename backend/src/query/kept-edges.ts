import { factsOf } from './measure.js';
import { DAY, HOUR, QUARTER, type TimeRange } from './time-ranges.js';
import type { UsageRequest } from './usage-request.js';
import type { Watermarks } from './watermark-store.js';

type Asked = Pick<UsageRequest, 'from' | 'to' | 'measures' | 'as_of'>;

/**
 * The time asked for, its ends moved outward to the nearest instants that what is still kept can tell exactly: raw events
 * tell any, aggregates quarters of an hour, percentiles whole hours, the ledger UTC days. For who asks for "the last 90
 * days" and means no certain millisecond.
 */
export function keptEdges(asked: Asked, marks: Watermarks): TimeRange {
  const unit = (at: number): number => unitAt(at, asked, marks);
  const [first, last] = [unit(asked.from), unit(asked.to)];
  return { from: Math.floor(asked.from / first) * first, to: Math.ceil(asked.to / last) * last };
}

function unitAt(at: number, { from, measures, as_of: asOf }: Asked, marks: Watermarks): number {
  const facts = measures.map(factsOf);
  // Distinct values of a time that begins below the floor come from the days as they were closed.
  const isOfDays = from < marks.rawFloor && facts.some(({ distinct }) => distinct !== undefined);
  if (at < marks.aggregateFloor) return DAY;
  if (at < marks.writtenBefore && (isOfDays || asOf === 'closed')) return DAY;
  if (at >= marks.rawFloor) return 1;
  return facts.some(({ percentile }) => percentile !== undefined) ? HOUR : QUARTER;
}
