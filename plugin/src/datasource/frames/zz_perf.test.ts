import { usageResult } from '../testing/usageResult';
import { previousPeriod } from '../time/period';
import { zoneOf } from '../time/zone';
import { usageSeries } from './usageSeries';
import { usageTable } from './usageTable';
import { callsTable } from './calls';
it('perf', () => {
  const Q = 900_000;
  const zone = zoneOf('Europe/Berlin');
  const to = Date.UTC(2026, 10, 20);
  for (const [interval, step, days] of [['15m', Q, 100], ['1h', 4 * Q, 400]] as const) {
    const from = to - days * 86_400_000;
    const period = { from, to };
    const prev = previousPeriod(period, zone);
    const rows = (start: number) => {
      const out = [];
      for (let t = start; t < start + days * 86_400_000; t += step) for (let g = 0; g < 5; g++) out.push({ time: new Date(t).toISOString(), org_id: 'o' + g, cost_usd: '1', calls: 1 });
      return out;
    };
    const r = usageResult(rows(from) as never, { interval, period, zone, now: to, groupBy: ['org_id'], previous: { period: prev, answer: { rows: rows(prev.from), totals: {}, meta: { groups: 5, truncated: false, from: '', to: '' } } } } as never);
    for (const [n, f] of [['series', usageSeries], ['table', usageTable]] as const) {
      const s = performance.now(); f(r); console.log(interval, n, rows(from).length, Math.round(performance.now() - s), 'ms');
    }
  }
});
