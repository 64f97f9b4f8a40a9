import { expect, test } from '@grafana/plugin-e2e';
import { DATA_SOURCE, GRAFANA_KEY, TOKENLEDGER_URL } from './grafana';

const NOBODY_LISTENS = 'http://127.0.0.1:9';

test('a data source is set up on its page, and each failure has its own words', async ({
  createDataSourceConfigPage,
  page,
}) => {
  const settings = await createDataSourceConfigPage({ type: DATA_SOURCE.type });
  const url = page.getByLabel(/URL of the backend/);
  const key = page.getByLabel(/^Key/);
  const test = async () => {
    await page.getByRole('button', { name: 'Save & test' }).click();
  };
  await url.fill(NOBODY_LISTENS);
  await key.fill(GRAFANA_KEY);
  await test();
  await expect(settings).toHaveAlert('error', { hasText: /reach/i });
  await url.fill(TOKENLEDGER_URL);
  await page.getByRole('button', { name: 'Reset' }).click();
  await key.fill('tlk_0000000000000000_wrong');
  await test();
  await expect(settings).toHaveAlert('error', { hasText: /key/i });
  await page.getByRole('button', { name: 'Reset' }).click();
  await key.fill(GRAFANA_KEY);
  await test();
  await expect(settings).toHaveAlert('success', { hasText: /Connected to Tokenledger/ });
});
