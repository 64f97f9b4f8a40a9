import { z } from 'zod';
import type { allowedOrganisations } from '../access/allowed.js';
import type { Db } from '../db/db.js';
import { route, type Route } from '../http/route.js';
import { instantSchema, moneySchema, numberOf, orNull } from './common-schema.js';
import {
  EVENT_ORDERS,
  readSearchTotals,
  searchEvents,
  type EventSearch,
  type SearchTotals,
} from './event-search-store.js';
import { eventSchema, eventView } from './event-view.js';
import { eventFilterSchema, organisationsAsked, type EventFilter } from './filter.js';
import { withWatermarks } from './watermark-store.js';

const DEFAULT_RANGE_MS = 30 * 86_400_000;

export const eventSearchSchema = z
  .strictObject({
    from: instantSchema.optional(),
    to: instantSchema.optional(),
    filters: z.array(eventFilterSchema).max(50).default([]),
    order_by: z
      .strictObject({ field: z.enum(EVENT_ORDERS), direction: z.enum(['asc', 'desc']).default('desc') })
      .default({ field: 'started_at', direction: 'desc' }),
    limit: z.int().min(1).max(1000).default(100),
  })
  .refine(({ from, to }) => from === undefined || to === undefined || from < to, {
    path: ['to'],
    message: 'Must be later than "from".',
  })
  .meta({ id: 'EventSearch' });

export const eventSearchAnswerSchema = z
  .object({
    events: z.array(eventSchema),
    truncated: z.boolean().meta({ description: 'More events match than are listed.' }),
    totals: z
      .object({
        calls: z.int(),
        priced_calls: z.int(),
        pending_calls: z.int(),
        coverage: z.number().nullable().meta({ description: 'Priced / billable calls.' }),
        cost_usd: orNull(moneySchema),
        total_tokens: z.number().nullable(),
      })
      .meta({ description: 'Over all calls that match, listed or not.' }),
  })
  .meta({ id: 'EventSearchAnswer' });

const HELP = `Single events in \`[from, to)\`, of the last 30 days unless told; every filter must hold.
Raw events live for days: below them only calls that were pending then, and what arrived later, can be found. For sums over any time
ask \`/api/v1/query\`. Without a filter on \`kind\` calls and repeats are found. Newest first unless told; unknown values come last.`;

export interface EventSearchDeps {
  readonly db: Db;
  readonly allowed: typeof allowedOrganisations;
  /** Unix ms. */
  readonly now: () => number;
}

/** `POST /api/v1/events/search`. */
export function createEventSearchRoutes({ db, allowed, now }: EventSearchDeps): Route[] {
  const search = route({
    method: 'post',
    path: '/api/v1/events/search',
    summary: 'Search events',
    description: HELP,
    tag: 'Read',
    scope: 'read',
    body: eventSearchSchema,
    responses: {
      200: {
        description: 'The first events in the order, and sums over all.',
        schema: eventSearchAnswerSchema,
      },
    },
    async handle({ caller, body }) {
      const visible = allowed(caller, organisationsAsked(body.filters));
      const to = body.to ?? null;
      const wanted: Omit<EventSearch, 'rawFloor'> = {
        from: body.from ?? Math.max(0, (to ?? now()) - DEFAULT_RANGE_MS),
        to,
        filters: body.filters.some(({ field }) => field === 'kind')
          ? body.filters
          : [...body.filters, BILLING],
        order: body.order_by,
        limit: body.limit + 1,
      };
      const [rows, totals] = await withWatermarks(db, ({ rawFloor }) =>
        Promise.all([
          searchEvents(db, { ...wanted, rawFloor }, visible, now()),
          readSearchTotals(db, { ...wanted, rawFloor }, visible),
        ]),
      );
      return {
        body: {
          events: rows.slice(0, body.limit).map(eventView),
          truncated: rows.length > body.limit,
          totals: totalsView(totals),
        } satisfies z.input<typeof eventSearchAnswerSchema>,
      };
    },
  });
  return [search];
}

const BILLING: EventFilter = { field: 'kind', operator: 'in', values: ['call', 'repeat'] };

const totalsView = (totals: SearchTotals) => ({
  calls: Number(totals.calls),
  priced_calls: Number(totals.priced_calls),
  pending_calls: Number(totals.pending_calls),
  coverage: numberOf(totals.coverage),
  cost_usd: totals.cost_usd,
  total_tokens: numberOf(totals.total_tokens),
});
