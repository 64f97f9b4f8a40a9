import { z } from 'zod';
import type { allowedOrganisations } from '../access/allowed.js';
import type { Db } from '../db/db.js';
import { route, type Route } from '../http/route.js';
import {
  countParameter,
  instantSchema,
  isoTime,
  moneySchema,
  orNull,
  repeatable,
  textSchema,
  timeSchema,
} from './common-schema.js';
import { readDimensionValues } from './dimension-store.js';
import { DIMENSIONS } from './dimension.js';
import type { Filter } from './filter.js';
import { MEASURES, MEASURE_NAMES, type Measure } from './measure.js';
import { planUsage, type UsagePlan } from './plan.js';
import { planReadings } from './reading-plan.js';
import { DEFAULT_ROWS, MAX_ROWS, measureHelp, usageRequestSchema } from './usage-request.js';
import { DAY, QUARTER, type TimeRange } from './time-ranges.js';
import { readUsage, type UsageGroup } from './usage-store.js';
import { withWatermarks, type Watermarks } from './watermark-store.js';

const measureSchemas = Object.fromEntries(
  MEASURE_NAMES.map((name) => [
    name,
    (MEASURES[name].unit === 'usd' ? orNull(moneySchema) : z.number().nullable()).optional(),
  ]),
);
const dimensionSchemas = Object.fromEntries(
  DIMENSIONS.map((name) => [name, z.string().nullable().optional()]),
);

const rangesSchema = z.array(z.object({ from: timeSchema, to: timeSchema }));

const usageAnswerSchema = z
  .object({
    rows: z.array(
      z
        .object({
          time: timeSchema.optional(),
          ...dimensionSchemas,
          ...measureSchemas,
          other: z.boolean().optional().meta({
            description: 'Only with `top`: true for the sum of the groups that are not among the top.',
          }),
        })
        .meta({ id: 'UsageRow' }),
    ),
    totals: z
      .object(measureSchemas)
      .meta({ id: 'UsageTotals', description: 'Over all groups, those beyond the limit too.' }),
    meta: z.object({
      groups: z.int().meta({ description: 'How many groups there are without a limit and a top.' }),
      truncated: z.boolean(),
      cut: z.object({
        as_of: z.enum(['closed', 'known']),
        daily: rangesSchema.meta({ description: 'Read from the ledger of closed UTC days.' }),
        quarters: rangesSchema.meta({ description: 'Read from the aggregates of quarters of an hour.' }),
        raw: rangesSchema.meta({ description: 'Read from raw events.' }),
      }),
      distinct_method: z.enum(['distinct_raw', 'sum_of_daily_distinct']).optional().meta({
        description:
          'Beside costs per conversation or user: counted over the whole time of a row, or added up over its UTC days.',
      }),
    }),
  })
  .meta({ id: 'UsageAnswer' });

const QUERY_HELP = `Sums of usage and cost over \`[from, to)\`, half-open and exact also between quarters of an hour.
Days, weeks (from Monday), months and hours are those of \`time_zone\`; \`time\` is the start of the interval, which may lie before \`from\`.
An hour in which the clock is changed is cut there. Intervals and groups without calls have no row.
Closed days are read from the ledger, with what was learnt since (\`as_of\`: "known", unless told "closed"); \`meta.cut\` says what was
read where. Raw events live for days, quarters of an hour for months, UTC days for ever: what cannot be told exactly any more is a 422
that says what can.
A cost is null, never zero, where nothing is priced, and always comes with \`coverage\` and \`pending_calls\`.
Without \`order_by\`, rows come by time and then by the first measure, the greatest first; null comes last.
\`top\` keeps the groups with the most of a measure over the whole time (equal ones by name; null is a value) and sums up all others
exactly, ratios and percentiles too: rows with every dimension null and \`other\` true, after the top ones unless an order is given.
\`limit\` is ${DEFAULT_ROWS} unless told, at most ${MAX_ROWS}; \`totals\` are over all groups.

Measures:
${measureHelp}`;

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

export interface UsageRouteDeps {
  readonly db: Db;
  readonly allowed: typeof allowedOrganisations;
  /** Resolves once the aggregate shows every event committed before the call. */
  readonly fresh: () => Promise<void>;
  /** Unix ms. */
  readonly now: () => number;
}

/** `POST /api/v1/query` and the values of a dimension for pickers. */
export function createUsageRoutes({ db, allowed, fresh, now }: UsageRouteDeps): Route[] {
  const query = route({
    method: 'post',
    path: '/api/v1/query',
    summary: 'Sum up usage and cost',
    description: QUERY_HELP,
    tag: 'Read',
    scope: 'read',
    body: usageRequestSchema,
    responses: {
      200: { description: 'Rows and totals.', schema: usageAnswerSchema },
      422: {
        description: 'What is kept of this time does not tell it exactly; `detail` says what it tells.',
      },
    },
    async handle({ caller, body }) {
      const visible = allowed(caller, requested(body.filters));
      await fresh();
      return withWatermarks(db, async (marks) => {
        const plan = planUsage(body, marks);
        const { groups, total, rows, count } = await readUsage(db, plan, visible);
        const meta = { groups: count, truncated: rows > groups.length, ...cutView(plan, body.as_of) };
        return { body: { rows: groups.map(rowView), totals: measuresView(total), meta } };
      });
    },
  });

  const values = route({
    method: 'get',
    path: '/api/v1/dimensions/:dimension/values',
    summary: 'List the values of a dimension',
    description:
      'For pickers: values with calls in `[from, to)` (the last 30 days unless told), those with most calls first; null is a value. ' +
      '`q` is a part of the value, upper and lower case alike; a dimension as parameter (repeated: either) narrows the list. ' +
      'Times are widened to quarters of an hour, and to UTC days where only those are kept.',
    tag: 'Read',
    scope: 'read',
    params: z.strictObject({ dimension: z.enum(DIMENSIONS) }),
    query: valuesQuerySchema,
    responses: {
      200: {
        description: 'The values.',
        schema: z
          .object({
            values: z.array(z.object({ value: z.string().nullable(), calls: z.number() })),
            truncated: z.boolean(),
          })
          .meta({ id: 'DimensionValues' }),
      },
    },
    async handle({ caller, params, query: given }) {
      const to = given.to ?? now();
      const from = given.from ?? to - DEFAULT_RANGE_MS;
      const filters = DIMENSIONS.flatMap((dimension): Filter[] => {
        const wanted = given[dimension];
        return wanted ? [{ dimension, operator: 'in', values: wanted }] : [];
      });
      const visible = allowed(caller, given.org_id);
      await fresh();
      const found = await withWatermarks(db, (marks) => {
        const time = { ...widened({ from, to }, marks), as_of: 'known' as const };
        const reading = planReadings(
          { ...time, group_by: [params.dimension], filters },
          { kind: 'whole' },
          marks,
        );
        const { dimension } = params;
        const request = { dimension, reading, filters, search: given.q ?? null, limit: given.limit + 1 };
        return readDimensionValues(db, request, visible);
      });
      return { body: { values: found.slice(0, given.limit), truncated: found.length > given.limit } };
    },
  });

  return [query, values];
}

/** Organisations a query names itself: asking for another's is refused, not answered with nothing. */
function requested(filters: readonly Filter[]): readonly string[] | undefined {
  return filters.find(
    ({ dimension, operator }) => dimension === 'org_id' && (operator === '=' || operator === 'in'),
  )?.values;
}

/** For a list of names more is no harm: what is kept longest, and read fastest. */
function widened({ from, to }: TimeRange, { aggregateFloor }: Watermarks): TimeRange {
  const unit = (at: number): number => (at < aggregateFloor ? DAY : QUARTER);
  return {
    from: Math.floor(from / unit(from)) * unit(from),
    to: Math.ceil(to / unit(to)) * unit(to),
  };
}

function cutView({ reading: { told }, distinct }: UsagePlan, asOf: 'closed' | 'known') {
  const ranges = (list: readonly TimeRange[]) =>
    list.map(({ from, to }) => ({ from: isoTime(from), to: isoTime(to) }));
  return {
    cut: { as_of: asOf, daily: ranges(told.daily), quarters: ranges(told.quarters), raw: ranges(told.raw) },
    ...(distinct && { distinct_method: distinct.method }),
  };
}

function rowView(group: UsageGroup): Record<string, unknown> {
  const time = group.time === null ? {} : { time: isoTime(group.time) };
  const other = group.other === null ? {} : { other: group.other };
  return { ...time, ...group.dimensions, ...measuresView(group), ...other };
}

function measuresView({ measures }: UsageGroup): Record<string, unknown> {
  return Object.fromEntries(
    (Object.entries(measures) as [Measure, string | null][]).map(([name, text]) => [
      name,
      measureValue(name, text),
    ]),
  );
}

/** Money stays text. A count of nothing is 0; everything else unknown is null. */
function measureValue(name: Measure, text: string | null): string | number | null {
  const { unit } = MEASURES[name];
  if (unit === 'usd') return text;
  if (text !== null) return Number(text);
  return unit === 'count' ? 0 : null;
}
