import { expect, test, type Locator, type Page } from '@playwright/test';
import { heightOf, midnight, openProvisioned, panel, PROVISIONED } from './provisioned';
import { sqlRows } from './sql';

/**
 * What dashboards show against the reporting views by SQL: two ways from the same rows to a number, one through the plugin
 * and the API, one through Grafana's PostgreSQL data source. Over whole days that nothing changes any more.
 */
const [FROM, TO] = [midnight(20), midnight(5)];
const WITHIN = `time >= '${FROM}' and time < '${TO}'`;

/** Tiles by their titles: what SQL says each of them is. */
const COST = 'sum(cost_usd)';
const COVERAGE = '100.0 * sum(priced_calls) / sum(priced_calls + pending_calls)';
const PENDING = 'sum(pending_calls)';
const SAVED = 'sum(cache_saved_usd)';
const TILES: ReadonlyArray<{ uid: string; where?: string; query?: string; tiles: Record<string, string> }> = [
  {
    uid: 'tokenledger-overview',
    tiles: { Cost: COST, Calls: 'sum(calls)', Coverage: COVERAGE, 'Pending calls': PENDING },
  },
  {
    uid: 'tokenledger-cost-drivers',
    tiles: {
      Cost: COST,
      'Per million': '1000000 * sum(cost_usd) / (sum(input_tokens) + sum(output_tokens))',
      'From cache': '100.0 * sum(cache_read_tokens) / sum(input_tokens)',
      Saved: SAVED,
      Coverage: COVERAGE,
      'Pending calls': PENDING,
    },
  },
  {
    uid: 'tokenledger-usage',
    tiles: {
      Calls: 'sum(calls)',
      Tokens: 'sum(input_tokens) + sum(output_tokens)',
      'Error rate': '100.0 * sum(error_calls) / sum(calls)',
      Coverage: COVERAGE,
    },
  },
  {
    uid: 'tokenledger-organisation',
    where: `org_id = 'globex'`,
    query: 'var-org=globex',
    tiles: { Cost: COST, Saved: SAVED, Coverage: COVERAGE, 'Pending calls': PENDING },
  },
];

for (const { uid, where = 'true', query = '', tiles } of TILES) {
  test(`the tiles of ${uid} tell what SQL tells`, async ({ page }) => {
    await open(page, uid, query);
    for (const [title, expression] of Object.entries(tiles)) {
      const [[told]] = await sqlRows(
        `select (${expression})::float8 as n from reporting.usage_daily where ${WITHIN} and ${where}`,
      );
      expect(told, title).not.toBeNull();
      await expect
        .poll(async () => isShown(await numberIn(panel(page, title)), Number(told)), {
          message: `${title}: ${Number(told)}`,
        })
        .toBe(true);
    }
  });
}

/** Tables: a column of names, and the cost beside each. */
const TABLES: ReadonlyArray<{ uid: string; title: string; by: string; query?: string; where?: string }> = [
  { uid: 'tokenledger-overview', title: 'Cost by model', by: 'model' },
  { uid: 'tokenledger-overview', title: 'Cost by assistant', by: 'assistant_id' },
  { uid: 'tokenledger-overview', title: 'Cost by query type', by: 'query_type' },
  { uid: 'tokenledger-cost-drivers', title: 'By Assistant', by: 'assistant_id' },
  {
    ...{ uid: 'tokenledger-organisation', title: 'Cost by environment', by: 'environment' },
    ...{ query: 'var-org=globex', where: `org_id = 'globex'` },
  },
];

for (const { uid, title, by, query = '', where = 'true' } of TABLES) {
  test(`${title} of ${uid} tells what SQL tells`, async ({ page }) => {
    await open(page, uid, query);
    const rows = await sqlRows(
      `select coalesce(${by}, '(none)'), ${COST}::float8 from reporting.usage_daily
       where ${WITHIN} and ${where} group by 1 having ${COST} is not null order by 2 desc limit 5`,
    );
    const shown = panel(page, title).getByRole('row');
    await expect(shown.first()).toBeVisible();
    for (const [name, cost] of rows) {
      const row = shown.filter({ has: page.getByRole('gridcell', { name: String(name), exact: true }) });
      await expect
        .poll(async () => isShown(await firstNumber(row.getByText(/^\$[\d.,]/)), Number(cost)), {
          message: `${String(name)}: ${Number(cost)}`,
        })
        .toBe(true);
    }
  });
}

async function open(page: Page, uid: string, query: string): Promise<void> {
  const [dashboard] = PROVISIONED.filter((one) => one.uid === uid);
  await page.setViewportSize({ width: 1600, height: heightOf(dashboard) });
  await openProvisioned(page, dashboard, `from=${Date.parse(FROM)}&to=${Date.parse(TO)}&${query}`);
}

/** The big number of a tile; its unit is an element beside it. */
const numberIn = async (tile: Locator): Promise<number> => {
  const value = tile.locator('span', { hasText: /^\$?[\d.,]+$/ }).first();
  const unit = await value.locator('xpath=following-sibling::span').allInnerTexts();
  return withUnit((await value.innerText()) + (unit[0] ?? ''));
};

const firstNumber = async (cell: Locator): Promise<number> => withUnit(await cell.first().innerText());

/** Grafana shows three digits: less than half of the last may differ. */
const isShown = (shown: number, told: number): boolean => Math.abs(shown - told) <= Math.abs(told) * 0.005;

const UNITS: Readonly<Record<string, number>> = { K: 1e3, Mil: 1e6, Bil: 1e9 };
function withUnit(text: string): number {
  const [, digits = 'NaN', unit = ''] = /([\d.,]+)\s*([A-Za-z%]*)/.exec(text) ?? [];
  return Number(digits.replaceAll(',', '')) * (UNITS[unit] ?? 1);
}
