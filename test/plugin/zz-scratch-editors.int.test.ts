import { openHost, surface, type Host } from './host/host.js';

let host: Host;
beforeAll(async () => (host = await openHost()));
afterAll(() => host.close());

const FILTERS = [
  { dimension: 'model', operator: 'in', values: ['gpt-4.1-mini', 'claude-sonnet-4-5', 'gemini-2.5-flash'] },
  { dimension: 'org_id', operator: '=~', values: ['(acme|globex)'] },
];
const CASES: Array<[string, string, Record<string, unknown>]> = [
  ['default', 'query-editor', {}],
  ['filtered', 'query-editor', { query: { refId: 'A', queryType: 'usage', version: 1, measures: ['cost_usd', 'calls', 'duration_ms_p95'], groupBy: ['org_id', 'model'], filters: FILTERS } }],
  ['calls', 'query-editor', { query: { refId: 'A', queryType: 'calls', version: 1, filters: [{ field: 'cost_status', operator: 'in', values: ['pending'] }] } }],
  ['trace', 'query-editor', { query: { refId: 'A', queryType: 'trace', version: 1 } }],
  ['cost', 'query-editor', { query: { refId: 'A', queryType: 'cost', version: 1 } }],
  ['config', 'config-editor', {}],
];

it.each(['dark', 'light'] as const)('pictures %s', async (theme) => {
  for (const [name, kind, parameters] of CASES) {
    for (const width of theme === 'dark' ? [360, 800, 1400] : [360, 1400]) {
      const { page, picture, close, problems } = await host.open(surface(kind, parameters), { theme, width, height: 500 });
      await page.locator('#reactRoot > *').first().waitFor();
      await page.waitForLoadState('networkidle');
      const over = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
      process.stdout.write(`${name} ${theme} ${width}: overflow ${over} ${problems.join('; ')}\n`);
      await picture(`zz-${name}-${theme}-${width}`);
      await close();
    }
  }
});

it.each([360, 1000])('pickers %s', async (width) => {
  const { page, picture, close, problems } = await host.open(surface('query-editor', {}), { theme: width === 360 ? 'light' : 'dark', width, height: 640 });
  await page.getByRole('combobox', { name: 'Measures' }).click();
  await page.waitForTimeout(500);
  await picture(`zz-open-measures-${width}`);
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Add filter' }).click();
  await page.waitForTimeout(300);
  await picture(`zz-added-${width}`);
  await page.getByRole('combobox', { name: /values of/ }).click();
  await page.waitForTimeout(1500);
  await picture(`zz-open-values-${width}`);
  process.stdout.write(problems.join('; ') + '\n');
  await close();
});
