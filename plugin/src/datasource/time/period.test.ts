import { periodOf, previousPeriod } from './period';
import { zoneName, zoneOf } from './zone';

const at = (text: string): number => Date.parse(text);
const iso = (instant: number): string => new Date(instant).toISOString().slice(0, 16);

const previous = (zone: string, from: string, to: string) =>
  previousPeriod({ from: at(from), to: at(to) }, zoneOf(zone));

describe('periodOf', () => {
  it.each([
    ['2026-11-30T23:59:59.999Z', '2026-12-01T00:00:00.000Z'],
    ['2026-11-30T23:59:59.123Z', '2026-11-30T23:59:59.123Z'],
    ['2026-12-01T00:00:00.000Z', '2026-12-01T00:00:00.000Z'],
  ])('reads an end of %s as %s', (to, expected) => {
    expect(periodOf({ from: new Date(0), to: new Date(to) })).toEqual({ from: 0, to: at(expected) });
  });
});

describe('zoneName', () => {
  it.each([
    ['browser', 'UTC'],
    ['', 'UTC'],
    ['utc', 'UTC'],
    ['Europe/Berlin', 'Europe/Berlin'],
  ])('of %j is %s (the browser of the tests is in UTC)', (setting, name) => {
    expect(zoneName(setting)).toBe(name);
  });
});

describe('previousPeriod', () => {
  it.each([
    ['six hours', 'UTC', '2026-11-22T06:10', '2026-11-22T12:10', '2026-11-22T00:10', '2026-11-22T06:10'],
    ['a day', 'UTC', '2026-11-22T00:00', '2026-11-23T00:00', '2026-11-21T00:00', '2026-11-22T00:00'],
    ['today so far', 'UTC', '2026-11-22T00:00', '2026-11-22T10:30', '2026-11-21T00:00', '2026-11-21T10:30'],
    [
      'the last 7 days',
      'UTC',
      '2026-11-15T10:30',
      '2026-11-22T10:30',
      '2026-11-08T10:30',
      '2026-11-15T10:30',
    ],
    [
      'this week so far',
      'UTC',
      '2026-11-16T00:00',
      '2026-11-18T10:30',
      '2026-11-09T00:00',
      '2026-11-11T10:30',
    ],
    ['a month', 'UTC', '2026-03-01T00:00', '2026-04-01T00:00', '2026-02-01T00:00', '2026-03-01T00:00'],
    ['a longer month', 'UTC', '2026-02-01T00:00', '2026-03-01T00:00', '2026-01-01T00:00', '2026-02-01T00:00'],
    ['a quarter', 'UTC', '2026-04-01T00:00', '2026-07-01T00:00', '2026-01-01T00:00', '2026-04-01T00:00'],
    [
      'this month so far',
      'UTC',
      '2026-03-01T00:00',
      '2026-03-10T10:30',
      '2026-02-01T00:00',
      '2026-02-10T10:30',
    ],
    [
      'more days than the month before had',
      'UTC',
      '2026-03-01T00:00',
      '2026-03-30T10:30',
      '2026-02-01T00:00',
      '2026-03-01T00:00',
    ],
    // 23 hours of Berlin's day against 24 of the day before.
    [
      'a short day',
      'Europe/Berlin',
      '2026-03-28T23:00',
      '2026-03-29T22:00',
      '2026-03-27T23:00',
      '2026-03-28T23:00',
    ],
    [
      'a day after the change',
      'Europe/Berlin',
      '2026-03-29T22:00',
      '2026-03-30T22:00',
      '2026-03-28T23:00',
      '2026-03-29T22:00',
    ],
    [
      'a month with a change',
      'Europe/Berlin',
      '2026-09-30T22:00',
      '2026-10-31T23:00',
      '2026-08-31T22:00',
      '2026-09-30T22:00',
    ],
  ])('before %s', (_, zone, from, to, expectedFrom, expectedTo) => {
    const period = previous(zone, `${from}:00Z`, `${to}:00Z`);
    expect([iso(period.from), iso(period.to)]).toEqual([expectedFrom, expectedTo]);
  });

  it.each([
    [
      'this year so far',
      '2026-01-01T00:00',
      '2026-11-29T10:30',
      undefined,
      '2025-01-01T00:00',
      '2025-11-29T10:30',
    ],
    [
      'a year after a leap day',
      '2025-01-01T00:00',
      '2025-03-10T10:30',
      undefined,
      '2024-01-01T00:00',
      '2024-03-10T10:30',
    ],
    ['a leap day', '2024-01-01T00:00', '2024-02-29T10:30', 'now/y', '2023-01-01T00:00', '2023-03-01T00:00'],
    [
      'this year in January',
      '2026-01-01T00:00',
      '2026-01-20T10:30',
      'now/y',
      '2025-01-01T00:00',
      '2025-01-20T10:30',
    ],
    [
      'January so far',
      '2026-01-01T00:00',
      '2026-01-20T10:30',
      'now/M',
      '2025-12-01T00:00',
      '2025-12-20T10:30',
    ],
    [
      'this quarter so far',
      '2026-10-01T00:00',
      '2026-11-29T10:30',
      'now/fQ',
      '2026-07-01T00:00',
      '2026-08-29T10:30',
    ],
    ['31 March', '2026-03-01T00:00', '2026-03-31T10:30', 'now/M', '2026-02-01T00:00', '2026-03-01T00:00'],
    [
      'a week from Sunday on',
      '2026-11-22T00:00',
      '2026-11-25T10:30',
      'now/w',
      '2026-11-15T00:00',
      '2026-11-18T10:30',
    ],
    [
      'a Monday of this week',
      '2026-11-23T00:00',
      '2026-11-23T10:30',
      'now/w',
      '2026-11-16T00:00',
      '2026-11-16T10:30',
    ],
    [
      'the first of a month',
      '2026-11-01T00:00',
      '2026-11-01T10:30',
      'now/d',
      '2026-10-31T00:00',
      '2026-10-31T10:30',
    ],
    ['a Monday', '2026-11-23T00:00', '2026-11-23T10:30', 'now/d', '2026-11-22T00:00', '2026-11-22T10:30'],
  ])('before %s, as it was chosen', (_, from, to, raw, expectedFrom, expectedTo) => {
    const range = { from: new Date(`${from}:00Z`), to: new Date(`${to}:00Z`), raw: { from: raw } };
    const before = previousPeriod(periodOf(range), zoneOf('UTC'));
    expect([iso(before.from), iso(before.to)]).toEqual([expectedFrom, expectedTo]);
  });

  it.each(['UTC', 'Europe/Berlin', 'America/Santiago', 'Australia/Lord_Howe', 'Asia/Kolkata'])(
    'of every day, month and year so far in %s ends at the same date and time, and not after its own end',
    (name) => {
      const zone = zoneOf(name);
      for (let hour = 5; hour < 3 * 366 * 24; hour += 61) {
        const written = Date.UTC(2023, 0, 1) + hour * 3_600_000;
        // Where the clock jumps over a time, it shows a later one; but a day always begins at 00:00.
        const wall = hour % 24 === 0 ? written : zone.wallOf(zone.instantOf(written));
        const date = new Date(wall);
        const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
        const before = {
          d: [Date.UTC(year, month, date.getUTCDate()), wall - 86_400_000],
          M: [Date.UTC(year, month, 1), Date.UTC(year, month - 1, 1) + (wall - Date.UTC(year, month, 1))],
          y: [Date.UTC(year, 0, 1), Date.UTC(year - 1, month, 1) + (wall - Date.UTC(year, month, 1))],
        };
        const limits = { d: Infinity, M: Date.UTC(year, month, 1), y: Date.UTC(year - 1, month + 1, 1) };
        for (const unit of ['d', 'M', 'y'] as const) {
          const [start = 0, end = 0] = before[unit];
          const [from, to] = [zone.instantOf(start), zone.instantOf(wall)];
          if (from >= to) continue;
          const found = previousPeriod(periodOf({ from, to, raw: { from: `now/${unit}` } }), zone);
          const expected = Math.min(zone.instantOf(Math.min(end, limits[unit])), from);
          expect([unit, iso(to), iso(found.to)]).toEqual([unit, iso(to), iso(expected)]);
          expect(found.from).toBeLessThan(found.to);
        }
      }
    },
  );

  it('finds the same wall time in the present', () => {
    const period = previous('Europe/Berlin', '2026-03-29T22:00:00Z', '2026-03-30T22:00:00Z');
    // 12:00 summer time on the 29th, and 12:00 summer time on the 30th; before the change it is winter time.
    expect(iso(period.toPresent(at('2026-03-29T10:00:00Z')))).toBe('2026-03-30T10:00');
    expect(iso(period.toPresent(at('2026-03-29T00:00:00Z')))).toBe('2026-03-29T23:00');
  });

  it('finds the same distance in the present for less than a day', () => {
    const period = previous('UTC', '2026-11-22T06:10:00Z', '2026-11-22T12:10:00Z');
    expect(iso(period.toPresent(at('2026-11-22T00:15:00Z')))).toBe('2026-11-22T06:15');
  });
});
