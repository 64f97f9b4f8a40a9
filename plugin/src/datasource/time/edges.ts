import type { Interval } from '../../api/wire';
import type { Zone } from './zone';

const QUARTER = 900_000;
const HOUR = 3_600_000;
const DAY = 86_400_000;

/**
 * Starts of all intervals that overlap [from, to), ascending, as the backend cuts them (its query/time-zone.ts): the first
 * is at or before `from`. Hours are also cut where the clock is changed; weeks start on Monday.
 */
export function intervalEdges(interval: Interval, zone: Zone, from: number, to: number): number[] {
  if (interval === '15m') return steps(from - remainder(from, QUARTER), to, (edge) => edge + QUARTER);
  if (interval === '1h') return hourEdges(zone, from, to);
  const edges: number[] = [];
  let wall = floorWall(zone.wallOf(from), interval);
  for (let edge = zone.instantOf(wall); edge < to; edge = zone.instantOf(wall)) {
    if (edge !== edges.at(-1)) edges.push(edge);
    wall = nextWall(wall, interval);
  }
  return edges;
}

/** The end of the interval that starts at `start`, not beyond `to`. */
export function intervalEnd(interval: Interval, zone: Zone, start: number, to: number): number {
  // The longest interval is a month of 31 days, and an hour for the clock.
  return (
    intervalEdges(interval, zone, start, Math.min(to, start + 32 * DAY)).find((edge) => edge > start) ?? to
  );
}

function hourEdges(zone: Zone, from: number, to: number): number[] {
  const starts = (at: number): boolean =>
    remainder(zone.wallOf(at), HOUR) === 0 || zone.offsetAt(at) !== zone.offsetAt(at - QUARTER);
  let first = from - remainder(from, QUARTER);
  while (!starts(first)) first -= QUARTER;
  return steps(first, to, (edge) => {
    const offset = zone.offsetAt(edge);
    let next = edge + HOUR - remainder(edge + offset, HOUR);
    if (zone.offsetAt(next) === offset) return next;
    next = edge + QUARTER;
    while (zone.offsetAt(next) === offset) next += QUARTER;
    return next;
  });
}

function steps(first: number, to: number, next: (edge: number) => number): number[] {
  const edges: number[] = [];
  for (let edge = first; edge < to; edge = next(edge)) edges.push(edge);
  return edges;
}

/** Start of the day, week or month that a wall time is in. */
export function floorWall(wall: number, interval: '1d' | '1w' | '1mo'): number {
  const day = Math.floor(wall / DAY);
  if (interval === '1d') return day * DAY;
  // Day 0 of Unix time was a Thursday.
  if (interval === '1w') return (day - remainder(day + 3, 7)) * DAY;
  const date = new Date(wall);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1);
}

function nextWall(wall: number, interval: '1d' | '1w' | '1mo'): number {
  if (interval === '1d') return wall + DAY;
  if (interval === '1w') return wall + 7 * DAY;
  return addMonths(wall, 1);
}

/** The same day and time in another month; the last day of a shorter one. */
export function addMonths(wall: number, months: number): number {
  const date = new Date(wall);
  const first = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months, 1);
  const days = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months + 1, 0)).getUTCDate();
  return first + (Math.min(date.getUTCDate(), days) - 1) * DAY + remainder(wall, DAY);
}

const remainder = (value: number, divisor: number): number => ((value % divisor) + divisor) % divisor;
