import { dateTimeForTimeZone, type DateTime } from '@grafana/data';

/** Instants are Unix milliseconds. A wall time is what the zone's clock shows, itself written as if it were UTC. */

const DAY = 86_400_000;

/** The IANA name of a dashboard's time zone setting. */
export function zoneName(setting: string): string {
  if (setting === '' || setting === 'browser') return Intl.DateTimeFormat().resolvedOptions().timeZone;
  return setting.toLowerCase() === 'utc' ? 'UTC' : setting;
}

export interface Zone {
  readonly name: string;
  wallOf(instant: number): number;
  /** Of a time that the clock shows twice, the first; of one it jumps over, the instant of the jump. */
  instantOf(wall: number): number;
  /** Milliseconds to add to an instant to get the wall time. */
  offsetAt(instant: number): number;
}

export function zoneOf(name: string): Zone {
  // Asked again for every group of an answer, and 10 µs each: 50,000 rows would take seconds.
  const known = new Map<number, number>();
  const offsetAt = (instant: number): number => {
    const before = known.get(instant);
    if (before !== undefined) return before;
    // The type says it may be undefined; a time zone's date never is.
    const date: DateTime | undefined = dateTimeForTimeZone(name, instant);
    const offset = (date?.utcOffset() ?? 0) * 60_000;
    known.set(instant, offset);
    return offset;
  };
  const instantOf = (wall: number): number => {
    const before = offsetAt(wall - DAY);
    const after = offsetAt(wall + DAY);
    for (const offset of [Math.max(before, after), Math.min(before, after)]) {
      if (offsetAt(wall - offset) === offset) return wall - offset;
    }
    // Jumped over: the clock shows `wall` by the offset after the jump a little too early, by the one before it too late.
    let [low, high] = [wall - after, wall - before];
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (offsetAt(middle) === before) low = middle;
      else high = middle;
    }
    return high;
  };
  return { name, offsetAt, instantOf, wallOf: (instant) => instant + offsetAt(instant) };
}
