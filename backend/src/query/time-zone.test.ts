import fc from 'fast-check';
import { QUARTER } from './time-ranges.js';
import { intervalEdges, isTimeZone } from './time-zone.js';

const MINUTE = 60_000;
const minutesBetween = (edges: number[]): number[] =>
  edges.slice(1).map((edge, index) => (edge - (edges[index] ?? 0)) / MINUTE);
const at = (text: string): number => Date.parse(text);

/** Formatters are slow to make. */
const formats = new Map<string, Intl.DateTimeFormat>();
function formatIn(
  timeZone: string,
  locale: string,
  options: Intl.DateTimeFormatOptions,
): Intl.DateTimeFormat {
  const known =
    formats.get(`${locale} ${timeZone}`) ?? new Intl.DateTimeFormat(locale, { timeZone, ...options });
  formats.set(`${locale} ${timeZone}`, known);
  return known;
}

/** What a wall calendar and clock in the zone show, straight from Intl. */
const wallDate = (instant: number, timeZone: string): string =>
  formatIn(timeZone, 'en-CA', { dateStyle: 'short' }).format(instant);
const wallTime = (instant: number, timeZone: string): string =>
  formatIn(timeZone, 'en-GB', { dateStyle: 'short', timeStyle: 'long' }).format(instant);

const ZONES = [
  ...['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Asia/Kathmandu', 'Australia/Lord_Howe'],
  ...[
    'America/Havana',
    'America/Nuuk',
    'Asia/Beirut',
    'Africa/Cairo',
    'Pacific/Chatham',
    'Africa/Casablanca',
  ],
];

describe('intervalEdges', () => {
  it('makes the day of the spring change 23 hours and of the autumn change 25 hours long', () => {
    const spring = intervalEdges('1d', 'Europe/Berlin', at('2026-03-28T12:00Z'), at('2026-03-30T12:00Z'));
    expect(spring[0]).toBe(at('2026-03-27T23:00Z'));
    expect(minutesBetween(spring)).toEqual([24 * 60, 23 * 60]);
    const autumn = intervalEdges('1d', 'Europe/Berlin', at('2026-10-24T12:00Z'), at('2026-10-26T12:00Z'));
    expect(minutesBetween(autumn)).toEqual([24 * 60, 25 * 60]);
  });

  it("cuts Lord Howe's days and hours at its change by half an hour", () => {
    const days = intervalEdges('1d', 'Australia/Lord_Howe', at('2026-04-04T00:00Z'), at('2026-04-06T00:00Z'));
    expect(minutesBetween(days)).toEqual([24 * 60, 24.5 * 60]);
    const hours = intervalEdges(
      '1h',
      'Australia/Lord_Howe',
      at('2026-04-04T14:00Z'),
      at('2026-04-04T17:00Z'),
    );
    expect(minutesBetween(hours)).toEqual([60, 30, 60]);
  });

  it('keeps the two autumn hours with the same name apart', () => {
    const hours = intervalEdges('1h', 'Europe/Berlin', at('2026-10-24T23:00Z'), at('2026-10-25T03:00Z'));
    expect(minutesBetween(hours)).toEqual([60, 60, 60]);
  });

  it('starts a day at the jump when the clock leaves midnight out, and at the first midnight when it shows two', () => {
    const cairo = intervalEdges('1d', 'Africa/Cairo', at('2026-04-24T06:00Z'), at('2026-04-25T06:00Z'));
    expect(cairo[0]).toBe(at('2026-04-23T22:00Z'));
    const havana = intervalEdges('1d', 'America/Havana', at('2026-11-01T12:00Z'), at('2026-11-01T13:00Z'));
    expect(havana[0]).toBe(at('2026-11-01T04:00Z'));
  });

  it('starts weeks on Monday and months on the first', () => {
    const weeks = intervalEdges('1w', 'Asia/Kathmandu', at('2026-11-22T00:00Z'), at('2026-11-22T01:00Z'));
    expect(weeks).toEqual([at('2026-11-15T18:15Z')]);
    const months = intervalEdges('1mo', 'America/New_York', at('2026-03-15T00:00Z'), at('2026-04-02T00:00Z'));
    expect(months).toEqual([at('2026-03-01T05:00Z'), at('2026-04-01T04:00Z')]);
  });

  it('agrees with Intl: each day edge is where the wall calendar turns, and none is missing', () => {
    const instant = fc.integer({ min: at('2024-06-01T00:00Z'), max: at('2027-12-31T00:00Z') });
    fc.assert(
      fc.property(
        fc.constantFrom(...ZONES),
        instant,
        fc.integer({ min: 1, max: 40 * 96 }),
        (zone, from, quarters) => {
          const to = from + quarters * QUARTER;
          const edges = intervalEdges('1d', zone, from, to);
          expect(edges[0]).toBeLessThanOrEqual(from);
          for (const [index, edge] of edges.entries()) {
            expect(edge % QUARTER).toBe(0);
            expect(wallDate(edge - 1, zone) < wallDate(edge, zone)).toBe(true);
            const last = (edges[index + 1] ?? to) - 1;
            if (last >= edge) expect(wallDate(last, zone)).toBe(wallDate(edge, zone));
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('agrees with Intl: inside an hour the wall clock shows one hour and runs without a jump', () => {
    const instant = fc.integer({ min: at('2025-10-01T00:00Z'), max: at('2026-12-31T00:00Z') });
    const changes = ['2026-03-29T01:00Z', '2026-10-25T01:00Z', '2026-03-08T07:00Z', '2026-11-01T06:00Z'];
    const near = fc
      .constantFrom(...changes, '2026-04-04T15:00Z', '2026-10-03T15:30Z')
      .map((text) => at(text) - 7e6);
    fc.assert(
      fc.property(fc.constantFrom(...ZONES), fc.oneof(instant, near), (zone, from) => {
        const to = from + 16 * QUARTER;
        const edges = intervalEdges('1h', zone, from, to);
        expect(edges[0]).toBeLessThanOrEqual(from);
        for (const [index, edge] of edges.slice(0, -1).entries()) {
          const next = edges[index + 1] ?? NaN;
          expect(next - edge).toBeLessThanOrEqual(60 * MINUTE);
          const [first, last] = [wallTime(edge, zone), wallTime(next - 1, zone)];
          expect(last.slice(0, 14)).toBe(first.slice(0, 14));
          expect(last.split(' ').slice(2)).toEqual(first.split(' ').slice(2));
          expect(Number(last.slice(15, 17)) - Number(first.slice(15, 17))).toBe((next - edge) / MINUTE - 1);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('isTimeZone', () => {
  it('knows names and aliases, and refuses what no calendar knows', () => {
    expect(['UTC', 'Asia/Calcutta', 'Europe/Berlin'].every(isTimeZone)).toBe(true);
    expect(['', 'Mars/Olympus', "UTC'; drop table usage_events; --"].some(isTimeZone)).toBe(false);
  });
});
