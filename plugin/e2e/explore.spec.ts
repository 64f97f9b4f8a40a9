import { expect, test } from '@playwright/test';
import { dearestCall } from './backend';
import { DATA_SOURCE } from './grafana';
import { saveDashboard, USAGE } from './dashboards';

const datasource = { type: DATA_SOURCE.type, uid: DATA_SOURCE.uid };
const explore = (query: object, from = 'now-30d') =>
  `/explore?schemaVersion=1&panes=${encodeURIComponent(
    JSON.stringify({
      a: {
        datasource: datasource.uid,
        queries: [{ refId: 'A', datasource, ...query }],
        range: { from, to: 'now' },
      },
    }),
  )}`;

test('shows a picture before anything is chosen', async ({ page }) => {
  await page.goto('/explore');
  await expect(page.getByText('Cost by organisation over time, the 10 greatest')).toBeVisible();
  await expect(
    page
      .getByRole('heading', { name: 'Graph' })
      .or(page.getByText('Graph', { exact: true }))
      .first(),
  ).toBeVisible();
});

test('draws the chain of a request, its cost and what is in it', async ({ page }) => {
  const call = await dearestCall();
  await page.goto(explore({ queryType: 'trace', version: 1, chain: 'request', id: call.trace_id }));
  // The row of a span tells its name; opened, it lists its attributes.
  const spans = page.getByRole('switch').filter({ hasText: call.name });
  await spans.last().click();
  await page
    .getByRole('switch', { name: /attributes/i })
    .first()
    .click();
  await expect(page.getByRole('row').filter({ hasText: 'cost_usd' })).toContainText(call.cost_usd);
});

test('opens the query of a panel as it is', async ({ page }) => {
  const path = await saveDashboard('To Explore', [
    {
      title: 'Cost',
      type: 'table',
      queries: [{ ...USAGE, filters: [{ dimension: 'org_id', operator: '=', values: ['acme'] }] }],
    },
  ]);
  await page.goto(path);
  await expect(page.getByRole('gridcell', { name: 'acme', exact: true })).toBeVisible();
  await page.getByTestId('data-testid Panel header Cost').hover();
  await page.getByTestId('data-testid Panel menu Cost').click();
  await page.getByRole('menuitem', { name: 'Explore' }).click();
  await expect(page).toHaveURL(/\/explore/);
  await expect(page.getByText(/Cost by organisation.*acme/).first()).toBeVisible();
});
