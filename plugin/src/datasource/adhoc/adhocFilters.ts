import type { AdHocVariableFilter } from '@grafana/data';
import {
  DIMENSIONS,
  EVENT_FIELDS,
  type Dimension,
  type EventField,
  type Filter,
  type Operator,
} from '../../api/wire';
import { interpolateFilter } from '../interpolateFilter';
import { EVENT_FIELD_LABELS } from '../labels';
import type { CallFilter, TokenledgerQuery } from '../query';

/** Grafana's operators: `=|` and `!=|` are "one of" and "not one of". */
const OPERATORS: Readonly<Record<string, Operator>> = {
  '=': '=',
  '!=': '!=',
  '=|': 'in',
  '!=|': 'not in',
  '=~': '=~',
  '!~': '!~',
};

/**
 * The ad-hoc filters of a dashboard as filters of the API. Those without key or value (just being typed) are left out.
 * @throws Error that names the filter, if it cannot be applied: a number that ignores a filter would be wrong
 */
export function fromAdhoc(filters: readonly AdHocVariableFilter[] = []): CallFilter[] {
  return filters.flatMap((filter) => {
    if (filter.key === '') return [];
    const operator = Object.hasOwn(OPERATORS, filter.operator) ? OPERATORS[filter.operator] : undefined;
    const field = fieldOf(filter.key);
    if (!field) {
      throw new Error(
        `There is nothing called "${filter.key}" to filter by. Remove this filter from the dashboard.`,
      );
    }
    const { label } = EVENT_FIELD_LABELS[field];
    if (!operator) {
      throw new Error(
        `The filter ${label} ${filter.operator} ${filter.value} cannot be applied: use =, !=, one of, not one of, =~ or !~.`,
      );
    }
    const several = operator === 'in' || operator === 'not in';
    const values = several && filter.values?.length ? filter.values : [filter.value];
    // Ad-hoc values are no templates, but may be "(none)" or empty.
    return interpolateFilter({ field, operator, values }, (text) => text);
  });
}

/** A cell of a table is filtered by what its column is called on the screen. */
export const fieldOf = (key: string): EventField | undefined =>
  EVENT_FIELDS.find((field) => field === key) ??
  EVENT_FIELDS.find((field) => EVENT_FIELD_LABELS[field].label === key);

/**
 * The query with the dashboard's ad-hoc filters added. A trace and the cost of a call are chosen by their ids alone.
 * @throws Error where a filter does not fit the query
 */
export function withAdhoc<Query extends TokenledgerQuery>(
  query: Query,
  filters: readonly AdHocVariableFilter[] = [],
): Query {
  const changed = filtersWith(query, filters);
  return changed ? { ...query, ...changed } : query;
}

function filtersWith(
  query: TokenledgerQuery,
  adhoc: readonly AdHocVariableFilter[],
): { filters: CallFilter[] | Filter[] } | null {
  switch (query.queryType) {
    case 'calls':
      return { filters: [...query.filters, ...fromAdhoc(adhoc)] };
    case 'usage':
      return { filters: [...query.filters, ...fromAdhoc(adhoc).map(ofDimension)] };
    case 'annotations': {
      // What explains too much does no harm: filters that annotations do not know are left out.
      const told = fromAdhoc(adhoc).filter(
        ({ field, operator }) => isDimension(field) && (operator === '=' || operator === 'in'),
      );
      return { filters: [...query.filters, ...told.map(ofDimension)] };
    }
    case 'trace':
    case 'cost':
      return null;
  }
}

function ofDimension({ field, operator, values }: CallFilter): Filter {
  if (isDimension(field)) return { dimension: field, operator, values };
  throw new Error(
    `Sums are not kept by ${EVENT_FIELD_LABELS[field].label.toLowerCase()}: remove this filter, or use a query of the type "Calls".`,
  );
}

export const isDimension = (name: string): name is Dimension =>
  (DIMENSIONS as readonly string[]).includes(name);
