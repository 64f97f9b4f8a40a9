import { DIMENSIONS, type Dimension, type EventField, type Filter } from '../../api/wire';
import { DEFAULTS, type QueryType, type TokenledgerQuery } from '../query';
import { conditionOf, filterOf, type Condition } from './condition';

/** The queries of each kind as the reader left them, so that switching there and back loses nothing. */
export type LeftQueries = { readonly [T in QueryType]?: Extract<TokenledgerQuery, { queryType: T }> };

/**
 * The query as one of another kind. What both kinds know comes along: filters that the other can ask for, and the trace.
 * The rest is as the reader left it, or the default.
 */
export function switchType(query: TokenledgerQuery, type: QueryType, left: LeftQueries): TokenledgerQuery {
  if (query.queryType === type) {
    return query;
  }
  const { refId, datasource, hide, key } = query;
  const own = { refId, ...(datasource && { datasource }), ...(hide && { hide }), ...(key && { key }) };
  const filters = filtersOf(query);
  switch (type) {
    case 'usage':
      return { ...DEFAULTS.usage, ...left.usage, ...own, ...(filters && { filters }) };
    case 'annotations':
      return { ...DEFAULTS.annotations, ...left.annotations, ...own, ...(filters && { filters }) };
    case 'calls': {
      const others = (left.calls?.filters ?? []).filter((condition) => !isOnDimension(condition));
      const all = filters && [...filters.map(conditionOf), ...others];
      return { ...DEFAULTS.calls, ...left.calls, ...own, ...(all && { filters: all }) };
    }
    case 'trace': {
      const id = query.queryType === 'cost' ? query.traceId : '';
      return { ...DEFAULTS.trace, ...left.trace, ...own, ...(id && { chain: 'request', id }) };
    }
    case 'cost': {
      const traceId = query.queryType === 'trace' && query.chain === 'request' ? query.id : '';
      const isOther = traceId !== '' && traceId !== left.cost?.traceId;
      return { ...DEFAULTS.cost, ...left.cost, ...own, ...(isOther && { traceId, spanId: '' }) };
    }
  }
}

/** The filters that every kind with filters can ask for; null for a kind without any. */
function filtersOf(query: TokenledgerQuery): Filter[] | null {
  switch (query.queryType) {
    case 'usage':
    case 'annotations':
      return query.filters;
    case 'calls':
      return query.filters.filter(isOnDimension).map(filterOf);
    case 'trace':
    case 'cost':
      return null;
  }
}

const ON_DIMENSIONS: ReadonlySet<EventField> = new Set(DIMENSIONS);

const isOnDimension = (condition: Condition): condition is Condition<Dimension> =>
  ON_DIMENSIONS.has(condition.field);
