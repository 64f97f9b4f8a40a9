import { openHost, surface, type Host } from './host/host.js';

const USAGE = {
  refId: 'A',
  queryType: 'usage',
  version: 1,
  measures: ['cost_usd', 'pending_calls'],
  groupBy: ['org_id'],
  filters: [],
  interval: 'none',
  top: 10,
  compare: 'none',
  format: 'table',
};

let host: Host;
beforeAll(async () => (host = await openHost()));
afterAll(() => host.close());

describe.each(['dark', 'light'] as const)('the built plugin, %s', (theme) => {
  it('draws its home page', async () => {
    const { page, problems, picture, close } = await host.open('/a/tokenledger-app', { theme });
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.waitForLoadState('networkidle');
    await picture(`home-${theme}`);
    expect(problems).toEqual([]);
    await close();
  });
  it('draws the query editor, and frames of what it asks', async () => {
    const opened = await host.open(surface('query-editor', { query: USAGE }), { theme });
    await opened.page.waitForFunction('window.host.data !== undefined');
    await opened.picture(`query-editor-${theme}`);
    expect(opened.problems).toEqual([]);
    await opened.close();
  });
  it('draws the config editor', async () => {
    const { page, problems, picture, close } = await host.open(surface('config-editor'), { theme });
    await page.locator('#reactRoot > *').first().waitFor();
    await picture(`config-editor-${theme}`);
    expect(problems).toEqual([]);
    await close();
  });
  it("draws a frame in Grafana's table", async () => {
    const { page, problems, picture, close } = await host.open(surface('table', { query: USAGE }), { theme });
    await page.waitForFunction('window.host.data !== undefined');
    await picture(`table-${theme}`);
    expect(problems).toEqual([]);
    await close();
  });
});
