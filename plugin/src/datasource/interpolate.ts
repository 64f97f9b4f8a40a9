import { interpolateFilter } from './interpolateFilter';
import { meaningOf, type Replace } from './interpolateText';
import type { TokenledgerQuery } from './query';

/**
 * The query with every template variable replaced: nothing after this knows of variables.
 * @throws Error that tells what to choose, where a variable has a value that cannot be asked for
 */
export function interpolateQuery(query: TokenledgerQuery, replace: Replace): TokenledgerQuery {
  switch (query.queryType) {
    case 'usage':
    case 'annotations':
      return { ...query, filters: query.filters.flatMap((filter) => interpolateFilter(filter, replace)) };
    case 'calls':
      return { ...query, filters: query.filters.flatMap((filter) => interpolateFilter(filter, replace)) };
    case 'trace':
      return { ...query, id: single(query.id, query.chain, replace) };
    case 'cost':
      return {
        ...query,
        traceId: single(query.traceId, 'trace', replace),
        spanId: single(query.spanId, 'span', replace),
      };
  }
}

/** The one id a text stands for; empty for none. @throws Error for several */
function single(text: string, what: string, replace: Replace): string {
  const meaning = meaningOf(text.trim(), replace);
  const ids = meaning.kind === 'texts' ? meaning.texts : [];
  const [only = ''] = ids;
  if (meaning.kind === 'texts' && ids.length <= 1) return only.trim();
  throw new Error(`"${text}" stands for more than one ${what}. Choose one value for the variable.`);
}
