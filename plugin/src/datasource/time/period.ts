import type { Time } from '../../api/wire';
import { addMonths, floorWall } from './edges';
import type { Zone } from './zone';

const DAY = 86_400_000;
const WEEK = 7 * DAY;

/** Half-open, Unix ms. */
export interface Period {
  readonly from: number;
  readonly to: number;
}

/** What Grafana asks for, half-open. It writes the end of a day, week or month as its last millisecond. */
export function periodOf(range: { from: { valueOf(): number }; to: { valueOf(): number } }): Period {
  const to = range.to.valueOf();
  return { from: range.from.valueOf(), to: to % 1000 === 999 ? to + 1 : to };
}

/** As a request says it. */
export const wireTimes = ({ from, to }: Period): { from: Time; to: Time } => ({
  from: new Date(from).toISOString(),
  to: new Date(to).toISOString(),
});

/** A period to compare with, and where its instants lie in the present one. */
export interface Previous extends Period {
  toPresent(instant: number): number;
}

/**
 * The period before, by the calendar of the zone, so that like is compared with like:
 * - from the first of a month: the same stretch of the months before ("this month so far" against the last one so far);
 * - from a Monday, up to a week: the same stretch of the week before;
 * - else as many whole days back as the period has, at the same wall time;
 * - less than a day: just before it.
 */
export function previousPeriod(period: Period, zone: Zone): Previous {
  const wall = { from: zone.wallOf(period.from), to: zone.wallOf(period.to) };
  const start = previousStart(wall);
  if (start === null) {
    const length = period.to - period.from;
    return { from: period.from - length, to: period.from, toPresent: (instant) => instant + length };
  }
  const isWholeMonths = isStartOf('1mo', wall.from) && isStartOf('1mo', wall.to);
  const end = isWholeMonths ? wall.from : start + (wall.to - wall.from);
  return {
    from: zone.instantOf(start),
    // Of a shorter month all is compared, and nothing beyond.
    to: Math.min(zone.instantOf(end), period.from),
    toPresent: (instant) => zone.instantOf(wall.from + (zone.wallOf(instant) - start)),
  };
}

const isStartOf = (interval: '1d' | '1w' | '1mo', wall: number): boolean =>
  wall === floorWall(wall, interval);

function previousStart({ from, to }: Period): number | null {
  if (isStartOf('1mo', from)) {
    const months = monthsTouched(from, to);
    if (months === 1 || isStartOf('1mo', to)) return addMonths(from, -months);
  }
  if (isStartOf('1w', from) && to - from > DAY && to - from <= WEEK) return from - WEEK;
  if (to - from < DAY && !isStartOf('1d', from)) return null;
  return from - Math.ceil((to - from) / DAY) * DAY;
}

/** Calendar months that [from, to) lies in, `from` being the start of one. */
function monthsTouched(from: number, to: number): number {
  let months = 1;
  while (addMonths(from, months) < to) months += 1;
  return months;
}
