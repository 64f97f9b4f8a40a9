import { z } from 'zod';
import type { Allowed, allowedOrganisations } from '../access/allowed.js';
import type { Db } from '../db/db.js';
import { route, type Route } from '../http/route.js';
import { countParameter, instantSchema, repeatable, textSchema } from './common-schema.js';
import { readDimensionValues } from './dimension-store.js';
import { DIMENSIONS, type Dimension } from './dimension.js';
import { filterSchema, organisationsAsked, type Filter } from './filter.js';
import { planReadings } from './reading-plan.js';
import { DAY, QUARTER, type TimeRange } from './time-ranges.js';
import { withWatermarks, type Watermarks } from './watermark-store.js';

const DEFAULT_RANGE_MS = 30 * 86_400_000;
const listed = repeatable(textSchema).optional();

const valuesQuerySchema = z.strictObject({
  q: textSchema.optional(),
  from: instantSchema.optional(),
  to: instantSchema.optional(),
  org_id: listed,
  assistant_id: listed,
  query_type: listed,
  provider: listed,
  model: listed,
  environment: listed,
  limit: countParameter(100, 1000),
});

const valuesBodySchema = z
  .strictObject({
    q: textSchema.optional(),
    from: instantSchema.optional(),
    to: instantSchema.optional(),
    filters: z.array(filterSchema).max(50).default([]),
    limit: z.int().min(1).max(1000).default(100),
  })
  .meta({ id: 'DimensionValuesQuery' });

export const dimensionValuesSchema = z
  .object({
    values: z.array(z.object({ value: z.string().nullable(), calls: z.number() })),
    truncated: z.boolean(),
  })
  .meta({ id: 'DimensionValues' });

const VALUES_HELP =
  'For pickers: values with calls in `[from, to)` (the last 30 days unless told), those with most calls first; null is a value. ' +
  '`q` is a part of the value, upper and lower case alike; %s narrows the list. ' +
  'Times are widened to quarters of an hour, and to UTC days where only those are kept.';

export interface DimensionRouteDeps {
  readonly db: Db;
  readonly allowed: typeof allowedOrganisations;
  /** Resolves once the aggregate shows every event committed before the call. */
  readonly fresh: () => Promise<void>;
  /** Unix ms. */
  readonly now: () => number;
}

interface Wanted {
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly q?: string | undefined;
  readonly filters: readonly Filter[];
  readonly limit: number;
}

/** The values of a dimension, asked for by parameters or with filters of every kind. */
export function createDimensionRoutes({ db, allowed, fresh, now }: DimensionRouteDeps): Route[] {
  async function read(dimension: Dimension, wanted: Wanted, visible: Allowed) {
    const { filters, limit } = wanted;
    const to = wanted.to ?? now();
    const from = wanted.from ?? to - DEFAULT_RANGE_MS;
    await fresh();
    const found = await withWatermarks(db, (marks) => {
      const time = { ...widened({ from, to }, marks), as_of: 'known' as const };
      const reading = planReadings({ ...time, group_by: [dimension], filters }, { kind: 'whole' }, marks);
      const request = { dimension, reading, filters, search: wanted.q ?? null, limit: limit + 1 };
      return readDimensionValues(db, request, visible);
    });
    const body: z.input<typeof dimensionValuesSchema> = {
      values: found.slice(0, limit),
      truncated: found.length > limit,
    };
    return { body };
  }

  const described = {
    path: '/api/v1/dimensions/:dimension/values',
    tag: 'Read',
    scope: 'read',
    params: z.strictObject({ dimension: z.enum(DIMENSIONS) }),
    responses: { 200: { description: 'The values.', schema: dimensionValuesSchema } },
  } as const;
  const list = route({
    ...described,
    method: 'get',
    summary: 'List the values of a dimension',
    description: VALUES_HELP.replace('%s', 'a dimension as parameter (repeated: either)'),
    query: valuesQuerySchema,
    handle({ caller, params, query }) {
      const filters = DIMENSIONS.flatMap((dimension): Filter[] => {
        const values = query[dimension];
        return values ? [{ dimension, operator: 'in', values }] : [];
      });
      return read(params.dimension, { ...query, filters }, allowed(caller, query.org_id));
    },
  });
  const search = route({
    ...described,
    method: 'post',
    summary: 'List the values of a dimension among filtered calls',
    description: VALUES_HELP.replace('%s', 'every filter'),
    body: valuesBodySchema,
    handle: ({ caller, params, body }) =>
      read(params.dimension, body, allowed(caller, organisationsAsked(body.filters))),
  });
  return [list, search];
}

/** For a list of names more is no harm: what is kept longest, and read fastest. */
function widened({ from, to }: TimeRange, { aggregateFloor }: Watermarks): TimeRange {
  const unit = (at: number): number => (at < aggregateFloor ? DAY : QUARTER);
  return {
    from: Math.floor(from / unit(from)) * unit(from),
    to: Math.ceil(to / unit(to)) * unit(to),
  };
}
