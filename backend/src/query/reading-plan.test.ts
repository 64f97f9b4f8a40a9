import fc from 'fast-check';
import type { Dimension } from './dimension.js';
import { planDistinct } from './distinct-plan.js';
import { planLatency } from './latency-plan.js';
import { planReadings, type ReadingPlan, type ReadingRequest } from './reading-plan.js';
import { DAY, QUARTER, type Cut } from './time-ranges.js';
import { INTERVALS, intervalEdges } from './time-zone.js';

const at = (text: string): number => Date.parse(`2026-${text}Z`);
/** Quarters of an hour live since 1 October, raw events since 20 October, days are closed below 1 November. */
const MARKS = {
  aggregateFloor: at('10-01T00:00'),
  rawFloor: at('10-20T00:00'),
  writtenBefore: at('11-01T00:00'),
};
const WHOLE: Cut = { kind: 'whole' };
const cutOf = (interval: (typeof INTERVALS)[number], zone: string, from: number, to: number): Cut =>
  interval === '15m'
    ? { kind: 'quarters' }
    : { kind: 'edges', edges: intervalEdges(interval, zone, from, to) };

const request = (from: string, to: string, more: Partial<ReadingRequest> = {}): ReadingRequest => ({
  from: at(from),
  to: at(to),
  as_of: 'known',
  group_by: [],
  filters: [],
  ...more,
});
const byDay = (asked: ReadingRequest, zone = 'UTC'): ReadingPlan =>
  planReadings(asked, cutOf('1d', zone, asked.from, asked.to), MARKS);
const tables = ({ readings }: ReadingPlan): string[] => readings.map(({ table }) => table);
const range = (from: string, to: string) => ({ from: at(from), to: at(to) });
const refusal = (field: string, text: RegExp): unknown =>
  expect.objectContaining({
    status: 422,
    message: expect.stringMatching(text),
    errors: [expect.objectContaining({ field })],
  });
const thrown = (work: () => unknown): unknown => {
  try {
    work();
  } catch (error) {
    return error;
  }
  return null;
};

describe('planReadings', () => {
  it('reads closed whole days from the ledger, open ones in quarters, and the rest from raw events', () => {
    const { told, adjusted } = planReadings(request('10-19T22:00', '11-02T12:07'), WHOLE, MARKS);
    expect(told.daily).toEqual([range('10-20T00:00', '11-01T00:00')]);
    expect(told.quarters).toEqual([range('10-19T22:00', '10-20T00:00'), range('11-01T00:00', '11-02T12:00')]);
    expect(told.raw).toEqual([range('11-02T12:00', '11-02T12:07')]);
    expect(adjusted).toEqual({ all: told.daily, belowFloor: [range('10-19T22:00', '10-20T00:00')] });
  });

  it.each(['UTC', 'Etc/UTC', 'GMT', 'Africa/Abidjan'])('cuts the days of %s out of the ledger', (zone) => {
    expect(byDay(request('09-01T00:00', '10-25T00:00'), zone).told).toMatchObject({ quarters: [], raw: [] });
  });

  it('of months in Berlin reads only the days that hold an edge in quarters', () => {
    const asked = request('09-30T22:00', '11-01T00:00', { from: at('10-02T00:00') });
    const { told } = planReadings(asked, cutOf('1mo', 'Europe/Berlin', asked.from, asked.to), MARKS);
    expect(told.quarters).toEqual([range('10-31T00:00', '11-01T00:00')]);
  });

  it.each<[Dimension[], string[]]>([
    [[], ['usage_daily_by_org', 'usage_1d_by_org']],
    [['org_id'], ['usage_daily_by_org', 'usage_1d_by_org']],
    [['model'], ['usage_daily_by_model', 'usage_1d']],
    [['assistant_id'], ['usage_daily_by_assistant', 'usage_1d']],
    [
      ['org_id', 'query_type', 'environment'],
      ['usage_daily_by_assistant', 'usage_1d'],
    ],
    [
      ['model', 'assistant_id'],
      ['usage_daily', 'usage_1d'],
    ],
  ])('reads the smallest tables that have %j', (group_by, expected) => {
    expect(tables(planReadings(request('10-25T00:00', '11-03T00:00', { group_by }), WHOLE, MARKS))).toEqual(
      expected,
    );
    const filters = group_by.map((dimension) => ({ dimension, operator: '=' as const, values: ['x'] }));
    expect(tables(planReadings(request('10-25T00:00', '11-03T00:00', { filters }), WHOLE, MARKS))).toEqual(
      expected,
    );
  });

  it('as closed leaves the adjustments out', () => {
    expect(byDay(request('10-25T00:00', '11-03T00:00', { as_of: 'closed' })).adjusted.all).toEqual([]);
  });

  it('refuses what is not kept, and says what is', () => {
    const berlin = (asked: ReadingRequest) => thrown(() => byDay(asked, 'Europe/Berlin'));
    expect(berlin(request('09-01T00:00', '11-01T00:00'))).toEqual(
      refusal('interval', /2026-10-01 only whole UTC days/),
    );
    expect(berlin(request('09-01T22:00', '11-01T00:00'))).toEqual(
      refusal('from', /2026-10-01 only whole UTC days/),
    );
    expect(berlin(request('10-21T00:00', '11-02T00:00', { as_of: 'closed' }))).toEqual(
      refusal('as_of', /2026-11-01 days are closed/),
    );
    expect(thrown(() => byDay(request('10-05T00:07', '11-01T00:00')))).toEqual(
      refusal('from', /2026-10-20 only whole quarters/),
    );
    expect(thrown(() => byDay(request('10-05T00:00', '10-19T00:07')))).toEqual(
      refusal('to', /2026-10-20 only whole quarters/),
    );
    expect(berlin(request('11-01T00:07', '11-03T00:07', { as_of: 'closed' }))).toBeNull();
  });

  it('covers exactly the time asked for, once, and nothing from a table that does not hold it', () => {
    const instant = fc.integer({ min: at('10-01T00:00'), max: at('11-10T00:00') });
    const grid = fc.constantFrom(1, QUARTER, DAY);
    const zone = fc.constantFrom('UTC', 'Europe/Berlin', 'Asia/Kolkata', 'America/New_York');
    const dimensions = fc.constantFrom<Dimension[]>([], ['org_id'], ['model'], ['assistant_id']);
    const cut = fc.constantFrom(...INTERVALS, null);
    fc.assert(
      fc.property(
        instant,
        instant,
        grid,
        grid,
        zone,
        dimensions,
        cut,
        (a, b, ga, gb, timeZone, group_by, interval) => {
          const from = Math.floor(Math.min(a, b) / ga) * ga;
          const to = Math.floor(Math.max(a, b) / gb) * gb + 1 * gb;
          const asked = { from, to, as_of: 'known' as const, group_by, filters: [] };
          const how = interval === null ? WHOLE : cutOf(interval, timeZone, from, to);
          let found: ReadingPlan;
          try {
            found = planReadings(asked, how, MARKS);
          } catch (error) {
            expect(error).toMatchObject({ status: 422 });
            expect([from, to].some((end) => end % QUARTER !== 0 && end < MARKS.rawFloor)).toBe(true);
            return;
          }
          const ranges = found.readings
            .flatMap((reading) => reading.ranges)
            .toSorted((x, y) => x.from - y.from);
          expect([ranges[0]?.from, ranges.at(-1)?.to]).toEqual([from, to]);
          for (const [index, part] of ranges.entries()) {
            expect(part.from).toBeLessThan(part.to);
            if (index > 0) expect(part.from).toBe(ranges[index - 1]?.to);
          }
          for (const { table, ranges: own } of found.readings) {
            const unit = {
              usage_events: 1,
              usage_15m: QUARTER,
              usage_15m_by_org: QUARTER,
              usage_1h_by_model: 4 * QUARTER,
            };
            const length = table in unit ? unit[table as keyof typeof unit] : DAY;
            for (const part of own) {
              expect([part.from % length, part.to % length]).toEqual([0, 0]);
              if (table.startsWith('usage_daily')) expect(part.to).toBeLessThanOrEqual(MARKS.writtenBefore);
              if (table === 'usage_events') expect(part.from).toBeGreaterThanOrEqual(MARKS.rawFloor);
              if (how.kind === 'edges') {
                const inside = how.edges.filter(
                  (edge) => edge > part.from && edge < part.to && edge % length !== 0,
                );
                expect(inside).toEqual([]);
              }
            }
          }
        },
      ),
    );
  });
});

describe('planDistinct', () => {
  it('counts in raw events while they cover the time, then adds up the counts of days', () => {
    expect(planDistinct(request('10-20T00:07', '11-03T00:00'), WHOLE, MARKS).method).toBe('distinct_raw');
    expect(planDistinct(request('10-19T00:00', '11-03T00:07'), WHOLE, MARKS)).toEqual({
      method: 'sum_of_daily_distinct',
      daily: [range('10-19T00:00', '11-01T00:00')],
      raw: [range('11-01T00:00', '11-03T00:07')],
    });
  });

  it('refuses what the counts of days do not tell', () => {
    const models = request('10-19T00:00', '11-03T00:00', { group_by: ['model'] });
    expect(thrown(() => planDistinct(models, WHOLE, MARKS))).toEqual(refusal('group_by', /leave out model/));
    const half = request('10-19T12:00', '11-03T00:00');
    expect(thrown(() => planDistinct(half, WHOLE, MARKS))).toEqual(refusal('measures', /00:00 UTC/));
  });
});

describe('planLatency', () => {
  it('reads days, then hours, then raw events', () => {
    expect(planLatency(request('10-19T22:00', '11-02T12:07'), WHOLE, MARKS)).toEqual([
      { table: 'usage_latency_1d', ranges: [range('10-20T00:00', '11-02T00:00')] },
      {
        table: 'usage_latency_1h',
        ranges: [range('10-19T22:00', '10-20T00:00'), range('11-02T00:00', '11-02T12:00')],
      },
      { table: 'usage_events', ranges: [range('11-02T12:00', '11-02T12:07')] },
    ]);
  });

  it('reads other dimensions from raw events, and refuses them below the floor', () => {
    const bots: Partial<ReadingRequest> = { group_by: ['assistant_id'] };
    expect(planLatency(request('10-20T00:00', '11-02T00:00', bots), WHOLE, MARKS)).toHaveLength(1);
    expect(thrown(() => planLatency(request('10-19T00:00', '11-02T00:00', bots), WHOLE, MARKS))).toEqual(
      refusal('group_by', /leave out assistant_id/),
    );
    const half = request('10-18T12:30', '11-02T00:00');
    expect(thrown(() => planLatency(half, WHOLE, MARKS))).toEqual(refusal('measures', /whole hours/));
  });
});
