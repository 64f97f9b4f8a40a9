import sql, { empty } from 'sql-template-tag';
import type { Allowed } from '../access/allowed.js';
import type { Queryable } from '../db/db.js';
import type { Dimension } from './dimension.js';
import { DIMENSION_COLUMNS } from './filter-store.js';
import type { Filter } from './filter.js';
import type { ReadingPlan } from './reading-plan.js';
import { usageParts } from './sums-store.js';

/** Values of a dimension in a reading plan's time, those with most calls first; null is a value. */
export async function readDimensionValues(
  db: Queryable,
  request: {
    readonly dimension: Dimension;
    readonly reading: ReadingPlan;
    readonly filters: readonly Filter[];
    /** Part of the value, upper and lower case alike. */
    readonly search: string | null;
    readonly limit: number;
  },
  allowed: Allowed,
): Promise<{ value: string | null; calls: number }[]> {
  const column = DIMENSION_COLUMNS[request.dimension];
  const { search, reading, filters } = request;
  const found = search === null ? empty : sql`where strpos(lower(${column}), lower(${search})) > 0`;
  const parts = usageParts(
    { reading, cut: { kind: 'whole' }, filters, groupBy: [request.dimension], sums: ['calls'] },
    allowed,
  );
  const { rows } = await db.query<{ value: string | null; calls: string }>(sql`
    select ${column} as value, sum(calls)::text as calls
    from (${parts}) as parts ${found}
    group by ${column} having sum(calls) > 0
    order by sum(calls) desc, ${column} nulls last
    limit ${request.limit}`);
  return rows.map(({ value, calls }) => ({ value, calls: Number(calls) }));
}
