import { describeInBrowser } from './host/browser.js';
import { openHost, surface, type Host, type OpenedPage } from './host/host.js';
import { faults, tabStops } from './host/measure.js';

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

describeInBrowser('in a browser', () => {
  let host: Host;
  beforeAll(async () => (host = await openHost()));
  afterAll(() => host.close());

  const answered = ({ page }: OpenedPage) => page.waitForFunction('window.host.data !== undefined');

  describe.each(['dark', 'light'] as const)('the built plugin, %s', (theme) => {
    it('draws its home page', async () => {
      const opened = await host.open('/a/tokenledger-app', { theme });
      await opened.page.getByRole('heading', { level: 1 }).waitFor();
      await opened.page.waitForLoadState('networkidle');
      await opened.picture(`home-${theme}`);
      expect(opened.page.url()).toContain('/a/tokenledger-app/home');
      expect(opened.problems).toEqual([]);
      await opened.close();
    });

    it('draws the trace of a request', async () => {
      const opened = await host.open(`/a/tokenledger-app/trace/${host.traceId}`, { theme });
      await opened.page.getByRole('heading', { level: 1 }).waitFor();
      await opened.page.waitForLoadState('networkidle');
      await opened.picture(`trace-${theme}`);
      expect(opened.problems).toEqual([]);
      await opened.close();
    });

    it('draws the table of calls', async () => {
      const opened = await host.open('/a/tokenledger-app/calls?from=now-2d&to=now', { theme });
      await opened.page.getByRole('heading', { level: 1 }).waitFor();
      await opened.page.waitForLoadState('networkidle');
      await opened.picture(`calls-${theme}`);
      expect(opened.problems).toEqual([]);
      await opened.close();
    });

    it('draws the query editor, which asks at once', async () => {
      const opened = await host.open(surface('query-editor', { query: USAGE }), { theme });
      await answered(opened);
      await opened.picture(`query-editor-${theme}`);
      expect(opened.problems).toEqual([]);
      await opened.close();
    });

    it('draws the settings of the data source', async () => {
      const opened = await host.open(surface('config-editor'), { theme });
      await opened.page.getByRole('textbox').first().waitFor();
      await opened.picture(`config-editor-${theme}`);
      expect(opened.problems).toEqual([]);
      await opened.close();
    });

    it("draws a frame in Grafana's table", async () => {
      const opened = await host.open(surface('table', { query: USAGE }), { theme });
      await answered(opened);
      const cells = await opened.page.getByRole('cell').allTextContents();
      await opened.picture(`table-${theme}`);
      expect(cells).toContain('acme');
      expect(opened.problems).toEqual([]);
      await opened.close();
    });
  });

  /** Puts a bad piece into a good page, and tells what is found there that was not before. */
  async function foundIn(html: string): Promise<string[]> {
    const opened = await host.open(surface('config-editor'), { width: 800 });
    await opened.page.getByRole('textbox').first().waitFor();
    const before = await faults(opened.page);
    await opened.page.evaluate(`document.body.insertAdjacentHTML('beforeend', ${JSON.stringify(html)})`);
    const after = await faults(opened.page);
    await opened.close();
    return after.filter((fault) => !before.includes(fault));
  }

  describe('what is measured of a page can be found wrong', () => {
    it('text upon text', async () => {
      const html =
        '<div style="position:relative;height:3em"><p style="position:absolute">first</p><p style="position:absolute">second</p></div>';
      expect(await foundIn(html)).toEqual(['"first" lies upon "second"']);
    });
    it('text that reaches out of the window', async () => {
      const html = '<p style="width:900px;text-align:right">far out</p>';
      expect(await foundIn(html)).toEqual(['"far out" reaches out of the window']);
    });
    it('text that is cut off', async () => {
      const html = '<p style="width:20px;overflow:hidden;white-space:nowrap">too long for it</p>';
      expect(await foundIn(html)).toEqual(['"too long for it" is cut off']);
    });
    it('text that can hardly be read', async () => {
      expect(await foundIn('<p style="background:#fff;color:#999">pale</p>')).toEqual([
        '"pale": 2.85, wanted 4.5',
      ]);
      expect(await foundIn('<p style="background:#fff;color:#767676">just enough</p>')).toEqual([]);
      expect(await foundIn('<p style="background:#fff;color:#000;opacity:0.4">faded</p>')).toHaveLength(1);
    });
    it('a control without a name', async () => {
      expect(await foundIn('<button><svg width="16" height="16"></svg></button>')).toHaveLength(1);
      expect(await foundIn('<button aria-label="close"><svg width="16" height="16"></svg></button>')).toEqual(
        [],
      );
    });
    it('a control that Tab does not reach', async () => {
      const opened = await host.open(surface('config-editor'));
      await opened.page.getByRole('textbox').first().waitFor();
      const html = '<button>reached</button><button tabindex="-1">left out</button>';
      await opened.page.evaluate(`document.body.insertAdjacentHTML('beforeend', ${JSON.stringify(html)})`);
      const stops = await tabStops(opened.page);
      expect(stops).toContain('button reached');
      expect(stops).not.toContain('button left out');
      await opened.close();
    });
  });
});
