import { ADMIN, ask, DATA_SOURCE } from './grafana';

const datasource = { type: DATA_SOURCE.type, uid: DATA_SOURCE.uid };

/** Whole days that the demo has filled and that nothing changes any more, in the zone the dashboards use. */
export const RANGE = { from: dayAgo(20), to: dayAgo(1) };

export type Query = { queryType: string } & Record<string, unknown>;

export const USAGE: Query = {
  queryType: 'usage',
  version: 1,
  measures: ['cost_usd'],
  groupBy: ['org_id'],
  filters: [],
  interval: 'none',
  top: null,
  compare: 'none',
  format: 'table',
};

interface Panel {
  title: string;
  type: string;
  queries: Query[];
  options?: object;
}

interface Extras {
  variables?: object[];
  annotations?: object[];
}

/** Saves a dashboard with these panels below each other; returns its path. */
export async function saveDashboard(title: string, panels: Panel[], extras: Extras = {}): Promise<string> {
  const dashboard = {
    title: `${title} ${Date.now()}`,
    schemaVersion: 42,
    timezone: 'utc',
    time: { from: RANGE.from, to: RANGE.to },
    templating: { list: extras.variables ?? [] },
    annotations: { list: extras.annotations ?? [] },
    panels: panels.map(({ title, type, queries, options }, index) => ({
      id: index + 1,
      title,
      type,
      ...(options && { options }),
      datasource,
      gridPos: { x: 0, y: index * 9, w: 24, h: 9 },
      targets: queries.map((query, position) => ({
        refId: String.fromCharCode(65 + position),
        datasource,
        ...query,
      })),
    })),
  };
  const { status, body } = await ask<{ url: string }>('/api/dashboards/db', {
    method: 'POST',
    as: ADMIN,
    // Made by scripts/e2e, so that a viewer may open what is in it at once.
    body: { dashboard, folderUid: 'e2e' },
  });
  if (status !== 200) {
    throw new Error(`no dashboard: ${JSON.stringify(body)}`);
  }
  return body.url;
}

/** A variable whose values are those of a dimension. */
export const variable = (name: string, dimension: string, filters: object[] = []) => ({
  name,
  type: 'query',
  datasource,
  query: { refId: 'variable', dimension, filters },
  refresh: 1,
  includeAll: true,
  multi: true,
  current: { text: ['All'], value: ['$__all'] },
});

export const adHoc = { name: 'filters', type: 'adhoc', datasource, filters: [] };

export const annotation = {
  name: 'Changes',
  enable: true,
  iconColor: 'orange',
  datasource,
  target: {
    refId: 'Anno',
    queryType: 'annotations',
    version: 1,
    kinds: ['price_change', 'pending_recovered', 'day_restated'],
    filters: [],
  },
};

function dayAgo(days: number): string {
  return `${new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10)}T00:00:00.000Z`;
}
