import { FieldType, reduceField, ReducerID, type DataFrame } from '@grafana/data';
import type { UsageRow } from '../../api/wire';
import { pointsOf } from '../testing/read';
import { answered, row, usageResult } from '../testing/usageResult';
import { previousPeriod } from '../time/period';
import { zoneOf } from '../time/zone';
import type { UsageResult } from './usageContext';
import { usageSeries } from './usageSeries';

const nameOf = (frame: { fields: Array<{ config: { displayNameFromDS?: string } }> }) =>
  frame.fields[1].config.displayNameFromDS;

describe('usageSeries', () => {
  it('makes a frame per group with labels, unit and name', () => {
    const [frame] = usageSeries(usageResult([row(20, { org_id: 'acme', cost_usd: '1.5' })]));
    expect(frame).toMatchObject({ refId: 'A', name: 'acme', length: 3 });
    expect(frame.fields).toMatchObject([
      { name: 'time', type: FieldType.time },
      {
        name: 'cost_usd',
        type: FieldType.number,
        labels: { org_id: 'acme' },
        config: { displayNameFromDS: 'acme', unit: 'currencyUSD' },
      },
    ]);
  });

  it('knows that nothing cost nothing, and leaves a gap where calls have no cost yet', () => {
    const frames = usageSeries(
      usageResult(
        [
          row(20, { org_id: 'a', cost_usd: '1', calls: 2 }),
          row(22, { org_id: 'a', cost_usd: null, calls: 1 }),
        ],
        {
          measures: ['cost_usd', 'calls'],
        },
      ),
    );
    expect(frames.map(pointsOf)).toEqual([
      [
        ['11-20', 1],
        ['11-21', 0],
        ['11-22', null],
      ],
      [
        ['11-20', 2],
        ['11-21', 0],
        ['11-22', 1],
      ],
    ]);
  });

  it('knows nothing of what is yet to come', () => {
    const now = Date.parse('2026-11-21T12:00:00Z');
    const [frame] = usageSeries(
      usageResult([row(20, { org_id: 'a', calls: 1 })], { measures: ['calls'], now }),
    );
    expect(pointsOf(frame)).toEqual([
      ['11-20', 1],
      ['11-21', 0],
    ]);
  });

  it('puts the greatest first and the rest last, and names what has no name', () => {
    const frames = usageSeries(
      usageResult([
        row(20, { org_id: 'small', cost_usd: '1', other: false }),
        row(20, { org_id: null, cost_usd: '100', other: true }),
        row(20, { org_id: null, cost_usd: '2', other: false }),
        row(21, { org_id: 'small', cost_usd: '0.5', other: false }),
      ]),
    );
    expect(frames.map(nameOf)).toEqual(['(none)', 'small', 'other']);
  });

  it('does not take a group that is called "other" for the rest', () => {
    const frames = usageSeries(
      usageResult([
        row(20, { org_id: 'other', cost_usd: '1', other: false }),
        row(20, { org_id: null, cost_usd: '2', other: true }),
      ]),
    );
    expect(frames.map((frame) => pointsOf(frame)[0])).toEqual([
      ['11-20', 1],
      ['11-20', 2],
    ]);
  });

  it.each([
    [{ groupBy: [], measures: ['cost_usd'] as const }, ['Cost']],
    [{ groupBy: [], measures: ['cost_usd', 'calls'] as const }, ['Cost', 'Calls']],
    [{ measures: ['cost_usd', 'calls'] as const }, ['a: Cost', 'a: Calls']],
    [{ groupBy: ['org_id', 'model'] as const }, ['a · m']],
  ])('names series of %j', (change, names) => {
    const rows = [row(20, { org_id: 'a', model: 'm', cost_usd: '1', calls: 1 })];
    expect(usageSeries(usageResult(rows, change)).map(nameOf)).toEqual(names);
  });

  it('names the rest once, by however many dimensions', () => {
    const rows = [row(20, { org_id: null, model: null, cost_usd: '1', other: true })];
    const [frame] = usageSeries(usageResult(rows, { groupBy: ['org_id', 'model'] }));
    expect(nameOf(frame)).toBe('other');
  });

  it('has one point without intervals', () => {
    const [frame] = usageSeries(usageResult([row(null, { org_id: 'a', cost_usd: '1' })], { interval: null }));
    expect(pointsOf(frame)).toEqual([['11-20', 1]]);
  });

  it('links a cost to its calls, and nothing else', () => {
    const [cost, calls] = usageSeries(
      usageResult([row(20, { org_id: 'a', cost_usd: '1', calls: 1 })], { measures: ['cost_usd', 'calls'] }),
    );
    expect(cost.fields[1].config.links).toEqual([
      { title: 'Calls', url: '{"isRest":false,"labels":{"org_id":"a"}}' },
    ]);
    expect(calls.fields[1].config.links).toBeUndefined();
  });

  it('has no frame where there is nothing', () => {
    expect(usageSeries(usageResult([]))).toEqual([]);
  });
});

describe('the previous period', () => {
  const period = { from: Date.parse('2026-11-20T00:00:00Z'), to: Date.parse('2026-11-23T00:00:00Z') };

  it('lies upon the present one, dashed and labelled', () => {
    const previous = {
      period: previousPeriod(period, zoneOf('UTC')),
      answer: answered([row(17, { org_id: 'a', cost_usd: '5' }), row(19, { org_id: 'a', cost_usd: '7' })]),
    };
    const [, before] = usageSeries(usageResult([row(20, { org_id: 'a', cost_usd: '1' })], { previous }));
    expect(pointsOf(before)).toEqual([
      ['11-20', 5],
      ['11-22', 7],
    ]);
    expect(before.fields[1]).toMatchObject({
      labels: { org_id: 'a', period: 'previous' },
      config: { displayNameFromDS: 'a (previous)', custom: { lineStyle: { fill: 'dash' } } },
    });
  });

  it('puts a month beside the month before by its number', () => {
    const zone = zoneOf('UTC');
    const quarter = { from: Date.parse('2026-04-01T00:00:00Z'), to: Date.parse('2026-07-01T00:00:00Z') };
    const months = (list: string[]) =>
      answered(list.map((time) => ({ time: `2026-${time}-01T00:00:00.000Z`, org_id: 'a', cost_usd: '1' })));
    const frames = usageSeries(
      usageResult([], {
        interval: '1mo',
        period: quarter,
        answer: months(['04', '05', '06']),
        previous: { period: previousPeriod(quarter, zone), answer: months(['01', '02', '03']) },
      }),
    );
    expect(pointsOf(frames[1])).toEqual([
      ['04-01', 1],
      ['05-01', 1],
      ['06-01', 1],
    ]);
  });

  describe('of whole periods, for a stat panel', () => {
    const compared = (now: UsageRow[], before: UsageRow[], change: Partial<UsageResult> = {}) =>
      usageSeries(
        usageResult(now, {
          interval: null,
          previous: { period: previousPeriod(period, zoneOf('UTC')), answer: answered(before) },
          ...change,
        }),
      );
    const statOf = ({ fields }: DataFrame) => {
      const { lastNotNull, diffperc } = reduceField({
        field: fields[1],
        reducers: [ReducerID.lastNotNull, ReducerID.diffperc],
      });
      return [lastNotNull, diffperc];
    };

    it('is the first of two points, so that Grafana tells the change of the last in percent', () => {
      const [frame] = compared([row(null, { cost_usd: '3' })], [row(null, { cost_usd: '2' })], {
        groupBy: [],
      });
      expect(pointsOf(frame)).toEqual([
        ['11-17', 2],
        ['11-20', 3],
      ]);
      expect(statOf(frame)).toEqual([3, 50]);
      expect(nameOf(frame)).toBe('Cost');
    });

    it('has who stopped and who is new', () => {
      const frames = compared(
        [row(null, { org_id: 'new', calls: 2 })],
        [row(null, { org_id: 'gone', calls: 7 })],
        {
          measures: ['calls'],
        },
      );
      expect(frames.map((frame) => [nameOf(frame), ...pointsOf(frame).map(([, value]) => value)])).toEqual([
        ['new', 0, 2],
        ['gone', 7, 0],
      ]);
    });

    it('never shows an old value as the present one, nor a change from what is not known', () => {
      const [pending] = compared(
        [row(null, { org_id: 'a', cost_usd: null })],
        [row(null, { org_id: 'a', cost_usd: '2' })],
      );
      expect(pointsOf(pending)).toEqual([['11-20', null]]);
      const [known] = compared(
        [row(null, { org_id: 'a', cost_usd: '2' })],
        [row(null, { org_id: 'a', cost_usd: null })],
      );
      expect(pointsOf(known)).toEqual([['11-20', 2]]);
    });

    it('does not compare the rest, and keeps the order of changes', () => {
      const rest = row(null, { org_id: null, calls: 9, other: true });
      const [frame] = compared([rest], [], { measures: ['calls'] });
      expect(pointsOf(frame)).toEqual([['11-20', 9]]);
      const keys = ['b', 'a'].map((name) => JSON.stringify([name]));
      const rows = [row(null, { org_id: 'a', calls: 90 }), row(null, { org_id: 'b', calls: 9 })];
      const ranked = { keys, changed: 2, unknown: 0 };
      expect(compared(rows, [], { measures: ['calls'], ranked }).map(nameOf)).toEqual(['b', 'a']);
    });
  });
});
