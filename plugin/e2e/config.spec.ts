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
  // Grafana keeps the headers of a data source by the second of its last change, and a program is quicker: so it saves again.
  const saying = async (severity: 'error' | 'success', hasText: RegExp) => {
    await expect(async () => {
      await page.getByRole('button', { name: 'Save & test' }).click();
      await expect(settings).toHaveAlert(severity, { hasText, timeout: 3000 });
    }).toPass();
  };
  await url.fill(NOBODY_LISTENS);
  await key.fill(GRAFANA_KEY);
  await saying('error', /cannot reach the backend/);
  await url.fill(TOKENLEDGER_URL);
  await page.getByRole('button', { name: 'Reset' }).click();
  await key.fill('tlk_0000000000000000_wrong');
  await saying('error', /does not know this key/);
  await page.getByRole('button', { name: 'Reset' }).click();
  await key.fill(GRAFANA_KEY);
  await saying('success', /Connected to Tokenledger/);
});
