import type { Interval } from '../../api/wire';
import { intervalEdges, intervalEnd } from './edges';
import { zoneOf } from './zone';

const at = (text: string): number => Date.parse(text);
const edges = (interval: Interval, zone: string, from: string, to: string): string[] =>
  intervalEdges(interval, zoneOf(zone), at(from), at(to)).map((edge) => new Date(edge).toISOString());

describe('intervalEdges', () => {
  it('starts at or before the start, and ends before the end', () => {
    expect(edges('1h', 'UTC', '2026-11-22T10:07:00Z', '2026-11-22T12:00:00Z')).toEqual([
      '2026-11-22T10:00:00.000Z',
      '2026-11-22T11:00:00.000Z',
    ]);
    expect(edges('15m', 'Asia/Kolkata', '2026-11-22T10:07:00Z', '2026-11-22T10:15:01Z')).toEqual([
      '2026-11-22T10:00:00.000Z',
      '2026-11-22T10:15:00.000Z',
    ]);
  });

  it('has the hours of the zone', () => {
    expect(edges('1h', 'Asia/Kolkata', '2026-11-22T10:00:00Z', '2026-11-22T11:00:00Z')).toEqual([
      '2026-11-22T09:30:00.000Z',
      '2026-11-22T10:30:00.000Z',
    ]);
  });

  it('keeps both hours of an autumn night apart', () => {
    expect(edges('1h', 'Europe/Berlin', '2026-10-25T00:00:00Z', '2026-10-25T02:00:00Z')).toEqual([
      '2026-10-25T00:00:00.000Z',
      '2026-10-25T01:00:00.000Z',
    ]);
  });

  it('has an hour of half an hour where the clock is changed by half an hour', () => {
    expect(edges('1h', 'Australia/Lord_Howe', '2026-04-04T14:00:00Z', '2026-04-04T17:00:00Z')).toEqual([
      '2026-04-04T14:00:00.000Z',
      '2026-04-04T15:00:00.000Z',
      '2026-04-04T15:30:00.000Z',
      '2026-04-04T16:30:00.000Z',
    ]);
  });

  it('has days of 23 and 25 hours', () => {
    expect(edges('1d', 'Europe/Berlin', '2026-03-28T23:00:00Z', '2026-03-30T22:00:00Z')).toEqual([
      '2026-03-28T23:00:00.000Z',
      '2026-03-29T22:00:00.000Z',
    ]);
    expect(edges('1d', 'Europe/Berlin', '2026-10-24T22:00:00Z', '2026-10-26T23:00:00Z')).toEqual([
      '2026-10-24T22:00:00.000Z',
      '2026-10-25T23:00:00.000Z',
    ]);
  });

  it('starts a day at the jump where midnight is left out', () => {
    expect(edges('1d', 'America/Santiago', '2026-09-05T12:00:00Z', '2026-09-06T12:00:00Z')).toEqual([
      '2026-09-05T04:00:00.000Z',
      '2026-09-06T04:00:00.000Z',
    ]);
  });

  it('starts weeks on Monday and months on their first', () => {
    expect(edges('1w', 'UTC', '2026-11-22T12:00:00Z', '2026-11-24T00:00:00Z')).toEqual([
      '2026-11-16T00:00:00.000Z',
      '2026-11-23T00:00:00.000Z',
    ]);
    expect(edges('1mo', 'America/New_York', '2026-11-22T12:00:00Z', '2026-12-22T00:00:00Z')).toEqual([
      '2026-11-01T04:00:00.000Z',
      '2026-12-01T05:00:00.000Z',
    ]);
  });
});

describe('intervalEnd', () => {
  it.each<[Interval, string, string]>([
    ['15m', '2026-10-24T22:00:00Z', '2026-10-24T22:15:00.000Z'],
    ['1h', '2026-10-25T00:00:00Z', '2026-10-25T01:00:00.000Z'],
    ['1d', '2026-10-24T22:00:00Z', '2026-10-25T23:00:00.000Z'],
    ['1w', '2026-10-18T22:00:00Z', '2026-10-25T23:00:00.000Z'],
    ['1mo', '2026-09-30T22:00:00Z', '2026-10-31T23:00:00.000Z'],
  ])('of %s from %s is %s', (interval, start, end) => {
    const found = intervalEnd(interval, zoneOf('Europe/Berlin'), at(start), at('2027-01-01T00:00:00Z'));
    expect(new Date(found).toISOString()).toBe(end);
  });

  it('is not beyond the end of the time', () => {
    const to = at('2026-10-25T12:00:00Z');
    expect(intervalEnd('1d', zoneOf('UTC'), at('2026-10-25T00:00:00Z'), to)).toBe(to);
  });
});
