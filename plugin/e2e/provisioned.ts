import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, type Locator, type Page } from '@playwright/test';

const FOLDER = join(__dirname, '../../provisioning/dashboards');
const ROW_HEIGHT = 38;

export interface Provisioned {
  file: string;
  uid: string;
  title: string;
  panels: Array<{ title: string; type: string; gridPos: { y: number; h: number } }>;
}

/** The dashboards as they are shipped. */
export const PROVISIONED: Provisioned[] = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.json'))
  .map((file) => ({
    file,
    ...(JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as Omit<Provisioned, 'file'>),
  }));

/** High enough that every panel is on the screen: Grafana loads only those that are. */
export const heightOf = ({ panels }: Provisioned): number =>
  Math.max(...panels.map(({ gridPos }) => gridPos.y + gridPos.h)) * ROW_HEIGHT + 160;

/** Opens a dashboard and waits until no panel loads any more. */
export async function openProvisioned(page: Page, dashboard: Provisioned, query = ''): Promise<void> {
  await page.goto(`/d/${dashboard.uid}?kiosk${query && `&${query}`}`);
  await expect(page.getByText(dashboard.panels[0].title, { exact: true }).first()).toBeVisible();
  await expect(page.getByText('Loading plugin panel...')).toHaveCount(0);
  await page.waitForLoadState('networkidle');
  await expect(page.getByLabel('Panel loading bar')).toHaveCount(0);
}

export const panel = (page: Page, title: string): Locator =>
  page.locator('section').filter({ has: page.getByRole('heading', { name: title, exact: true }) });

const DAY = 86_400_000;
/** A midnight (UTC) so many days ago. */
export const midnight = (daysAgo: number): string =>
  new Date(Math.floor(Date.now() / DAY) * DAY - daysAgo * DAY).toISOString();

/** What is wrong with the panels on the screen: an error is a red mark in a panel's head. */
export const panelErrors = (page: Page) => page.getByTestId('data-testid Panel status error');
