import type { Dimension } from './dimension.js';
import type { Filter } from './filter.js';
import { dateOf, notExact } from './not-exact.js';
import { below, DAY, HOUR, QUARTER, takeWhole, type Cut, type TimeRange } from './time-ranges.js';
import type { Watermarks } from './watermark-store.js';

/** Tables that hold the sums of calls, and the raw calls. */
export type SumTable =
  | 'usage_daily_by_org'
  | 'usage_daily_by_model'
  | 'usage_daily_by_assistant'
  | 'usage_daily'
  | 'usage_1d_by_org'
  | 'usage_1d'
  | 'usage_1h_by_model'
  | 'usage_15m_by_org'
  | 'usage_15m'
  | 'usage_events';

export interface Reading {
  readonly table: SumTable;
  readonly ranges: readonly TimeRange[];
}

/** Which tables tell the sums of a time: every instant is in exactly one range of `readings`. */
export interface ReadingPlan {
  readonly readings: readonly Reading[];
  /** What of ledger_adjustments belongs to them: all of it, or what no 15-minute aggregate holds. */
  readonly adjusted: { readonly all: readonly TimeRange[]; readonly belowFloor: readonly TimeRange[] };
  /** The same as the answer tells it. */
  readonly told: Readonly<Record<'daily' | 'quarters' | 'raw', readonly TimeRange[]>>;
}

export interface ReadingRequest {
  readonly from: number;
  readonly to: number;
  readonly as_of: 'closed' | 'known';
  readonly group_by: readonly Dimension[];
  readonly filters: readonly Filter[];
}

/** The dimensions a request names. */
export const namedDimensions = ({
  group_by,
  filters,
}: Pick<ReadingRequest, 'group_by' | 'filters'>): Dimension[] => [
  ...new Set([...group_by, ...filters.map(({ dimension }) => dimension)]),
];

const fitting =
  (...known: Dimension[]) =>
  (dimensions: readonly Dimension[]): boolean =>
    dimensions.every((dimension) => known.includes(dimension));
export const fitsModel = fitting('org_id', 'provider', 'model');
const fitsAssistant = fitting('org_id', 'assistant_id', 'query_type', 'environment');
const fitsOrg = fitting('org_id');

/**
 * Whole UTC days that are closed come from the ledger, the rest in quarters of an hour from the aggregates, and what is
 * finer from raw events.
 * @throws Problem 422
 */
export function planReadings(request: ReadingRequest, cut: Cut, marks: Watermarks): ReadingPlan {
  const dimensions = namedDimensions(request);
  const days = takeWhole([{ from: request.from, to: request.to }], DAY, cut, marks.writtenBefore);
  const { whole: quarters, rest: raw } = takeWhole(days.rest, QUARTER, cut);
  refuse(request, quarters, raw, marks);
  const readings: Reading[] = [
    { table: dailyTableFor(dimensions), ranges: days.whole },
    ...aggregatesFor(dimensions, quarters, cut),
    { table: 'usage_events', ranges: raw },
  ];
  return {
    readings: readings.filter(({ ranges }) => ranges.length > 0),
    adjusted: {
      all: request.as_of === 'known' ? days.whole : [],
      belowFloor: below(quarters, marks.rawFloor),
    },
    told: { daily: days.whole, quarters, raw },
  };
}

/** The smallest table of closed days with these dimensions (ADR 0011). */
function dailyTableFor(dimensions: readonly Dimension[]): SumTable {
  if (fitsOrg(dimensions)) return 'usage_daily_by_org';
  if (fitsModel(dimensions)) return 'usage_daily_by_model';
  return fitsAssistant(dimensions) ? 'usage_daily_by_assistant' : 'usage_daily';
}

/** The smallest aggregates with these dimensions. */
function aggregatesFor(
  dimensions: readonly Dimension[],
  quarters: readonly TimeRange[],
  cut: Cut,
): Reading[] {
  const days = takeWhole(quarters, DAY, cut);
  if (fitsOrg(dimensions)) {
    return [
      { table: 'usage_1d_by_org', ranges: days.whole },
      { table: 'usage_15m_by_org', ranges: days.rest },
    ];
  }
  const hours = fitsModel(dimensions) ? takeWhole(days.rest, HOUR, cut) : { whole: [], rest: days.rest };
  return [
    { table: 'usage_1d', ranges: days.whole },
    { table: 'usage_1h_by_model', ranges: hours.whole },
    { table: 'usage_15m', ranges: hours.rest },
  ];
}

function refuse(
  request: ReadingRequest,
  quarters: readonly TimeRange[],
  raw: readonly TimeRange[],
  { rawFloor, writtenBefore, aggregateFloor }: Watermarks,
): void {
  const finer = [...quarters, ...raw];
  const days = 'use times at 00:00 UTC, and no interval or one of UTC days';
  if (below(finer, aggregateFloor).length > 0) {
    throw notExact(
      fieldOf(request, aggregateFloor),
      `Below ${dateOf(aggregateFloor)} only whole UTC days are kept: ${days}, or start there.`,
    );
  }
  if (request.as_of === 'closed' && below(finer, writtenBefore).length > 0) {
    throw notExact(
      'as_of',
      `Below ${dateOf(writtenBefore)} days are closed, and kept as closed by whole UTC days only: ${days}, or ask as_of "known".`,
    );
  }
  if (below(raw, rawFloor).length > 0) {
    throw notExact(
      raw.some(({ from }) => from === request.from && from < rawFloor) ? 'from' : 'to',
      `Below ${dateOf(rawFloor)} only whole quarters of an hour are kept: use times at :00, :15, :30 or :45.`,
    );
  }
}

/** What to change: a start that is no UTC midnight, or the way time is cut. */
function fieldOf({ from, to }: ReadingRequest, floor: number): string {
  if (from % DAY !== 0) return 'from';
  return to < floor && to % DAY !== 0 ? 'to' : 'interval';
}
