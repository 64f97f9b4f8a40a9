import { planUsage, type UsagePlan } from './plan.js';
import { usageRequestSchema } from './usage-request.js';

const plan = (request: object): UsagePlan =>
  planUsage(usageRequestSchema.parse({ measures: ['calls'], ...request }), {
    rawFloor: 0,
    writtenBefore: 0,
    aggregateFloor: 0,
  });

describe('planUsage', () => {
  it('reads only the sums its measures need, those of coverage beside a cost, and calls', () => {
    const time = { from: '2026-11-01T00:00:00Z', to: '2026-11-02T00:00:00Z' };
    expect(plan({ ...time, measures: ['calls', 'calls'] }).sums).toEqual(['calls']);
    expect(plan({ ...time, measures: ['inexact_cost_usd'] })).toMatchObject({
      measures: ['inexact_cost_usd', 'coverage', 'pending_calls'],
      sums: ['calls', 'inexact_cost_usd', 'inexact_calls', 'priced_calls', 'pending_calls'],
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
