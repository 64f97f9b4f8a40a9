import { expect, test } from '@playwright/test';
import { saveDashboard, USAGE } from './dashboards';

/** A variable whose values are names that a query may hold. */
const names = (name: string, values: string[], chosen: string[]) => ({
  name,
  type: 'custom',
  query: values.join(','),
  multi: true,
  includeAll: true,
  options: values.map((value) => ({ text: value, value, selected: chosen.includes(value) })),
  current: { text: chosen, value: chosen },
});

test('variables say what is measured and by what it is grouped', async ({ page }) => {
  const query = { ...USAGE, measures: ['$measure'], groupBy: ['$by'] };
  const path = await saveDashboard('Names', [{ title: 'Usage', type: 'table', queries: [query] }], {
    variables: [
      names('measure', ['calls', 'cost_usd'], ['calls']),
      names('by', ['org_id', 'provider'], ['org_id']),
    ],
  });
  const askedFor = async (variables: string) => {
    const asked = page.waitForRequest((request) => request.url().endsWith('/api/v1/query'));
    await page.goto(`${path}${variables}`);
    return (await asked).postDataJSON() as Record<string, unknown>;
  };
  expect(await askedFor('')).toMatchObject({ measures: ['calls'], group_by: ['org_id'] });
  await expect(page.getByRole('columnheader', { name: 'Organisation' })).toBeVisible();
  expect(await askedFor('?var-by=$__all&var-measure=calls')).toMatchObject({
    group_by: ['org_id', 'provider'],
  });
  await expect(page.getByRole('columnheader', { name: 'Provider' })).toBeVisible();
  await expect(page.getByRole('gridcell', { name: 'acme', exact: true }).first()).toBeVisible();
});
