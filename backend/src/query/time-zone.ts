import { DAY, HOUR, QUARTER } from './time-ranges.js';

/** Cuts time into the hours, days, weeks and months of a time zone's calendar. Instants are Unix milliseconds. */

export const INTERVALS = ['15m', '1h', '1d', '1w', '1mo'] as const;
export type Interval = (typeof INTERVALS)[number];
/** Intervals whose length depends on the zone. 15 minutes divide every zone's offset, so they need none. */
export type ZonedInterval = Exclude<Interval, '15m'>;

/** True for every IANA name (aliases too) that this Node's ICU data knows. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** Milliseconds to add to an instant to get the zone's wall time (itself written as if it were UTC). */
type Offset = (at: number) => number;

function offsetOf(timeZone: string): Offset {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  return (at) => {
    const part: Record<string, number> = {};
    for (const { type, value } of format.formatToParts(at)) part[type] = Number(value);
    const { year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0 } = part;
    return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / 1000) * 1000;
  };
}

/** The first instant at which the zone's clock shows `wall` or, where the clock jumps over it, the instant of the jump. */
function instantOf(wall: number, offset: Offset): number {
  const before = offset(wall - DAY);
  const after = offset(wall + DAY);
  // The greater offset gives the earlier instant: of a midnight shown twice, the first one starts the day.
  for (const candidate of [Math.max(before, after), Math.min(before, after)]) {
    if (offset(wall - candidate) === candidate) return wall - candidate;
  }
  let low = wall - after;
  let high = wall - before;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offset(middle) === before) low = middle;
    else high = middle;
  }
  return high;
}

/** Start of the calendar interval that holds the wall time. Weeks start on Monday (ISO 8601). */
function floorWall(wall: number, interval: '1d' | '1w' | '1mo'): number {
  const day = Math.floor(wall / DAY);
  if (interval === '1d') return day * DAY;
  // Day 0 of Unix time was a Thursday.
  if (interval === '1w') return (day - ((((day + 3) % 7) + 7) % 7)) * DAY;
  const date = new Date(wall);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1);
}

function nextWall(wall: number, interval: '1d' | '1w' | '1mo'): number {
  if (interval === '1d') return wall + DAY;
  if (interval === '1w') return wall + 7 * DAY;
  const date = new Date(wall);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1);
}

function calendarEdges(interval: '1d' | '1w' | '1mo', offset: Offset, from: number, to: number): number[] {
  const edges: number[] = [];
  let wall = floorWall(from + offset(from), interval);
  for (let edge = instantOf(wall, offset); edge < to; edge = instantOf(wall, offset)) {
    // A day a zone left out (Samoa 2011) would have no length.
    if (edge !== edges.at(-1)) edges.push(edge);
    wall = nextWall(wall, interval);
  }
  return edges;
}

const remainder = (value: number, divisor: number): number => ((value % divisor) + divisor) % divisor;

/**
 * An hour starts where the clock shows a full hour and where the clock is changed, so the two hours 02:00 to 03:00 of an
 * autumn night stay two, and Lord Howe's change by half an hour makes one hour of 30 minutes.
 */
function hourEdges(offset: Offset, from: number, to: number): number[] {
  const startsHour = (at: number): boolean =>
    remainder(at + offset(at), HOUR) === 0 || offset(at) !== offset(at - QUARTER);
  let edge = from - remainder(from, QUARTER);
  while (!startsHour(edge)) edge -= QUARTER;
  const edges: number[] = [];
  while (edge < to) {
    edges.push(edge);
    const current = offset(edge);
    let next = edge + HOUR - remainder(edge + current, HOUR);
    if (offset(next) !== current) {
      next = edge + QUARTER;
      while (offset(next) === current) next += QUARTER;
    }
    edge = next;
  }
  return edges;
}

/**
 * Starts of all intervals that overlap [from, to), ascending: the first is at or before `from`.
 * Every edge of the years for which anything is stored lies on a quarter of an hour, as the offset of every zone does.
 */
export function intervalEdges(interval: ZonedInterval, timeZone: string, from: number, to: number): number[] {
  const offset = offsetOf(timeZone);
  return interval === '1h' ? hourEdges(offset, from, to) : calendarEdges(interval, offset, from, to);
}
