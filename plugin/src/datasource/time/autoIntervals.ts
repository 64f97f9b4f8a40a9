import { INTERVALS, type Interval } from '../../api/wire';
import type { Period } from './period';

/** About; enough to count points. */
export const LENGTH_MS: Readonly<Record<Interval, number>> = {
  '15m': 900_000,
  '1h': 3_600_000,
  '1d': 86_400_000,
  '1w': 604_800_000,
  '1mo': 2_629_800_000,
};

/**
 * Cost comes in single calls: an organisation with a call every few hours has more gaps than points per hour, but a readable line
 * per day. So a week is cut into hours (168), a month into days, however wide the panel is.
 */
const MOST_POINTS = 200;

/**
 * The intervals to try for `auto`, the finest first: none that gives more points than are drawn, and always the longest. The
 * backend refuses what it cannot tell exactly any more (old quarters of an hour are gone); then the next may do.
 */
export function autoIntervals({ from, to }: Period, maxDataPoints: number): Interval[] {
  const points = Math.min(Math.max(maxDataPoints, 1), MOST_POINTS);
  return INTERVALS.filter((interval) => interval === '1mo' || (to - from) / LENGTH_MS[interval] <= points);
}
