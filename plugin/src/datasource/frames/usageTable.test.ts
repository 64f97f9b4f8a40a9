import { columnsOf } from '../testing/read';
import { answered, row, usageResult } from '../testing/usageResult';
import { previousPeriod } from '../time/period';
import { zoneOf } from '../time/zone';
import { usageTable } from './usageTable';

const day = (number: number): number => Date.UTC(2026, 10, number);

describe('usageTable', () => {
  it('shows beside a cost what it does not cover', () => {
    const rows = [
      row(20, { org_id: 'acme', cost_usd: '0.000522', coverage: 0.5, pending_calls: 1, priced_calls: 1 }),
      row(21, { org_id: null, cost_usd: null, coverage: null, pending_calls: 0, priced_calls: 0 }),
    ];
    expect(columnsOf(usageTable(usageResult(rows)))).toEqual({
      time: [day(20), day(21)],
      org_id: ['acme', '(none)'],
      cost_usd: [0.000522, null],
      coverage: [0.5, null],
      pending_calls: [1, 0],
    });
  });

  it('has units, names and a table to be shown in', () => {
    const frame = usageTable(
      usageResult([row(20, { org_id: 'a', cost_usd: '1', duration_ms_p95: 5 })], {
        measures: ['cost_usd', 'duration_ms_p95'],
      }),
    );
    expect(frame.meta?.preferredVisualisationType).toBe('table');
    expect(frame.fields.map(({ config }) => [config.displayNameFromDS, config.unit])).toEqual([
      ['Time', 'time:YYYY-MM-DD'],
      ['Organisation', undefined],
      ['Cost', 'currencyUSD'],
      ['Duration, p95', 'ms'],
      ['Coverage', 'percentunit'],
      ['Pending calls', 'short'],
    ]);
  });

  it('needs no coverage where no cost is shown', () => {
    const frame = usageTable(
      usageResult([row(null, { org_id: 'a', calls: 3 })], { measures: ['calls'], interval: null }),
    );
    expect(columnsOf(frame)).toEqual({ org_id: ['a'], calls: [3] });
  });

  it('puts the rest last in each interval, and does not offer to filter by it', () => {
    const frame = usageTable(
      usageResult(
        [
          row(20, { org_id: null, calls: 9, other: true }),
          row(20, { org_id: 'a', calls: 1, other: false }),
          row(21, { org_id: 'a', calls: 2, other: false }),
        ],
        { measures: ['calls'] },
      ),
    );
    expect(columnsOf(frame)).toMatchObject({ org_id: ['a', 'other', 'a'], calls: [1, 9, 2] });
    expect(frame.fields[1].config.filterable).toBe(false);
  });

  it('compares with the previous period, also what is gone since', () => {
    const period = { from: day(20), to: day(23) };
    const previous = {
      period: previousPeriod(period, zoneOf('UTC')),
      answer: answered([row(17, { org_id: 'a', calls: 5 }), row(18, { org_id: 'gone', calls: 7 })]),
    };
    const rows = [row(20, { org_id: 'a', calls: 1 }), row(22, { org_id: 'new', calls: 2 })];
    expect(columnsOf(usageTable(usageResult(rows, { measures: ['calls'], previous })))).toEqual({
      time: [day(20), day(21), day(22)],
      org_id: ['a', 'gone', 'new'],
      calls: [1, 0, 2],
      calls_previous: [5, 7, 0],
      calls_change: [-4, -7, 2],
      calls_change_ratio: [-0.8, -1, null],
    });
  });

  it('has the units and names of changes', () => {
    const period = { from: day(20), to: day(23) };
    const previous = { period: previousPeriod(period, zoneOf('UTC')), answer: answered([]) };
    const { fields } = usageTable(usageResult([row(20, { org_id: 'a', cost_usd: '1' })], { previous }));
    expect(fields.slice(2, 6).map(({ config }) => [config.displayNameFromDS, config.unit])).toEqual([
      ['Cost', 'currencyUSD'],
      ['Cost, previous', 'currencyUSD'],
      ['Cost, change', 'currencyUSD'],
      ['Cost, change in %', 'percentunit'],
    ]);
  });

  it('has the order of the changes, where groups are ranked by them', () => {
    const period = { from: day(20), to: day(23) };
    const keys = ['gone', 'a', 'new'].map((name) => JSON.stringify([name]));
    const previous = {
      period: previousPeriod(period, zoneOf('UTC')),
      answer: answered([row(null, { org_id: 'a', calls: 5 }), row(null, { org_id: 'gone', calls: 7 })]),
    };
    const rows = [row(null, { org_id: 'new', calls: 2 }), row(null, { org_id: 'a', calls: 1 })];
    const ranked = { keys, changed: 3, unknown: 0 };
    const result = usageResult(rows, { measures: ['calls'], interval: null, period, previous, ranked });
    expect(columnsOf(usageTable(result))).toMatchObject({
      org_id: ['gone', 'a', 'new'],
      calls_change: [-7, -4, 2],
    });
  });

  it('compares whole periods', () => {
    const period = { from: day(20), to: day(23) };
    const previous = {
      period: previousPeriod(period, zoneOf('UTC')),
      answer: answered([row(null, { org_id: 'a', calls: 5 })]),
    };
    const result = usageResult([row(null, { org_id: 'a', calls: 1 })], {
      measures: ['calls'],
      interval: null,
      previous,
    });
    expect(columnsOf(usageTable(result))).toEqual({
      org_id: ['a'],
      calls: [1],
      calls_previous: [5],
      calls_change: [-4],
      calls_change_ratio: [-0.8],
    });
  });

  it('says nothing of the rest of the previous period: it was of other groups', () => {
    const period = { from: day(20), to: day(23) };
    const previous = {
      period: previousPeriod(period, zoneOf('UTC')),
      answer: answered([row(null, { org_id: 'a', calls: 5 })]),
    };
    const rows = [
      row(null, { org_id: 'a', calls: 1, other: false }),
      row(null, { org_id: null, calls: 9, other: true }),
    ];
    const result = usageResult(rows, { measures: ['calls'], interval: null, previous });
    expect(columnsOf(usageTable(result))).toEqual({
      org_id: ['a', 'other'],
      calls: [1, 9],
      calls_previous: [5, null],
      calls_change: [-4, null],
      calls_change_ratio: [-0.8, null],
    });
  });

  it('loses nothing where the previous period has more intervals', () => {
    // Monday 9 to Wednesday 18: two weeks; the ten days before, from Friday 30 October on, are in three.
    const period = { from: day(9), to: day(19) };
    const weeks = ['2026-10-26', '2026-11-02', '2026-11-09'];
    const previous = {
      period: previousPeriod(period, zoneOf('UTC')),
      answer: answered(
        weeks.map((week, index) => ({ time: `${week}T00:00:00.000Z`, org_id: 'a', calls: 10 ** index })),
      ),
    };
    const result = usageResult([], { measures: ['calls'], interval: '1w', period, previous });
    const { calls_previous: calls } = columnsOf(usageTable(result));
    expect(calls.map(Number).sort((a, b) => a - b)).toEqual([1, 10, 100]);
  });
});
