import type { UsagePeriod } from '../query';
import { floorWall } from './edges';
import type { CalendarUnit, Period } from './period';
import type { Zone } from './zone';

const UNITS = {
  today: 'day',
  this_week: 'week',
  this_month: 'month',
  this_year: 'year',
} as const satisfies Record<Exclude<UsagePeriod, 'dashboard'>, CalendarUnit>;

/** From the start of the current day, week, month or year in a zone until now. */
export function soFar(period: keyof typeof UNITS, now: number, zone: Zone): Period {
  const unit = UNITS[period];
  return { from: zone.instantOf(startOf(unit, zone.wallOf(now))), to: now, unit };
}

function startOf(unit: (typeof UNITS)[keyof typeof UNITS], wall: number): number {
  switch (unit) {
    case 'day':
      return floorWall(wall, '1d');
    case 'week':
      return floorWall(wall, '1w');
    case 'month':
      return floorWall(wall, '1mo');
    case 'year':
      return Date.UTC(new Date(wall).getUTCFullYear(), 0, 1);
  }
}
