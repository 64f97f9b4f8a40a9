import sql, { empty, join, raw, type Sql } from 'sql-template-tag';
import type { Dimension } from './dimension.js';
import { DIMENSION_COLUMNS } from './filter-store.js';

/** What rows are put together by. */
export interface Level {
  /** Sources that are grouped by interval and dimensions already have its rows. */
  readonly finest: boolean;
  /** By interval too, not over the whole time. */
  readonly sliced: boolean;
  /** Columns, and what each is computed from. */
  readonly keys: readonly { readonly name: Sql; readonly value: Sql }[];
  /** What is joined to a source for the values. */
  readonly joined: Sql;
}

const keysOf = (groupBy: readonly Dimension[]): Level['keys'] =>
  groupBy.map((dimension) => ({ name: DIMENSION_COLUMNS[dimension], value: DIMENSION_COLUMNS[dimension] }));

/** By interval and dimensions: the groups of an answer. */
export const byGroup = (groupBy: readonly Dimension[]): Level => ({
  finest: true,
  sliced: true,
  keys: keysOf(groupBy),
  joined: empty,
});

/** By dimensions, over the whole time; `uncut`: there is but one interval. */
export const overTime = (groupBy: readonly Dimension[], uncut: boolean): Level => ({
  finest: uncut,
  sliced: false,
  keys: keysOf(groupBy),
  joined: empty,
});

/** Everything in one row. */
export const OVER_ALL: Level = { finest: false, sliced: false, keys: [], joined: empty };

/** A group as one value. Arrays that hold nulls are equal to each other and can be hashed; nulls and rows of them are not. */
export const groupKey = (groupBy: readonly Dimension[]): Sql =>
  sql`array[${join(groupBy.map((dimension) => DIMENSION_COLUMNS[dimension]))}]::text[]`;

/** By interval and dimensions, and all groups whose key is not in `top_groups` as one: dimensions null, `other` true. */
export const byTopGroup = (groupBy: readonly Dimension[]): Level => ({
  finest: false,
  sliced: true,
  keys: [
    ...keysOf(groupBy).map(({ name, value }) => ({
      name,
      value: sql`case when top_groups.key is not null then ${value} end`,
    })),
    { name: sql`other`, value: sql`top_groups.key is null` },
  ],
  joined: sql`left join top_groups on top_groups.key = ${groupKey(groupBy)}`,
});

/** Names of a level's columns. */
export const columnsOf = ({ sliced, keys }: Level): Sql[] => [
  ...(sliced ? [sql`slot`] : []),
  ...keys.map(({ name }) => name),
];

/** Rows of a source by the columns of a level and `more` ones, with aggregates if any. `slot` is the source's interval. */
export function grouped(
  { sliced, keys, joined }: Level,
  source: { readonly from: Sql; readonly slot: Sql; readonly more?: readonly Sql[] },
  aggregates?: Sql,
): Sql {
  const by = [
    ...(sliced ? [sql`${source.slot} as slot`] : []),
    ...keys.map(({ name, value }) => sql`${value} as ${name}`),
    ...(source.more ?? []),
  ];
  const positions = by.map((_, index) => raw(`${index + 1}`));
  return sql`select ${join(aggregates ? [...by, aggregates] : by)} from ${source.from} ${joined}
    ${positions.length > 0 ? sql`group by ${join(positions)}` : empty}`;
}
