import {
  type DataFrame,
  dateTime,
  type DataQuery,
  type DataQueryRequest,
  type DataQueryResponse,
  type DataSourceApi,
  type DataSourceInstanceSettings,
  type DataSourceJsonData,
  type DataSourcePlugin,
  type DataSourcePluginMeta,
  LoadingState,
  type PanelData,
  type TimeRange,
} from '@grafana/data';
import type { DataSourceSrv } from '@grafana/runtime';
import { from, lastValueFrom, type ObservableInput } from 'rxjs';
import { loadPlugin } from './shared';

export type Source = DataSourceApi<DataQuery, DataSourceJsonData>;
export type SourcePlugin = DataSourcePlugin<Source, DataQuery, DataSourceJsonData>;

export const UID = 'tokenledger';
const DAY_MS = 86_400_000;

/** The last two days, as a dashboard would ask for them. */
export function timeRange(): TimeRange {
  const to = dateTime();
  const since = dateTime(to.valueOf() - 2 * DAY_MS);
  return { from: since, to, raw: { from: 'now-2d', to: 'now' } };
}

export async function loadSource(
  base: string,
): Promise<{ plugin: SourcePlugin; source: Source; srv: DataSourceSrv }> {
  const address = `${base}/datasource`;
  const described = (await (await window.fetch(`${address}/plugin.json`)).json()) as DataSourcePluginMeta;
  const meta = { ...described, module: `${address}/module.js`, baseUrl: address };
  for (const size of ['small', 'large'] as const) {
    meta.info = {
      ...meta.info,
      logos: { ...meta.info.logos, [size]: `${address}/${described.info.logos[size]}` },
    };
  }
  const settings: DataSourceInstanceSettings = {
    id: 1,
    uid: UID,
    name: 'Tokenledger',
    type: meta.id,
    meta,
    url: `/api/datasources/proxy/uid/${UID}`,
    access: 'proxy',
    readOnly: false,
    isDefault: true,
    jsonData: { httpHeaderName1: 'X-Tokenledger-Key' } as DataSourceJsonData,
  };
  const plugin = await loadPlugin<SourcePlugin>(meta.module);
  plugin.meta = meta;
  const source = new plugin.DataSourceClass(settings);
  Object.assign(source, { meta, uid: UID, name: settings.name, type: settings.type });
  const srv: Partial<DataSourceSrv> = {
    get: () => Promise.resolve(source),
    getList: (filters) => [settings].filter(({ type }) => !filters?.pluginId || filters.pluginId === type),
    getInstanceSettings: () => settings,
  };
  return { plugin, source, srv: srv as DataSourceSrv };
}

/** Runs queries as a panel does, those left out that the data source refuses. */
export async function runQueries(source: Source, queries: DataQuery[]): Promise<PanelData> {
  const range = timeRange();
  const request: DataQueryRequest = {
    app: 'panel-editor',
    requestId: 'Q1',
    interval: '15m',
    intervalMs: 900_000,
    maxDataPoints: 400,
    range,
    scopedVars: {},
    startTime: Date.now(),
    targets: queries.filter((query) => source.filterQuery?.(query) ?? true),
    timezone: 'utc',
  };
  const nothing: DataQueryResponse = { data: [] };
  const answer = await lastValueFrom(from<ObservableInput<DataQueryResponse>>(source.query(request)), {
    defaultValue: nothing,
  }).catch((error: unknown) => ({ ...nothing, errors: [{ message: messageOf(error) }] }));
  return {
    state: answer.errors?.length ? LoadingState.Error : LoadingState.Done,
    series: answer.data as DataFrame[],
    timeRange: range,
    request,
    ...(answer.errors && { errors: answer.errors }),
  };
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : JSON.stringify(error);
