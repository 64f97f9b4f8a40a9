import type { DataSourceJsonData } from '@grafana/data';
import type { DataQuery } from '@grafana/schema';
import {
  INTERVALS,
  type AnnotationKind,
  type Dimension,
  type EventField,
  type EventOrder,
  type Filter,
  type Measure,
  type Operator,
} from '../api/wire';

/** Raised when a saved query has to be read differently; see migrate.ts. */
export const QUERY_VERSION = 1;

interface QueryOf<Type extends string> extends DataQuery {
  queryType: Type;
  version: number;
}

/** A template variable as it is written: `$name`, `${name}` or `[[name]]`; see `isVariable`. */
export type Variable = `$${string}` | `[[${string}]]`;

/** A name, or a variable whose values are such names. */
export type OrVariable<Name extends string> = Name | Variable;

/** `auto` follows the width of the panel, `none` gives one row per group over the whole time. */
export const USAGE_INTERVALS = ['auto', 'none', ...INTERVALS] as const;
export type UsageInterval = (typeof USAGE_INTERVALS)[number];

/**
 * Which groups come first, and are the top: those with the greatest value, or those that changed most since the previous period,
 * either way or in one direction.
 */
export const RANK_BY = ['value', 'change', 'rise', 'fall'] as const;
export type RankBy = (typeof RANK_BY)[number];

/**
 * Which time a query is about: the dashboard's, or so far of the current day, week, month or year, whatever is chosen there. A
 * panel's own "relative time" is not that: Grafana leaves it out beside an absolute time range.
 */
export const USAGE_PERIODS = ['dashboard', 'today', 'this_week', 'this_month', 'this_year'] as const;
export type UsagePeriod = (typeof USAGE_PERIODS)[number];

/** Sums of usage and cost over the time range. Values of filters may hold template variables, too. */
export interface UsageQuery extends QueryOf<'usage'> {
  measures: Array<OrVariable<Measure>>;
  groupBy: Array<OrVariable<Dimension>>;
  filters: Filter[];
  period: UsagePeriod;
  interval: OrVariable<UsageInterval>;
  /** Only so many groups, the first by the first measure; all others are summed as one. Null: all groups. */
  top: number | null;
  compare: 'none' | 'previous_period';
  /** By change only beside the previous period, over the whole time range; then the others are left out, not summed. */
  rankBy: RankBy;
  /** One series per group and measure, or one row per time and group with a column per measure. */
  format: 'time_series' | 'table';
}

export interface CallFilter {
  field: EventField;
  operator: Operator;
  values: string[];
}

/** A table of single calls. */
export interface CallsQuery extends QueryOf<'calls'> {
  filters: CallFilter[];
  orderBy: EventOrder;
  direction: 'asc' | 'desc';
  limit: number;
}

/** How a chain is shown: as Grafana's trace view draws it, or a row for each step with what it cost. */
export const CHAIN_FORMATS = ['trace', 'table'] as const;
export type ChainFormat = (typeof CHAIN_FORMATS)[number];

/** The chain of one request, or of all requests of a conversation. */
export interface TraceQuery extends QueryOf<'trace'> {
  chain: 'request' | 'conversation';
  format: ChainFormat;
  /** Trace id or conversation id; may be a template variable. */
  id: string;
}

/** Why one call costs what it costs: meter × quantity × price, by price version. */
export interface CostQuery extends QueryOf<'cost'> {
  traceId: string;
  spanId: string;
}

/** What explains a jump in cost: changed prices, recovered calls, restated days. */
export interface AnnotationsQuery extends QueryOf<'annotations'> {
  kinds: AnnotationKind[];
  filters: Filter[];
}

/** A usage query without template variables. */
export interface ResolvedUsageQuery extends UsageQuery {
  measures: Measure[];
  groupBy: Dimension[];
  interval: UsageInterval;
}

export type TokenledgerQuery = UsageQuery | CallsQuery | TraceQuery | CostQuery | AnnotationsQuery;
/** What runs: no template variable is left in it. */
export type ResolvedQuery = Exclude<TokenledgerQuery, UsageQuery> | ResolvedUsageQuery;

export type QueryType = TokenledgerQuery['queryType'];

/** A query without the two fields that Grafana gives it. */
export type QuerySettings<Q extends TokenledgerQuery = TokenledgerQuery> = Q extends TokenledgerQuery
  ? Omit<Q, 'refId' | 'datasource'>
  : never;

/** What each kind of query is before anybody touches it: the first shows a picture at once. */
export const DEFAULTS: {
  readonly [T in QueryType]: QuerySettings<Extract<TokenledgerQuery, { queryType: T }>>;
} = {
  usage: {
    queryType: 'usage',
    version: QUERY_VERSION,
    measures: ['cost_usd'],
    groupBy: ['org_id'],
    filters: [],
    period: 'dashboard',
    interval: 'auto',
    top: 10,
    compare: 'none',
    rankBy: 'value',
    format: 'time_series',
  },
  calls: {
    queryType: 'calls',
    version: QUERY_VERSION,
    filters: [],
    orderBy: 'started_at',
    direction: 'desc',
    limit: 100,
  },
  trace: { queryType: 'trace', version: QUERY_VERSION, chain: 'request', format: 'trace', id: '' },
  cost: { queryType: 'cost', version: QUERY_VERSION, traceId: '', spanId: '' },
  annotations: {
    queryType: 'annotations',
    version: QUERY_VERSION,
    kinds: ['price_change', 'pending_recovered', 'day_restated'],
    filters: [],
  },
};

/** Variable queries: the values of a dimension, narrowed by filters (which may name other variables: chained). */
export interface VariableQuery {
  refId: string;
  dimension: Dimension;
  filters: Filter[];
}

/** Grafana itself sends the header named here to the backend; its value is `secureJsonData.httpHeaderValue1`. */
export interface TokenledgerOptions extends DataSourceJsonData {
  httpHeaderName1?: string;
  /** Seconds that Grafana waits for the backend. */
  timeout?: number;
  tlsSkipVerify?: boolean;
}

export interface TokenledgerSecureOptions {
  httpHeaderValue1?: string;
}

/** The header that carries the data source's key to the backend. */
export const KEY_HEADER = 'X-Tokenledger-Key';
