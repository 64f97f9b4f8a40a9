import { expect, test } from '@playwright/test';
import { DATA_SOURCE } from './grafana';

test('a panel is built by hand: a picture at once, then another group and a filter', async ({ page }) => {
  await page.goto('/dashboard/new');
  await page.getByRole('button', { name: /Add visualization/ }).click();
  const asked = page.waitForResponse((response) => response.url().endsWith('/api/v1/query'));
  await page.getByRole('button', { name: new RegExp(`^${DATA_SOURCE.name}(?! SQL)`) }).click();
  expect((await asked).status()).toBe(200);
  const summary = page.getByTestId('tokenledger-summary');
  await expect(summary).toHaveText('Cost by organisation over time, the 10 greatest');

  await page.getByRole('combobox', { name: 'Group by' }).click();
  await page.getByRole('option', { name: /^Model/ }).click();
  await page.keyboard.press('Escape');
  await expect(summary).toHaveText('Cost by organisation and model over time, the 10 greatest');

  await page.getByRole('button', { name: 'Add filter' }).click();
  await page.getByRole('combobox', { name: 'Filter 1: values of Organisation' }).click();
  const narrowed = page.waitForRequest(
    (request) => request.url().endsWith('/api/v1/query') && (request.postData() ?? '').includes('"acme"'),
  );
  await page.getByRole('option', { name: /^acme/ }).click();
  await narrowed;
  await expect(summary).toContainText('where organisation is acme');
  await expect(page.getByRole('button', { name: /^acme · / }).first()).toBeVisible();
});
