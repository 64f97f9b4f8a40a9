import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { ADMIN_KEY, openProduct, type Product } from '../../support/product.js';
import { openBrowser } from './browser.js';
import { bundlePage } from './bundle.js';
import { openGrafanaServer, ROLE_COOKIE, THEME_COOKIE } from './grafana-server.js';
import type { GrafanaRole } from './identity.js';
import type { Theme } from './page-html.js';
import { DIST, PICTURES } from './paths.js';
import { sendSampleEvents } from './sample-events.js';

/** A net: what a page shows comes within a second on an idle machine. */
const TIMEOUT_MS = 20_000;

export interface PageOptions {
  readonly theme?: Theme;
  /** Of the window, in CSS pixels. */
  readonly width?: number;
  readonly height?: number;
  readonly role?: GrafanaRole;
}

/** A page with what went wrong in it: uncaught errors, errors on its console, answers of 400 and above. */
export interface OpenedPage {
  readonly page: Page;
  readonly problems: readonly string[];
  /** Keeps a picture of the whole page to be looked at: test/plugin/pictures/<name>.png. */
  picture(name: string): Promise<void>;
  close(): Promise<void>;
}

/** The built plugin in a real Chromium, over the real product with sample events. */
export interface Host {
  readonly product: Product;
  /** A request of the sample events with several AI calls. */
  readonly traceId: string;
  /** @param path `/a/tokenledger-app/…` or `/host/<surface>?query=<JSON>`, see page/main.tsx and `surface`. */
  open(path: string, options?: PageOptions): Promise<OpenedPage>;
  close(): Promise<void>;
}

/** The address of a surface of the data source: `query-editor`, `config-editor` or `table`. */
export function surface(name: string, parameters: Readonly<Record<string, unknown>> = {}): string {
  const search = new URLSearchParams(
    Object.entries(parameters).map(([key, value]): [string, string] => [key, JSON.stringify(value)]),
  );
  return `/host/${name}?${search.toString()}`;
}

export async function openHost(): Promise<Host> {
  if (!existsSync(join(DIST, 'module.js'))) throw new Error('plugin/dist is missing: npm run build');
  const server = await openGrafanaServer(await bundlePage());
  const product = await openProduct({ GRAFANA_URL: server.url, GRAFANA_ISSUER: `${server.url}/` });
  const traceId = await sendSampleEvents(product.url, ADMIN_KEY);
  server.connect({ url: product.url, key: await makeKey(product) });
  const { browser, close: closeBrowser } = await openBrowser();

  return {
    product,
    traceId,
    async open(path, { theme = 'dark', width = 1400, height = 900, role = 'Viewer' } = {}) {
      const context = await browser.newContext({
        baseURL: server.url,
        viewport: { width, height },
        // Without one the browser may say en-US@posix, at which Grafana's code throws.
        locale: 'en-US',
        timezoneId: 'UTC',
        reducedMotion: 'reduce',
      });
      context.setDefaultTimeout(TIMEOUT_MS);
      await context.addCookies(
        [
          { name: THEME_COOKIE, value: theme },
          { name: ROLE_COOKIE, value: role },
        ].map((cookie) => ({ ...cookie, url: server.url })),
      );
      const page = await context.newPage();
      const problems: string[] = [];
      page.on('pageerror', (error) => problems.push(String(error)));
      page.on('console', (message) => {
        if (message.type() === 'error') problems.push(message.text());
      });
      page.on('response', (response) => {
        if (response.status() >= 400) problems.push(`${response.status()} ${response.url()}`);
      });
      await page.goto(path);
      return {
        page,
        problems,
        async picture(name) {
          mkdirSync(PICTURES, { recursive: true });
          await page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: true });
        },
        close: () => context.close(),
      };
    },
    async close() {
      await closeBrowser();
      await server.close();
      await product.stop();
    },
  };
}

async function makeKey({ call }: Product): Promise<string> {
  const { body } = await call('POST', '/api/v1/keys', { name: 'grafana', scopes: ['grafana'] });
  return String(body['token']);
}
