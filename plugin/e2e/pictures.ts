import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from '@playwright/test';
import { requestWithSteps } from './backend';
import { heightOf, openProvisioned, PROVISIONED } from './provisioned';

const FOLDER = join(__dirname, '../../docs/img');

for (const dashboard of PROVISIONED) {
  test(`picture of ${dashboard.title}`, async ({ page }) => {
    mkdirSync(FOLDER, { recursive: true });
    await page.setViewportSize({ width: 1440, height: heightOf(dashboard) });
    await openProvisioned(page, dashboard, `theme=light&var-org=acme&var-trace=${await requestWithSteps()}`);
    await page.mouse.move(0, 0);
    await page.screenshot({ path: join(FOLDER, dashboard.file.replace(/\.json$/, '.png')) });
  });
}
