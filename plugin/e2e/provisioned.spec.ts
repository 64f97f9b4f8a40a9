import { expect, test } from '@playwright/test';
import { dearestCall, queryUsage } from './backend';
import { complaintsOf } from './complaints';
import { heightOf, midnight, openProvisioned, panel, panelErrors, PROVISIONED } from './provisioned';
import { sqlRows } from './sql';

for (const dashboard of PROVISIONED) {
  test(`${dashboard.title} opens with data in every panel and no error`, async ({ page }) => {
    const complaints = complaintsOf(page);
    const call = await dearestCall();
    await page.setViewportSize({ width: 1600, height: heightOf(dashboard) });
    await openProvisioned(page, dashboard, `var-org=acme&var-trace=${call.trace_id}`);
    await expect(panelErrors(page)).toHaveCount(0);
    await expect(page.getByText('No data', { exact: true })).toHaveCount(0);
    expect(complaints).toEqual([]);
  });
}

test('Overview tells what the API and SQL tell', async ({ page }) => {
  const [overview] = PROVISIONED.filter(({ uid }) => uid === 'tokenledger-overview');
  // Whole days that nothing changes any more.
  const [from, to] = [midnight(20), midnight(5)];
  await page.setViewportSize({ width: 1600, height: heightOf(overview) });
  await openProvisioned(page, overview, `from=${Date.parse(from)}&to=${Date.parse(to)}`);
  const { totals, rows } = await queryUsage({
    from,
    to,
    measures: ['cost_usd', 'calls'],
    group_by: ['org_id'],
  });
  const [bySql] = await sqlRows(
    `select sum(calls)::float8 as calls, trim_scale(sum(cost_usd))::text as cost, sum(pending_calls)::float8 as pending
     from reporting.usage_daily where time >= '${from}' and time < '${to}'`,
  );
  expect(bySql).toEqual([Number(totals.calls), totals.cost_usd, totals.pending_calls]);
  await expect(panel(page, 'Pending calls')).toContainText(totals.pending_calls.toLocaleString('en-US'));
  await expect(panel(page, 'Coverage')).toContainText(`${(totals.coverage * 100).toFixed(2)}`);
  await expect(panel(page, 'Cost')).toContainText(`$${Number(totals.cost_usd).toPrecision(3)}`);
  for (const { org_id: organisation } of rows) {
    await expect(panel(page, 'Top movers')).toContainText(organisation);
  }
});

test('filters and time go along to the next dashboard', async ({ page }) => {
  const [overview] = PROVISIONED.filter(({ uid }) => uid === 'tokenledger-overview');
  await page.setViewportSize({ width: 1600, height: heightOf(overview) });
  await page.goto(
    `/d/${overview.uid}?from=now-7d&to=now&var-filters=${encodeURIComponent('model|=|gpt-4o-2024-11-20')}`,
  );
  await page.getByRole('link', { name: 'Drivers' }).click();
  await expect(page).toHaveURL(/\/d\/tokenledger-cost-drivers/);
  const { searchParams } = new URL(page.url());
  expect(searchParams.get('from')).toBe('now-7d');
  expect(searchParams.get('var-filters')).toBe('model|=|gpt-4o-2024-11-20');
});

test('an organisation leads to everything about it', async ({ page }) => {
  const [overview] = PROVISIONED.filter(({ uid }) => uid === 'tokenledger-overview');
  await page.setViewportSize({ width: 1600, height: heightOf(overview) });
  await openProvisioned(page, overview);
  await page.getByRole('gridcell', { name: 'globex', exact: true }).first().getByRole('link').click();
  await expect(page).toHaveURL(/\/d\/tokenledger-organisation.*var-org=globex/);
});
