import { z } from 'zod';
import type { allowedOrganisations } from '../access/allowed.js';
import type { Db } from '../db/db.js';
import { route, type Route } from '../http/route.js';
import { moneySchema, orNull, timeSchema } from './common-schema.js';
import { DIMENSIONS } from './dimension.js';
import { organisationsAsked } from './filter.js';
import { factsOf, MEASURES, MEASURE_NAMES } from './measure.js';
import { planUsage } from './plan.js';
import { DEFAULT_ROWS, MAX_ROWS, measureHelp, usageRequestSchema } from './usage-request.js';
import { readUsage } from './usage-store.js';
import { cutView, measuresView, rowView } from './usage-view.js';
import { withWatermarks } from './watermark-store.js';

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

export const usageAnswerSchema = z
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
      from: timeSchema.meta({ description: 'The time told: the one asked for, unless `edges` is `kept`.' }),
      to: timeSchema,
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

export interface UsageRouteDeps {
  readonly db: Db;
  readonly allowed: typeof allowedOrganisations;
  /** Resolves once the aggregates of calls, or those of their latency, show every event committed before the call. */
  readonly fresh: (part?: 'calls' | 'latency') => Promise<void>;
}

/** `POST /api/v1/query`. */
export function createUsageRoutes({ db, allowed, fresh }: UsageRouteDeps): Route[] {
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
      const visible = allowed(caller, organisationsAsked(body.filters));
      await fresh('calls');
      if (body.measures.some((measure) => factsOf(measure).percentile)) await fresh('latency');
      return withWatermarks(db, async (marks) => {
        const plan = planUsage(body, marks);
        const { groups, total, rows, count } = await readUsage(db, plan, visible);
        const meta = { groups: count, truncated: rows > groups.length, ...cutView(plan, body.as_of) };
        return { body: { rows: groups.map(rowView), totals: measuresView(total), meta } };
      });
    },
  });

  return [query];
}
