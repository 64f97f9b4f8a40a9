import sql, { join, type Sql } from 'sql-template-tag';
import type { Allowed } from '../access/allowed.js';
import { isoTime } from './common-schema.js';
import type { Dimension } from './dimension.js';
import type { Filter } from './filter.js';
import { likePatterns } from './like-patterns.js';
import type { TimeRange } from './plan.js';

/** Rows of the organisations the caller may see: part of every statement of this room. */
export function visibleTo(allowed: Allowed): Sql {
  if (allowed.all) return sql`true`;
  const [only, ...more] = allowed.organisations;
  // A plain equality lets PostgreSQL read usage_events_org_time in order; "any" of a list does not.
  if (only !== undefined && more.length === 0) return sql`org_id = ${only}`;
  return sql`org_id = any(${[...allowed.organisations]}::text[])`;
}

/** Identifiers come from these maps only, never from a request. */
export const DIMENSION_COLUMNS: Record<Dimension, Sql> = {
  org_id: sql`org_id`,
  assistant_id: sql`assistant_id`,
  query_type: sql`query_type`,
  provider: sql`provider`,
  model: sql`model`,
  environment: sql`environment`,
};

/** A condition on a dimension's column. Negative operators hold for null: what is not known to be X is not X. */
function condition({ dimension, operator, values }: Filter): Sql {
  const column = DIMENSION_COLUMNS[dimension];
  const [first = ''] = values;
  switch (operator) {
    case '=':
      return sql`${column} = ${first}`;
    case '!=':
      return sql`${column} is distinct from ${first}`;
    case 'in':
      return sql`${column} = any(${[...values]}::text[])`;
    case 'not in':
      return sql`(${column} = any(${[...values]}::text[])) is not true`;
    case '=~':
      return sql`${column} like any(${likePatterns(first)}::text[])`;
    case '!~':
      return sql`(${column} like any(${likePatterns(first)}::text[])) is not true`;
    case 'contains':
      return sql`strpos(${column}, ${first}) > 0`;
    case 'is null':
      return sql`${column} is null`;
    case 'is not null':
      return sql`${column} is not null`;
  }
}

/** What every row read must meet: its time, the caller's organisations, the filters. */
export function conditions(at: Sql, range: TimeRange, filters: readonly Filter[], allowed: Allowed): Sql {
  const all = [
    sql`${at} >= ${isoTime(range.from)}::timestamptz`,
    sql`${at} < ${isoTime(range.to)}::timestamptz`,
  ];
  all.push(visibleTo(allowed));
  return join([...all, ...filters.map(condition)], ' and ');
}
