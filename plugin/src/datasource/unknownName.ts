import { ANNOTATION_KINDS, DIMENSIONS, EVENT_FIELDS, EVENT_ORDERS, MEASURES, OPERATORS } from '../api/wire';
import { isVariable } from './interpolateText';
import { CHAIN_FORMATS, RANK_BY, USAGE_INTERVALS, USAGE_PERIODS, type TokenledgerQuery } from './query';

type Names = readonly string[];

/**
 * The first name in a query that this version does not know, as hand-written JSON may have; undefined for none. What a
 * variable stands for is only known when the query runs (interpolate.ts).
 */
export function unknownName(query: TokenledgerQuery): string | undefined {
  return namesIn(query)
    .flatMap(([names, known]) => names.filter((name) => !known.includes(name)))
    .at(0);
}

/** Says what to do about a name that there is not. */
export const unknownNameError = (name: string): Error =>
  new Error(`This query names "${name}", which this plugin does not know. Correct it, or update the plugin.`);

/** What a query names, each list beside all that there is of its kind. */
function namesIn(query: TokenledgerQuery): Array<readonly [names: Names, known: Names]> {
  switch (query.queryType) {
    case 'usage':
      return [
        [withoutVariables(query.measures), MEASURES],
        [withoutVariables(query.groupBy), DIMENSIONS],
        [withoutVariables([query.interval]), USAGE_INTERVALS],
        [[query.rankBy], RANK_BY],
        [[query.period], USAGE_PERIODS],
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
      return [[[query.format], CHAIN_FORMATS]];
    case 'cost':
      return [];
  }
}

const withoutVariables = (names: Names): Names => names.filter((name) => !isVariable(name));
