import {
  ANNOTATION_KINDS,
  DIMENSIONS,
  EVENT_FIELDS,
  EVENT_ORDERS,
  INTERVALS,
  MEASURES,
  OPERATORS,
} from '../api/wire';
import type { TokenledgerQuery } from './query';

type Names = readonly string[];

/** The first name in a query that this version does not know, as hand-written JSON may have; undefined for none. */
export function unknownName(query: TokenledgerQuery): string | undefined {
  return namesIn(query)
    .flatMap(([names, known]) => names.filter((name) => !known.includes(name)))
    .at(0);
}

/** What a query names, each list beside all that there is of its kind. */
function namesIn(query: TokenledgerQuery): Array<readonly [names: Names, known: Names]> {
  switch (query.queryType) {
    case 'usage':
      return [
        [query.measures, MEASURES],
        [query.groupBy, DIMENSIONS],
        [[query.interval], ['auto', 'none', ...INTERVALS]],
        [query.filters.map(({ dimension }) => dimension), DIMENSIONS],
        [query.filters.map(({ operator }) => operator), OPERATORS],
      ];
    case 'calls':
      return [
        [[query.orderBy], EVENT_ORDERS],
        [[query.direction], ['asc', 'desc']],
        [query.filters.map(({ field }) => field), EVENT_FIELDS],
        [query.filters.map(({ operator }) => operator), OPERATORS],
      ];
    case 'annotations':
      return [
        [query.kinds, ANNOTATION_KINDS],
        [query.filters.map(({ dimension }) => dimension), DIMENSIONS],
        [query.filters.map(({ operator }) => operator), OPERATORS],
      ];
    case 'trace':
    case 'cost':
      return [];
  }
}
