import type { Builder, Dataquery } from '@grafana/grafana-foundation-sdk/cog';
import {
  DEFAULTS,
  type AnnotationsQuery,
  type CallsQuery,
  type TokenledgerQuery,
  type TraceQuery,
  type UsageQuery,
} from '../../../plugin/src/datasource/query.js';
import { SQL, TOKENLEDGER } from './sources.js';

type Told<Query extends TokenledgerQuery> = Partial<
  Omit<Query, 'queryType' | 'version' | 'datasource' | 'refId'>
> & {
  readonly refId?: string;
};

const query = (settings: object): Builder<Dataquery> => ({
  build: () => ({
    refId: 'A',
    ...settings,
    // What tells the SDK a query; it vanishes in JSON.
    _implementsDataqueryVariant() {},
  }),
});

/** Sums over the time range; unlike in the editor all groups, one row each, unless told otherwise. */
export const usage = (told: Told<UsageQuery>): Builder<Dataquery> =>
  query({
    datasource: TOKENLEDGER,
    ...DEFAULTS.usage,
    interval: 'none',
    format: 'table',
    groupBy: [],
    top: null,
    ...told,
  });

/** The same over time, one series per group and measure. */
export const usageSeries = (told: Told<UsageQuery>): Builder<Dataquery> =>
  usage({ interval: 'auto', format: 'time_series', ...told });

export const calls = (told: Told<CallsQuery>): Builder<Dataquery> =>
  query({ datasource: TOKENLEDGER, ...DEFAULTS.calls, ...told });

export const trace = (told: Told<TraceQuery>): Builder<Dataquery> =>
  query({ datasource: TOKENLEDGER, ...DEFAULTS.trace, ...told });

export const changes = (told: Told<AnnotationsQuery>): Builder<Dataquery> =>
  query({ datasource: TOKENLEDGER, ...DEFAULTS.annotations, ...told });

/** A query on the views of the schema `reporting`, with Grafana's macros. */
export const sql = (rawSql: string, format: 'table' | 'time_series' = 'table'): Builder<Dataquery> =>
  query({ datasource: SQL, editorMode: 'code', format, rawQuery: true, rawSql: rawSql.trim() });
