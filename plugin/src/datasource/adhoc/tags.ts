import type { AdHocVariableFilter, MetricFindValue, TimeRange } from '@grafana/data';
import { map, of, type Observable } from 'rxjs';
import type { Api } from '../../api/client';
import { DIMENSIONS, EVENT_FIELDS, type EventField } from '../../api/wire';
import {
  COST_QUALITY_LABELS,
  COST_STATUS_LABELS,
  EVENT_FIELD_LABELS,
  EVENT_KIND_LABELS,
  REASON_LABELS,
} from '../labels';
import { NONE } from '../none';
import { periodOf } from '../time/period';
import { fromAdhoc, isDimension, isEventField } from './adhocFilters';

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

const FIXED: Readonly<Partial<Record<EventField, Readonly<Record<string, unknown>>>>> = {
  cost_status: COST_STATUS_LABELS,
  cost_reason: REASON_LABELS,
  cost_quality: COST_QUALITY_LABELS,
  kind: EVENT_KIND_LABELS,
};

/**
 * The values of a key that calls of this time have which meet the other filters, those with most calls first. Of ids (there may
 * be millions) those of the newest calls.
 */
export function tagValues(
  api: Pick<Api, 'dimensionValues' | 'searchEvents'>,
  { key, filters, timeRange }: { key: string; filters: AdHocVariableFilter[]; timeRange?: TimeRange },
): Observable<MetricFindValue[]> {
  if (!isEventField(key)) return of([]);
  const fixed = FIXED[key];
  if (fixed) return of(Object.keys(fixed).map((text) => ({ text })));
  const others = fromAdhoc(filters.filter((filter) => filter.key !== key));
  const period = timeRange && periodOf(timeRange);
  const time = period && {
    from: new Date(period.from).toISOString(),
    to: new Date(period.to).toISOString(),
  };
  if (isDimension(key)) {
    const filters = others.flatMap(({ field, ...filter }) =>
      isDimension(field) ? [{ dimension: field, ...filter }] : [],
    );
    return api
      .dimensionValues(key, { ...time, filters, limit: MOST_VALUES })
      .pipe(map(({ values }) => values.map(({ value }) => ({ text: value ?? NONE }))));
  }
  return api
    .searchEvents({ ...time, filters: others, limit: MOST_VALUES })
    .pipe(
      map(({ events }) => [...new Set(events.map((event) => event[key] ?? NONE))].map((text) => ({ text }))),
    );
}
