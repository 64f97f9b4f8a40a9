import { dirname } from 'node:path';
import type { PluginOptions } from '@grafana/plugin-e2e';
import { defineConfig, devices } from '@playwright/test';

const PLUGIN_E2E_AUTH = `${dirname(require.resolve('@grafana/plugin-e2e'))}/auth`;
/** Set by `npm run e2e` of the repository, which starts the backend and Grafana. */
const admin = { user: 'admin', password: process.env.GRAFANA_ADMIN_PASSWORD ?? 'admin' };
export const viewer = { user: 'e2e-viewer', password: 'viewer-of-the-e2e-tests', role: 'Viewer' } as const;

const chrome = devices['Desktop Chrome'];
const state = (user: string) => ({ ...chrome, storageState: `playwright/.auth/${user}.json` });
const auth = { testDir: PLUGIN_E2E_AUTH, testMatch: /auth\.setup\.js/ };

export default defineConfig<PluginOptions>({
  testDir: './e2e',
  // Grafana and the backend share two cores with the browser.
  workers: 1,
  // A net, not a measure: Grafana's first look into its own database has taken 14 s.
  timeout: 120_000,
  expect: { timeout: 30_000 },
  forbidOnly: true,
  retries: 0,
  reporter: [['list']],
  outputDir: './playwright/results',
  use: {
    baseURL: process.env.GRAFANA_URL,
    grafanaAPICredentials: admin,
    screenshot: 'only-on-failure',
    trace: 'retain-on-failure',
    launchOptions: {
      ...(process.env.CHROMIUM && { executablePath: process.env.CHROMIUM }),
      args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--disable-background-networking'],
    },
  },
  projects: [
    { name: 'admin signs in', ...auth, use: { user: admin } },
    { name: 'viewer signs in', ...auth, use: { user: viewer } },
    {
      name: 'admin',
      testIgnore: /viewer\.spec\.ts/,
      use: state(admin.user),
      dependencies: ['admin signs in'],
    },
    {
      name: 'viewer',
      testMatch: /viewer\.spec\.ts/,
      use: state(viewer.user),
      dependencies: ['admin signs in', 'viewer signs in'],
    },
  ],
});
