import type { TimeRange } from '@grafana/data';
import {
  DIMENSIONS,
  EVENT_FIELDS,
  EVENT_ORDERS,
  type EventField,
  type EventFilter,
  type EventOrder,
  type EventSearch,
  type Filter,
} from '../../../api/wire';
import { periodOf, wireTimes } from '../../../datasource/time/period';
import { LAST_DAY } from '../../format/timeRange';

/** The list of calls as the address tells it. */
export interface CallsState {
  from: string;
  to: string;
  filters: FieldValues[];
  orderBy: EventOrder;
  direction: 'asc' | 'desc';
  limit: number;
}

/** A field has one of these values; only NOT_SET: has none. */
export interface FieldValues {
  field: EventField;
  values: string[];
}

/** How an address says that a field has no value: `model=`. */
export const NOT_SET = '';

export const LIMITS = [100, 1000] as const;

/** Names in links that are shorter than the field's. */
const FIELD_OF_PARAM: Readonly<Record<string, EventField>> = { status: 'cost_status', reason: 'cost_reason' };
const PARAM_OF_FIELD: Readonly<Partial<Record<EventField, string>>> = {
  cost_status: 'status',
  cost_reason: 'reason',
};
const OWN_PARAMS = ['from', 'to', 'orderBy', 'direction', 'limit'];

/** What an address does not tell, or tells wrongly, is as usual. */
export function readCallsState(params: URLSearchParams): CallsState {
  const filters = new Map<EventField, string[]>();
  for (const [name, value] of params) {
    const field = FIELD_OF_PARAM[name] ?? EVENT_FIELDS.find((known) => known === name);
    if (field) {
      filters.set(field, [...(filters.get(field) ?? []), value]);
    }
  }
  const limit = Number(params.get('limit'));
  return {
    from: params.get('from') ?? LAST_DAY.from,
    to: params.get('to') ?? LAST_DAY.to,
    filters: [...filters].map(([field, values]) => ({ field, values: consistent(values) })),
    orderBy: EVENT_ORDERS.find((order) => order === params.get('orderBy')) ?? 'started_at',
    direction: params.get('direction') === 'asc' ? 'asc' : 'desc',
    limit: LIMITS.find((known) => known === limit) ?? LIMITS[0],
  };
}

/** An address may say both all the same. */
const consistent = (values: string[]): string[] =>
  values.includes(NOT_SET) ? [NOT_SET] : [...new Set(values)];

/** Into the address; what in it is not ours (the data source) stays. */
export function writeCallsState(state: CallsState, before: URLSearchParams): URLSearchParams {
  const params = new URLSearchParams(before);
  for (const name of [...OWN_PARAMS, ...EVENT_FIELDS, ...Object.keys(FIELD_OF_PARAM)]) {
    params.delete(name);
  }
  params.set('from', state.from);
  params.set('to', state.to);
  for (const { field, values } of state.filters) {
    values.forEach((value) => params.append(PARAM_OF_FIELD[field] ?? field, value));
  }
  if (state.orderBy !== 'started_at' || state.direction !== 'desc') {
    params.set('orderBy', state.orderBy);
    params.set('direction', state.direction);
  }
  if (state.limit !== LIMITS[0]) {
    params.set('limit', String(state.limit));
  }
  return params;
}

/** Another value for a field; none takes the filter away. */
export function withFilter(state: CallsState, field: EventField, values: string[]): CallsState {
  const others = state.filters.filter((filter) => filter.field !== field);
  return { ...state, filters: values.length === 0 ? others : [...others, { field, values }] };
}

/** One value more. "Is one of" and "is not set" cannot be asked together: the last said holds. */
export function withValue(state: CallsState, field: EventField, value: string): CallsState {
  const before = state.filters.find((filter) => filter.field === field)?.values ?? [];
  const others = value === NOT_SET ? [] : before.filter((other) => other !== NOT_SET && other !== value);
  return withFilter(state, field, [...others, value]);
}

/** The same column again turns the order around; another one begins with the greatest. */
export function withOrder(state: CallsState, orderBy: EventOrder): CallsState {
  const isSame = state.orderBy === orderBy;
  return { ...state, orderBy, direction: isSame && state.direction === 'desc' ? 'asc' : 'desc' };
}

/** The question to the backend. Repeats are not calls: they are listed only where a link asks for them. */
export function searchOf(state: CallsState, range: TimeRange): EventSearch {
  const filters: EventFilter[] = state.filters.map(({ field, values }) => ({ field, ...condition(values) }));
  const callsOnly: EventFilter = { field: 'kind', operator: '=', values: ['call'] };
  return {
    ...wireTimes(periodOf(range)),
    filters: filters.some(({ field }) => field === 'kind') ? filters : [...filters, callsOnly],
    order_by: { field: state.orderBy, direction: state.direction },
    limit: state.limit,
  };
}

/** The filters that narrow what values another dimension can have. */
export const dimensionFilters = (state: CallsState, except: EventField): Filter[] =>
  state.filters.flatMap(({ field, values }) => {
    const dimension = DIMENSIONS.find((known) => known === field);
    return dimension && field !== except ? [{ dimension, ...condition(values) }] : [];
  });

function condition(values: string[]): Pick<EventFilter, 'operator' | 'values'> {
  if (values[0] === NOT_SET) {
    return { operator: 'is null', values: [] };
  }
  return { operator: values.length === 1 ? '=' : 'in', values };
}
