import fc from 'fast-check';
import { keptEdges } from './kept-edges.js';
import { planUsage } from './plan.js';
import { usageRequestSchema } from './usage-request.js';

const at = (text: string): number => Date.parse(text);
const marks = {
  aggregateFloor: at('2026-01-01T00:00Z'),
  rawFloor: at('2026-10-01T00:00Z'),
  writtenBefore: at('2026-10-28T00:00Z'),
};
const ask = (from: string, to: string, change: object = {}) =>
  usageRequestSchema.parse({ from, to, measures: ['cost_usd'], edges: 'kept', ...change });
const told = (...request: Parameters<typeof ask>): string[] => {
  const { from, to } = keptEdges(ask(...request), marks);
  return [from, to].map((time) => new Date(time).toISOString());
};

describe('keptEdges', () => {
  const NOW = '2026-10-31T09:41:07.123Z';

  it('leaves any instant where raw events live', () => {
    expect(told('2026-10-01T00:00:00.001Z', NOW)).toEqual(['2026-10-01T00:00:00.001Z', NOW]);
  });

  it('begins and ends at whole quarters of an hour below the raw floor', () => {
    expect(told('2026-08-02T09:41:07.123Z', '2026-08-09T09:41:07.123Z')).toEqual([
      '2026-08-02T09:30:00.000Z',
      '2026-08-09T09:45:00.000Z',
    ]);
  });

  it('begins at a whole hour for percentiles, at a UTC day for distinct costs and as closed', () => {
    const from = '2026-08-02T09:41:07.123Z';
    expect(told(from, NOW, { measures: ['duration_ms_p95'] })).toEqual(['2026-08-02T09:00:00.000Z', NOW]);
    expect(told(from, NOW, { measures: ['cost_per_user'] })).toEqual(['2026-08-02T00:00:00.000Z', NOW]);
    expect(told(from, NOW, { as_of: 'closed' })).toEqual(['2026-08-02T00:00:00.000Z', NOW]);
  });

  it('begins at a UTC day where quarters of an hour are gone', () => {
    expect(told('2025-12-31T09:41:07.123Z', NOW)).toEqual(['2025-12-31T00:00:00.000Z', NOW]);
  });

  it('makes every time without an interval one that is told', () => {
    const instant = fc.integer({ min: at('2025-06-01T00:00Z'), max: at(NOW) }).map((time) => new Date(time));
    const measures = fc.constantFrom(['cost_usd'], ['cost_per_user'], ['calls', 'cost_per_conversation']);
    fc.assert(
      fc.property(instant, instant, measures, fc.constantFrom('closed', 'known'), (a, b, names, asOf) => {
        fc.pre(a.getTime() !== b.getTime());
        const [from = a, to = b] = [a, b].sort((x, y) => x.getTime() - y.getTime());
        const request = ask(from.toISOString(), to.toISOString(), { measures: names, as_of: asOf });
        const { time } = planUsage(request, marks);
        expect(time.from).toBeLessThanOrEqual(from.getTime());
        expect(time.to).toBeGreaterThanOrEqual(to.getTime());
        expect(time.to - time.from - (to.getTime() - from.getTime())).toBeLessThan(2 * 86_400_000);
      }),
    );
  });
});
