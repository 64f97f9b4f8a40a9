import { expect, test } from '@playwright/test';
import { dearestCall } from './backend';
import { saveDashboard, USAGE } from './dashboards';
import { heightOf, openProvisioned, panelErrors, PROVISIONED } from './provisioned';

test('a viewer reads dashboards and follows their links', async ({ page }) => {
  const calls = {
    queryType: 'calls',
    version: 1,
    filters: [],
    orderBy: 'cost_usd',
    direction: 'desc',
    limit: 5,
  };
  const path = await saveDashboard('For viewers', [
    { title: 'Cost', type: 'table', queries: [USAGE] },
    { title: 'Calls', type: 'table', queries: [calls] },
  ]);
  await page.goto(path);
  await expect(page.getByRole('gridcell', { name: 'acme', exact: true }).first()).toBeVisible();
  await page.locator('a[href*="/a/tokenledger-app/trace/"]').first().click();
  await expect(page).toHaveURL(/\/a\/tokenledger-app\/trace\//);
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await expect(page.getByText(/Explore/)).toHaveCount(0);
});

test('a viewer sees whether it works, and why a call costs what it costs', async ({ page }) => {
  await page.goto('/a/tokenledger-app');
  await expect(page.getByText('Connected', { exact: true })).toBeVisible();
  const call = await dearestCall();
  await page.goto(`/a/tokenledger-app/trace/${call.trace_id}?span=${call.span_id}`);
  await expect(page.getByText(call.cost_usd, { exact: false }).first()).toBeVisible();
});

for (const dashboard of PROVISIONED) {
  test(`a viewer sees all of ${dashboard.title}`, async ({ page }) => {
    await page.setViewportSize({ width: 1600, height: heightOf(dashboard) });
    await openProvisioned(page, dashboard, 'var-org=acme');
    await expect(panelErrors(page)).toHaveCount(0);
    await expect(page.getByText('No data', { exact: true })).toHaveCount(0);
  });
}
