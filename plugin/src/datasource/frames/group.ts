import type { Dimension, Measure, UsageRow } from '../../api/wire';
import { MEASURE_LABELS } from '../labels';
import { NONE, OTHER } from '../none';

/** The values of a row's dimensions as text, in the order they were asked for. */
export function groupLabels(
  row: UsageRow,
  groupBy: readonly Dimension[],
): Partial<Record<Dimension, string>> {
  return Object.fromEntries(
    groupBy.map((dimension) => [dimension, row.other ? OTHER : (row[dimension] ?? NONE)]),
  );
}

/** The same for rows of the same group. A group that is really called "other" is another one than the rest. */
export const groupKey = (row: UsageRow, groupBy: readonly Dimension[]): string =>
  row.other ? OTHER : JSON.stringify(groupBy.map((dimension) => row[dimension] ?? null));

/** Money as a number is for drawing only. */
export function numberOf(value: string | number | null | undefined): number | null {
  return value === null || value === undefined ? null : Number(value);
}

export const isMoney = (measure: Measure): boolean => MEASURE_LABELS[measure].unit === 'currencyUSD';

const SUMS_OF_MONEY: ReadonlySet<Measure> = new Set([
  'cost_usd',
  'inexact_cost_usd',
  'error_cost_usd',
  'cache_saved_usd',
]);

const isSum = (measure: Measure): boolean => {
  const { group, unit } = MEASURE_LABELS[measure];
  if (measure === 'tokens_per_call') return false;
  return SUMS_OF_MONEY.has(measure) || (unit === 'short' && (group === 'Calls' || group === 'Tokens'));
};

/**
 * Where the backend has no row there were no calls, and nothing cost nothing: sums are 0. (Calls without a cost have a row, where
 * the cost is null.) A rate, a duration or a cost per call there is none.
 */
export const withoutCalls = (measure: Measure): number | null => (isSum(measure) ? 0 : null);
