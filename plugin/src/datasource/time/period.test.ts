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
