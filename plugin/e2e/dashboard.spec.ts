import { expect, test, type Page } from '@playwright/test';
import { queryUsage } from './backend';
import { complaintsOf } from './complaints';
import { adHoc, annotation, RANGE, saveDashboard, USAGE, variable } from './dashboards';

/** The bodies of the questions a page asks the backend, in order. */
function questionsOf(page: Page): Array<Record<string, unknown>> {
  const questions: Array<Record<string, unknown>> = [];
  page.on('request', (request) => {
    if (request.url().endsWith('/api/v1/query')) {
      questions.push(request.postDataJSON() as Record<string, unknown>);
    }
  });
  return questions;
}

test('shows the numbers that the API tells', async ({ page }) => {
  const complaints = complaintsOf(page);
  const path = await saveDashboard('Numbers', [
    { title: 'Cost by organisation', type: 'table', queries: [USAGE] },
  ]);
  const { rows } = await queryUsage({ ...RANGE, measures: ['cost_usd'], group_by: ['org_id'] });
  expect(rows.length).toBeGreaterThan(3);
  await page.goto(path);
  for (const { org_id: organisation, cost_usd: cost, pending_calls: pending } of rows) {
    const row = page.getByRole('row').filter({ hasText: organisation });
    await expect(row).toBeVisible();
    const cells = await row.getByRole('gridcell').allInnerTexts();
    const shown = Number(cells[1]?.replace('$', ''));
    expect(Math.abs(shown - Number(cost))).toBeLessThan(0.01);
    expect(Number(cells[3]?.replace(/\D/g, ''))).toBe(pending);
  }
  expect(complaints).toEqual([]);
});

test('says on the panel what is pending, once for all its queries', async ({ page }) => {
  const series = { ...USAGE, interval: '1d', format: 'time_series' };
  const path = await saveDashboard('Notices', [
    { title: 'Cost', type: 'timeseries', queries: [series, { ...series, measures: ['calls', 'cost_usd'] }] },
  ]);
  await page.goto(path);
  // One for what is pending, one for what is not exact.
  const notices = page.getByTestId('title-items-container').locator('[tabindex="0"]');
  await expect(notices).toHaveCount(2);
  await notices.first().hover();
  await expect(
    page.getByText(/[\d,]+ of [\d,]+ calls have no cost yet: the true cost is higher than shown/),
  ).toBeVisible();
});

test('variables are chained, and reach the backend with all their values', async ({ page }) => {
  const chained = variable('assistant', 'assistant_id', [
    { dimension: 'org_id', operator: 'in', values: ['$org'] },
  ]);
  const query = {
    ...USAGE,
    groupBy: ['assistant_id'],
    filters: [
      { dimension: 'org_id', operator: 'in', values: ['$org'] },
      { dimension: 'assistant_id', operator: 'in', values: ['$assistant'] },
    ],
  };
  const path = await saveDashboard('Variables', [{ title: 'Assistants', type: 'table', queries: [query] }], {
    variables: [variable('org', 'org_id'), chained],
  });
  const questions = questionsOf(page);
  await page.goto(`${path}?var-org=acme&var-org=globex`);
  for (const assistant of ['support-bot', 'sales-copilot', 'research-agent']) {
    await expect(page.getByRole('gridcell', { name: assistant, exact: true })).toBeVisible();
  }
  await expect(page.getByRole('gridcell', { name: 'lab-notes', exact: true })).toHaveCount(0);
  expect(JSON.stringify(questions.at(-1)?.filters)).toContain('"values":["acme","globex"]');
});

test('an ad-hoc filter is typed with values from the backend, and filters', async ({ page }) => {
  const path = await saveDashboard('Filters', [{ title: 'Cost', type: 'table', queries: [USAGE] }], {
    variables: [adHoc],
  });
  const questions = questionsOf(page);
  await page.goto(path);
  await expect(page.getByRole('gridcell', { name: 'acme', exact: true })).toBeVisible();
  const input = page.getByPlaceholder('Filter by label values');
  await input.click();
  await page.getByRole('option', { name: 'Model', exact: true }).click();
  await page.getByRole('option', { name: '=', exact: false }).first().click();
  const first = page.getByRole('option').first();
  await expect(first).toBeVisible();
  await first.click();
  await expect.poll(() => JSON.stringify(questions.at(-1)?.filters)).toContain('"dimension":"model"');
});

test('annotations tell what changed, without a complaint', async ({ page }) => {
  const complaints = complaintsOf(page);
  const path = await saveDashboard(
    'Annotations',
    [{ title: 'Cost', type: 'timeseries', queries: [{ ...USAGE, interval: '1d', format: 'time_series' }] }],
    { annotations: [annotation] },
  );
  const answered = page.waitForResponse((response) => response.url().includes('/api/v1/annotations'));
  await page.goto(`${path}?from=now-30d&to=now`);
  const body = (await (await answered).json()) as { annotations: Array<{ title: string }> };
  expect(body.annotations.length).toBeGreaterThan(0);
  await expect(page.locator('[data-testid="data-testid annotation-marker"]').first()).toBeVisible();
  expect(complaints).toEqual([]);
});

test('a cost leads to the calls behind it, which add up to it, and to those missing in it', async ({
  page,
}) => {
  const path = await saveDashboard('Links', [{ title: 'Cost', type: 'table', queries: [USAGE] }]);
  const { rows } = await queryUsage({ ...RANGE, measures: ['cost_usd', 'calls'], group_by: ['org_id'] });
  const acme = rows.find(({ org_id: organisation }) => organisation === 'acme');
  await page.goto(path);
  const cost = page.getByRole('row').filter({ hasText: 'acme' }).getByText('$');
  await cost.click();
  await expect(page.getByRole('link', { name: 'Pending calls' })).toHaveAttribute('href', /status=pending/);
  await page.getByRole('link', { name: 'Calls', exact: true }).click();
  await expect(page).toHaveURL(/\/a\/tokenledger-app\/calls\?.*org_id=acme/);
  await expect(page.getByRole('heading', { name: 'Calls' })).toBeVisible();
  await expect(page.getByText(`$${Number(acme?.cost_usd).toPrecision(3)}`)).toBeVisible();
});

test('a cell of a table becomes a filter of the dashboard', async ({ page }) => {
  const path = await saveDashboard('Cells', [{ title: 'Cost', type: 'table', queries: [USAGE] }], {
    variables: [adHoc],
  });
  const questions = questionsOf(page);
  await page.goto(path);
  const cell = page.getByRole('gridcell', { name: /^acme/ });
  await cell.hover();
  await page.getByRole('button', { name: 'Filter for value' }).click();
  await expect(page.getByRole('gridcell', { name: 'globex', exact: true })).toHaveCount(0);
  await expect(cell).toBeVisible();
  expect(questions.at(-1)?.filters).toEqual([{ dimension: 'org_id', operator: '=', values: ['acme'] }]);
});
