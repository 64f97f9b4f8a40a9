import { expect, test } from '@playwright/test';
import { dearestCall } from './backend';

test('home says whether it works, what is pending and what would resolve it', async ({ page }) => {
  await page.goto('/a/tokenledger-app');
  await expect(page.getByText('Connected', { exact: true })).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Jobs' })).toBeVisible();
  const pending = page.getByRole('row').filter({ hasText: 'house-llm-7b' });
  await expect(pending.first()).toBeVisible();
  await expect(page.getByText(/prices set --provider house --model house-llm-7b/).first()).toBeVisible();
  await expect(page.getByText(/OTEL_EXPORTER_OTLP/).first()).toBeVisible();
});

test('from a list of calls to a request to one call, whose price is explained to the last digit', async ({
  page,
}) => {
  const call = await dearestCall();
  await page.goto('/a/tokenledger-app/calls?from=now-40d&to=now&orderBy=cost_usd&status=priced');
  await page.locator(`a[href*="${call.trace_id}"]`).first().click();
  await expect(page).toHaveURL(new RegExp(`/trace/${call.trace_id}`));
  await page.goto(`/a/tokenledger-app/trace/${call.trace_id}?span=${call.span_id}`);
  await expect(page.getByText(call.cost_usd, { exact: false }).first()).toBeVisible();
});

test('a trace that is not there says so', async ({ page }) => {
  await page.goto('/a/tokenledger-app/trace/0123456789abcdef0123456789abcdef');
  await expect(page.getByText(/no trace|not found|no request/i).first()).toBeVisible();
});
