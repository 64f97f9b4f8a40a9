import { expect, test } from '@playwright/test';
import { queryUsage } from './backend';
import { RANGE, saveDashboard, USAGE } from './dashboards';

/** As long as the range of the dashboards, just before it; both begin at 00:00 UTC. */
const BEFORE = {
  from: new Date(2 * Date.parse(RANGE.from) - Date.parse(RANGE.to)).toISOString(),
  to: RANGE.from,
};

const costOf = async (range: { from: string; to: string }): Promise<Map<string, number>> => {
  const { rows } = await queryUsage({ ...range, measures: ['cost_usd'], group_by: ['org_id'] });
  return new Map(rows.map(({ org_id: name, cost_usd: cost }) => [String(name), Number(cost)]));
};

test('the groups that changed most are those that the API tells, in their order', async ({ page }) => {
  const query = { ...USAGE, compare: 'previous_period', rankBy: 'change', top: 3 };
  const path = await saveDashboard('Movers', [{ title: 'Movers', type: 'table', queries: [query] }]);
  const [now, before] = [await costOf(RANGE), await costOf(BEFORE)];
  const change = (name: string): number => (now.get(name) ?? 0) - (before.get(name) ?? 0);
  const expected = [...new Set([...now.keys(), ...before.keys()])]
    .sort((a, b) => Math.abs(change(b)) - Math.abs(change(a)))
    .slice(0, 3);
  await page.goto(path);
  await expect(page.getByRole('gridcell', { name: expected[0], exact: true })).toBeVisible();
  for (const [index, name] of expected.entries()) {
    // The first row is the header.
    await expect(page.getByRole('row').nth(index + 1)).toContainText(name);
  }
  await expect(page.getByRole('row')).toHaveCount(4);
  await expect(page.getByRole('columnheader', { name: 'Cost, change', exact: true })).toBeVisible();
});

test('a stat tells a value, its change in percent, and what neither period covers', async ({ page }) => {
  const query = {
    ...USAGE,
    measures: ['calls', 'cost_usd'],
    groupBy: [],
    compare: 'previous_period',
    format: 'time_series',
  };
  const options = { showPercentChange: true, graphMode: 'none', reduceOptions: { calcs: ['lastNotNull'] } };
  // Half of the range: so the period before is full of the demo's calls.
  const middle = Date.parse(RANGE.from) + 10 * 86_400_000;
  const from = new Date(middle).toISOString();
  const to = new Date(middle + 5 * 86_400_000).toISOString();
  const path = await saveDashboard('Stat', [{ title: 'Stat', type: 'stat', queries: [query], options }]);
  const measures = ['calls'];
  const { totals } = await queryUsage({ from, to, measures });
  const { totals: before } = await queryUsage({
    from: new Date(middle - 5 * 86_400_000).toISOString(),
    to: from,
    measures,
  });
  await page.goto(`${path}?from=${from}&to=${to}`);
  const percent = (Number(totals.calls) / Number(before.calls) - 1).toLocaleString('en-US', {
    style: 'percent',
    maximumSignificantDigits: 3,
  });
  await expect(page.getByText(percent, { exact: true }).first()).toBeVisible();
  await page.getByTestId('title-items-container').locator('[tabindex="0"]').first().hover();
  await expect(page.getByText(/calls have no cost yet/)).toBeVisible();
});
