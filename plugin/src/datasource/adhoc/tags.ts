import type { AdHocVariableFilter, MetricFindValue, TimeRange } from '@grafana/data';
import { map, of, type Observable } from 'rxjs';
import type { Api } from '../../api/client';
import { DIMENSIONS, EVENT_FIELDS } from '../../api/wire';
import { EVENT_FIELD_LABELS, VALUE_LABELS } from '../labels';
import { NONE } from '../none';
import { periodOf, wireTimes } from '../time/period';
import { fieldOf, fromAdhoc, isDimension } from './adhocFilters';

/** As many as the API gives at once. */
const MOST_VALUES = 1000;

/** Sums are kept by the six dimensions; single calls have more that one can filter by. */
export function tagKeys(queries: ReadonlyArray<{ queryType?: string }> = []): MetricFindValue[] {
  const onlyCalls = queries.length > 0 && queries.every(({ queryType }) => queryType === 'calls');
  return (onlyCalls ? EVENT_FIELDS : DIMENSIONS).map((field) => ({
    text: EVENT_FIELD_LABELS[field].label,
    value: field,
  }));
}

/**
 * The values of a key that calls of this time have which meet the other filters, those with most calls first. Of ids (there may
 * be millions) those of the newest calls.
 */
export function tagValues(
  api: Pick<Api, 'dimensionValues' | 'searchEvents'>,
  { key, filters, timeRange }: { key: string; filters: AdHocVariableFilter[]; timeRange?: TimeRange },
): Observable<MetricFindValue[]> {
  const field = fieldOf(key);
  if (!field) return of([]);
  const fixed = VALUE_LABELS[field];
  if (fixed) return of(Object.keys(fixed).map((text) => ({ text })));
  const others = fromAdhoc(filters.filter((filter) => fieldOf(filter.key) !== field));
  const time = timeRange && wireTimes(periodOf(timeRange));
  if (isDimension(field)) {
    const filters = others.flatMap(({ field, ...filter }) =>
      isDimension(field) ? [{ dimension: field, ...filter }] : [],
    );
    return api
      .dimensionValues(field, { ...time, filters, limit: MOST_VALUES })
      .pipe(map(({ values }) => values.map(({ value }) => ({ text: value ?? NONE }))));
  }
  return api
    .searchEvents({ ...time, filters: others, limit: MOST_VALUES })
    .pipe(
      map(({ events }) =>
        [...new Set(events.map((event) => event[field] ?? NONE))].map((text) => ({ text })),
      ),
    );
}
