import sql, { join, type Sql } from 'sql-template-tag';
import type { Allowed } from '../access/allowed.js';
import { isoTime } from './common-schema.js';
import type { Dimension } from './dimension.js';
import type { Condition, Filter } from './filter.js';
import { likePatterns } from './like-patterns.js';
import { QUARTER, type Cut, type TimeRange } from './time-ranges.js';

/** Rows of the organisations the caller may see: part of every statement of this room. */
export function visibleTo(allowed: Allowed): Sql {
  if (allowed.organisations === null) return sql`true`;
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

/** A condition on a column of text. Negative operators hold for null: what is not known to be X is not X. */
export function holds(column: Sql, { operator, values }: Condition): Sql {
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

/** Rows in any of some ascending ranges; `type` is that of the column, whose dates are UTC days. */
export function within(
  column: Sql,
  ranges: readonly TimeRange[],
  type: 'timestamptz' | 'date' = 'timestamptz',
): Sql {
  const [first, last] = [ranges[0], ranges.at(-1)];
  if (!first || !last) return sql`false`;
  const at = (instant: number): Sql =>
    type === 'date' ? sql`${isoTime(instant).slice(0, 10)}::date` : sql`${isoTime(instant)}::timestamptz`;
  const inside = ({ from, to }: TimeRange): Sql => sql`${column} >= ${at(from)} and ${column} < ${at(to)}`;
  const outer = inside({ from: first.from, to: last.to });
  // The outer bounds beside the ranges: TimescaleDB leaves out chunks by plain conditions only.
  return ranges.length === 1 ? outer : sql`${outer} and (${join(ranges.map(inside), ' or ')})`;
}

/** What every row read must meet: its time, the caller's organisations, the filters. */
export const conditions = (time: Sql, filters: readonly Filter[], allowed: Allowed): Sql =>
  join(
    [
      time,
      visibleTo(allowed),
      ...filters.map((filter) => holds(DIMENSION_COLUMNS[filter.dimension], filter)),
    ],
    ' and ',
  );

/** The number of the interval a row falls in: of an edge from 1, or quarters of an hour since 1970. */
export function slotOf(at: Sql, cut: Cut): Sql {
  if (cut.kind === 'whole') return sql`0`;
  if (cut.kind === 'quarters') return sql`floor(extract(epoch from ${at}) / ${QUARTER / 1000}::int)::bigint`;
  return sql`width_bucket(${at}, ${cut.edges.map(isoTime)}::timestamptz[])`;
}

/** Start of a numbered interval, Unix ms. */
export function startOf(slot: number, cut: Cut): number | null {
  if (cut.kind === 'whole') return null;
  return cut.kind === 'quarters' ? slot * QUARTER : (cut.edges[slot - 1] ?? null);
}
