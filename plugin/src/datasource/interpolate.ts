import { DIMENSIONS, MEASURES } from '../api/wire';
import { interpolateFilter } from './interpolateFilter';
import { meaningOf, valuesOf, type Replace } from './interpolateText';
import { USAGE_INTERVALS, type ResolvedQuery, type TokenledgerQuery, type UsageInterval } from './query';
import { unknownNameError } from './unknownName';

/**
 * The query with every template variable replaced: nothing after this knows of variables.
 * @throws Error that tells what to choose, where a variable has a value that cannot be asked for, or names what there is not
 */
export function interpolateQuery(query: TokenledgerQuery, replace: Replace): ResolvedQuery {
  switch (query.queryType) {
    case 'usage':
      return {
        ...query,
        measures: namesOf(query.measures, MEASURES, replace),
        groupBy: namesOf(query.groupBy, DIMENSIONS, replace),
        interval: intervalOf(query.interval, replace),
        filters: query.filters.flatMap((filter) => interpolateFilter(filter, replace)),
      };
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

/** Each name once, in the order written and chosen; none for a variable without a value. */
function namesOf<Name extends string>(
  written: readonly string[],
  known: readonly Name[],
  replace: Replace,
): Name[] {
  const values = written.flatMap((text) => valuesOf(text, replace)).filter((value) => value !== '');
  return [...new Set(values)].map((value) => nameOf(value, known));
}

/** Auto for a variable without a value. */
function intervalOf(written: string, replace: Replace): UsageInterval {
  const value = single(written, 'interval', replace);
  return value === '' ? 'auto' : nameOf(value, USAGE_INTERVALS);
}

function nameOf<Name extends string>(value: string, known: readonly Name[]): Name {
  const name = known.find((one) => one === value);
  if (name === undefined) throw unknownNameError(value);
  return name;
}

/** The one id or interval a text stands for; empty for none. @throws Error for several */
function single(text: string, what: string, replace: Replace): string {
  const meaning = meaningOf(text.trim(), replace);
  const ids = meaning.kind === 'texts' ? meaning.texts : [];
  const [only = ''] = ids;
  if (meaning.kind === 'texts' && ids.length <= 1) return only.trim();
  throw new Error(`"${text}" stands for more than one ${what}. Choose one value for the variable.`);
}
