import fc from 'fast-check';
import { planUsage, type UsagePlan } from './plan.js';
import { QUARTER } from './time-zone.js';
import { usageRequestSchema } from './usage-request.js';

const plan = (request: object): UsagePlan =>
  planUsage(usageRequestSchema.parse({ measures: ['calls'], ...request }));
const range = (from: string, to: string) => ({ from: Date.parse(from), to: Date.parse(to) });

describe('planUsage', () => {
  it('reads whole quarters of an hour from the aggregate alone', () => {
    const { aggregate, raw } = plan({ from: '2026-11-01T00:15:00Z', to: '2026-11-02T00:00:00Z' });
    expect(aggregate).toEqual(range('2026-11-01T00:15Z', '2026-11-02T00:00Z'));
    expect(raw).toEqual([]);
  });

  it('reads what is left at both ends from the raw events', () => {
    const { aggregate, raw } = plan({ from: '2026-11-01T00:14:59.999Z', to: '2026-11-01T01:00:00.001Z' });
    expect(aggregate).toEqual(range('2026-11-01T00:15Z', '2026-11-01T01:00Z'));
    expect(raw).toEqual([
      range('2026-11-01T00:14:59.999Z', '2026-11-01T00:15Z'),
      range('2026-11-01T01:00Z', '2026-11-01T01:00:00.001Z'),
    ]);
  });

  it('covers exactly the time asked for, once, with whole quarters only in the aggregate', () => {
    const instant = fc.integer({ min: Date.UTC(2026, 0), max: Date.UTC(2026, 0, 3) });
    fc.assert(
      fc.property(instant, fc.integer({ min: 1, max: 4 * QUARTER }), (from, length) => {
        const request = { from: new Date(from).toISOString(), to: new Date(from + length).toISOString() };
        const { aggregate, raw } = plan(request);
        const ranges = [...(aggregate ? [aggregate] : []), ...raw].toSorted((a, b) => a.from - b.from);
        expect(ranges[0]?.from).toBe(from);
        expect(ranges.at(-1)?.to).toBe(from + length);
        for (const [index, part] of ranges.entries()) {
          expect(part.from).toBeLessThan(part.to);
          if (index > 0) expect(part.from).toBe(ranges[index - 1]?.to);
        }
        if (aggregate) expect([aggregate.from % QUARTER, aggregate.to % QUARTER]).toEqual([0, 0]);
        // Never more than the two ends from raw: the rest must not cost what raw costs.
        for (const part of raw) if (aggregate) expect(part.to - part.from).toBeLessThan(QUARTER);
      }),
    );
  });

  it('reads only the sums its measures need, and those of coverage beside a cost', () => {
    const time = { from: '2026-11-01T00:00:00Z', to: '2026-11-02T00:00:00Z' };
    expect(plan({ ...time, measures: ['calls', 'calls'] }).sums).toEqual(['calls']);
    expect(plan({ ...time, measures: ['error_cost_usd'] })).toMatchObject({
      measures: ['error_cost_usd', 'coverage', 'pending_calls'],
      sums: ['error_cost_usd', 'priced_calls', 'pending_calls'],
    });
  });

  it('makes every order total: the key of a row follows what was asked for', () => {
    const request = {
      ...{ from: '2026-11-01T00:00:00Z', to: '2026-11-02T00:00:00Z', interval: '1d' },
      ...{ group_by: ['model', 'org_id'], measures: ['cost_usd'] },
    };
    const fields = (change: object): string[] =>
      plan({ ...request, ...change }).orderBy.map(({ field }) => field);
    expect(fields({})).toEqual(['time', 'cost_usd', 'model', 'org_id']);
    expect(fields({ order_by: [{ field: 'model' }] })).toEqual(['model', 'time', 'org_id']);
  });

  it('cuts days at the midnights of the zone, and leaves quarters of an hour to the database', () => {
    const time = { from: '2026-11-01T00:00:00Z', to: '2026-11-01T20:00:00Z' };
    expect(plan({ ...time, interval: '1d', time_zone: 'Asia/Kathmandu' }).cut).toEqual({
      kind: 'edges',
      edges: [Date.parse('2026-10-31T18:15Z'), Date.parse('2026-11-01T18:15Z')],
    });
    expect(plan({ ...time, interval: '15m' }).cut).toEqual({ kind: 'quarters' });
    expect(plan(time).cut).toEqual({ kind: 'whole' });
  });
});
