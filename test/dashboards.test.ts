import { readdirSync, readFileSync } from 'node:fs';
import type { Dashboard, Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { DASHBOARDS, fileText } from '../provisioning/src/dashboards.js';

const FOLDER = new URL('../provisioning/dashboards/', import.meta.url);
const files = readdirSync(FOLDER).filter((name) => name.endsWith('.json'));

type Shown = Panel & { readonly title: string; readonly gridPos: NonNullable<Panel['gridPos']> };
const dashboards = Object.entries(DASHBOARDS).map(
  ([file, build]) =>
    [file, JSON.parse(fileText(build())) as Dashboard & { uid: string; title: string }] as const,
);
/** Those of a closed row stand in the row. */
const panelsOf = (dashboard: Dashboard): Shown[] =>
  ((dashboard.panels ?? []) as Array<Shown & { panels?: Shown[] }>).flatMap((panel) => [
    panel,
    ...(panel.panels ?? []),
  ]);
const queriesOf = (panel: Panel): Record<string, unknown>[] =>
  (panel.targets ?? []) as unknown as Record<string, unknown>[];
const isRow = ({ type }: Panel): boolean => type === 'row';
const asksFor = (panel: Panel, what: RegExp): boolean =>
  queriesOf(panel).some(
    ({ measures }) => Array.isArray(measures) && measures.some((one) => what.test(String(one))),
  );

it('has a file for each dashboard, and no other', () => {
  expect(files.sort()).toEqual(Object.keys(DASHBOARDS).sort());
});

describe.each(dashboards)('%s', (file, dashboard) => {
  const panels = panelsOf(dashboard).filter((panel) => !isRow(panel));

  it('is as its source says: npm run dashboards', () => {
    const build = DASHBOARDS[file];
    expect(build && fileText(build())).toBe(readFileSync(new URL(file, FOLDER), 'utf8'));
  });

  it('says what it answers, and every panel what it shows', () => {
    expect(dashboard.description).toMatch(/\.$/);
    const silent = panels.filter(({ title, description }) => !title || !/[.]$/.test(description ?? ''));
    expect(silent.map(({ title }) => title)).toEqual([]);
  });

  it('shows how much of the cost is known, as a tile', () => {
    const tiles = panels.filter(({ type }) => type === 'stat');
    expect(tiles.some((tile) => asksFor(tile, /^coverage$/))).toBe(true);
  });

  it('never puts cost together anew by a transformation, which would lose what is said about it', () => {
    expect(panels.filter(({ transformations }) => transformations?.length).map(({ title }) => title)).toEqual(
      [],
    );
  });

  it('leads to every other dashboard and takes time and filters along', () => {
    const others = dashboards.filter(([other]) => other !== file).map(([, { uid }]) => `/d/${uid}`);
    expect(dashboard.links?.map(({ url }) => url).sort()).toEqual(others.sort());
    for (const link of dashboard.links ?? [])
      expect(link).toMatchObject({ includeVars: true, keepTime: true });
    expect(dashboard.templating.list?.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['datasource', 'filters']),
    );
  });

  it('has one time zone for every reader', () => {
    expect(dashboard.timezone).toBe('utc');
  });

  it('numbers its panels once and lays them beside each other', () => {
    const all = panelsOf(dashboard);
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    const overlapping = all.flatMap((a, index) =>
      all
        .slice(index + 1)
        .filter(
          (b) =>
            a.gridPos.x < b.gridPos.x + b.gridPos.w &&
            b.gridPos.x < a.gridPos.x + a.gridPos.w &&
            a.gridPos.y < b.gridPos.y + b.gridPos.h &&
            b.gridPos.y < a.gridPos.y + a.gridPos.h,
        )
        .map((b) => `${a.title} over ${b.title}`),
    );
    expect(overlapping).toEqual([]);
    expect(all.filter(({ gridPos }) => gridPos.x + gridPos.w > 24).map(({ title }) => title)).toEqual([]);
  });
});
