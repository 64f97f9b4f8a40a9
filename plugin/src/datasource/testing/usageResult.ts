import type { UsageRow } from '../../api/wire';
import type { UsageResult } from '../frames/usageContext';
import { zoneOf } from '../time/zone';

const at = (text: string): number => Date.parse(text);

export const answered = (rows: UsageRow[]): UsageResult['answer'] => ({
  rows,
  totals: {},
  meta: {
    groups: rows.length,
    truncated: false,
    from: '2026-11-20T00:00:00.000Z',
    to: '2026-11-23T00:00:00.000Z',
  },
});

/** Three days of November in UTC, cost by organisation. */
export const usageResult = (rows: UsageRow[], change: Partial<UsageResult> = {}): UsageResult => ({
  refId: 'A',
  groupBy: ['org_id'],
  measures: ['cost_usd'],
  interval: '1d',
  period: { from: at('2026-11-20T00:00:00Z'), to: at('2026-11-23T00:00:00Z') },
  zone: zoneOf('UTC'),
  now: at('2026-12-01T00:00:00Z'),
  answer: answered(rows),
  previous: null,
  ranked: null,
  costLinks: (group) => [{ title: 'Calls', url: JSON.stringify(group) }],
  ...change,
});

/** A row of 00:00 UTC of a day of November 2026. */
export const row = (day: number | null, change: UsageRow): UsageRow => ({
  ...(day !== null && { time: `2026-11-${String(day).padStart(2, '0')}T00:00:00.000Z` }),
  ...change,
});
