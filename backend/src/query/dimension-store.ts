import sql, { empty } from 'sql-template-tag';
import type { Allowed } from '../access/allowed.js';
import type { Queryable } from '../db/db.js';
import type { Dimension } from './dimension.js';
import { conditions, DIMENSION_COLUMNS } from './filter-store.js';
import type { Filter } from './filter.js';
import type { TimeRange } from './plan.js';

/** Values of a dimension in the aggregate, those with most calls first; null is a value. */
export async function readDimensionValues(
  db: Queryable,
  request: {
    readonly dimension: Dimension;
    readonly range: TimeRange;
    readonly filters: readonly Filter[];
    /** Part of the value, upper and lower case alike. */
    readonly search: string | null;
    readonly limit: number;
  },
  allowed: Allowed,
): Promise<{ value: string | null; calls: number }[]> {
  const column = DIMENSION_COLUMNS[request.dimension];
  const { search } = request;
  const found = search === null ? empty : sql`and strpos(lower(${column}), lower(${search})) > 0`;
  const { rows } = await db.query<{ value: string | null; calls: string }>(sql`
    select ${column} as value, sum(calls)::text as calls
    from usage_15m
    where ${conditions(sql`bucket`, request.range, request.filters, allowed)} ${found}
    group by ${column}
    order by sum(calls) desc, ${column} nulls last
    limit ${request.limit}`);
  return rows.map(({ value, calls }) => ({ value, calls: Number(calls) }));
}
