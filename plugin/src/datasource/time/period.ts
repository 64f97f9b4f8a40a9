import type { Time } from '../../api/wire';
import { addMonths, floorWall } from './edges';
import type { Zone } from './zone';

const DAY = 86_400_000;
const WEEK = 7 * DAY;

/** Half-open, Unix ms. */
export interface Period {
  readonly from: number;
  readonly to: number;
  readonly unit?: CalendarUnit;
}

/** What a period is of, where its start was chosen as that of one: "this month so far" is `now/M` to `now`. */
export type CalendarUnit = 'day' | 'week' | 'month' | 'quarter' | 'year';

const UNITS: Readonly<Record<string, CalendarUnit>> = {
  d: 'day',
  w: 'week',
  M: 'month',
  fQ: 'quarter',
  fy: 'year',
  y: 'year',
};

interface GrafanaRange {
  readonly from: { valueOf(): number };
  readonly to: { valueOf(): number };
  readonly raw?: { readonly from: unknown };
}

/** What Grafana asks for, half-open. It writes the end of a day, week or month as its last millisecond. */
export function periodOf({ from, to, raw }: GrafanaRange): Period {
  const end = to.valueOf();
  const unit = typeof raw?.from === 'string' ? UNITS[/\/(\w+)$/.exec(raw.from)?.[1] ?? ''] : undefined;
  return { from: from.valueOf(), to: end % 1000 === 999 ? end + 1 : end, ...(unit && { unit }) };
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
 * - from the first of a year, quarter or month (chosen as such, or, of a year, longer than a month): the same dates of the one
 *   before ("this month so far" against the last one up to the same day and time);
 * - whole months: as many before;
 * - from the start of a week, up to a week: the same stretch of the week before;
 * - else as many whole days back as the period has, at the same wall time;
 * - less than a day: just before it.
 */
export function previousPeriod(period: Period, zone: Zone): Previous {
  const wall = { from: wallOf(period.from, zone), to: wallOf(period.to, zone) };
  const months = monthsBack(wall, period.unit);
  const days = daysBack(wall, period.unit);
  if (months === null && days === null) {
    const length = period.to - period.from;
    return { from: period.from - length, to: period.from, toPresent: (instant) => instant + length };
  }
  const start = months === null ? wall.from - (days ?? 0) * DAY : addMonths(wall.from, -months);
  const end = months === null ? wall.to - (days ?? 0) * DAY : sameDate(wall.to, -months);
  return {
    from: zone.instantOf(start),
    to: Math.min(zone.instantOf(end), period.from),
    toPresent: (instant) => zone.instantOf(wall.from + (zone.wallOf(instant) - start)),
  };
}

/** What the clock shows; the start of a day is 00:00, also where the clock jumps over that. */
function wallOf(instant: number, zone: Zone): number {
  const wall = zone.wallOf(instant);
  const midnight = floorWall(wall, '1d');
  return zone.instantOf(midnight) === instant ? midnight : wall;
}

/** The same day and time some months away; of a shorter month its end, so that all of it is compared and nothing beyond. */
function sameDate(wall: number, months: number): number {
  const first = floorWall(wall, '1mo');
  return Math.min(addMonths(first, months) + (wall - first), addMonths(first, months + 1));
}

const isStartOf = (interval: '1d' | '1w' | '1mo', wall: number): boolean =>
  wall === floorWall(wall, interval);

const MONTHS_OF: Readonly<Partial<Record<CalendarUnit, number>>> = { month: 1, quarter: 3, year: 12 };

/** Null where the period is not compared by months. */
function monthsBack({ from, to }: Period, unit: CalendarUnit | undefined): number | null {
  // Today is compared with yesterday, also on the first of a month.
  if (!isStartOf('1mo', from) || unit === 'day' || unit === 'week') return null;
  const months = monthsTouched(from, to);
  const chosen = unit && MONTHS_OF[unit];
  if (chosen !== undefined && months <= chosen) return chosen;
  if (months === 1 || isStartOf('1mo', to)) return months;
  return new Date(from).getUTCMonth() === 0 && months <= 12 ? 12 : null;
}

/** Null for less than a day that does not begin one. */
function daysBack({ from, to }: Period, unit: CalendarUnit | undefined): number | null {
  const isOfWeek = unit === 'week' || (isStartOf('1w', from) && to - from > DAY);
  if (isOfWeek && isStartOf('1d', from) && to - from <= WEEK) return 7;
  if (to - from < DAY && !isStartOf('1d', from)) return null;
  return Math.ceil((to - from) / DAY);
}

/** Calendar months that [from, to) lies in, `from` being the start of one. */
function monthsTouched(from: number, to: number): number {
  let months = 1;
  while (addMonths(from, months) < to) months += 1;
  return months;
}
