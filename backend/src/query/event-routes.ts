import { z } from 'zod';
import type { Allowed, allowedOrganisations } from '../access/allowed.js';
import type { Db } from '../db/db.js';
import { Problem } from '../http/problem.js';
import { route, type Route } from '../http/route.js';
import { COST_STATUSES, EVENT_KINDS, PENDING_REASONS, realmOf, UNBILLED_REASONS } from '../ledger/event.js';
import type { PriceBook } from '../pricing/price-book.js';
import { countParameter, instantSchema, isoTime, repeatable, textSchema } from './common-schema.js';
import { cursorSchema, encodeCursor } from './event-cursor.js';
import { EVENT_FILTERS, findEvents, listEvents, type EventFilter, type EventRow } from './event-store.js';
import { eventSchema, eventView } from './event-view.js';
import { costExplanationSchema, explainStoredCost } from './explain-cost.js';

export interface EventRouteDeps {
  readonly db: Db;
  /** The prices in force now: asked for each request, as it is replaced when prices change. */
  readonly priceBook: () => PriceBook;
  readonly allowed: typeof allowedOrganisations;
  /** Unix ms. */
  readonly now: () => number;
}

const names = repeatable(textSchema).optional();

const listQuerySchema = z
  .strictObject({
    org_id: names,
    from: instantSchema.optional(),
    to: instantSchema.optional(),
    trace_id: names,
    status: repeatable(z.enum(COST_STATUSES)).optional(),
    reason: repeatable(z.enum([...PENDING_REASONS, ...UNBILLED_REASONS])).optional(),
    kind: repeatable(z.enum([...EVENT_KINDS, 'all'])).default(['call', 'repeat']),
    model: names,
    provider: names,
    assistant_id: names,
    query_type: names,
    conversation_id: names,
    environment: names,
    limit: countParameter(100, 1000),
    cursor: cursorSchema.optional(),
  })
  .refine(({ from, to }) => from === undefined || to === undefined || from < to, {
    path: ['to'],
    message: 'Must be later than "from".',
  });

const LIST_HELP = `Newest first. Every filter may be repeated (\`model=a&model=b\` means either); different filters must all hold.
\`from\` and \`to\` are a half-open range of start times; without them the list has no bounds and its pages lead back to the oldest event stored.
Without \`kind\` calls and repeats are listed; \`kind=all\` adds the steps. \`limit\` is 100 unless told, at most 1,000.
\`next_cursor\` of an answer, passed as \`cursor\` with the same filters, gives the next page; null means there is none.`;

const keySchema = z.strictObject({ trace_id: textSchema, span_id: textSchema });

const chooseSchema = z.strictObject({ realm: textSchema.optional(), started_at: instantSchema.optional() });

/** `GET /api/v1/events` and the explanation of one event's cost. */
export function createEventRoutes({ db, priceBook, allowed, now }: EventRouteDeps): Route[] {
  const list = route({
    method: 'get',
    path: '/api/v1/events',
    summary: 'List events',
    description: LIST_HELP,
    tag: 'Read',
    scope: 'read',
    query: listQuerySchema,
    responses: {
      200: {
        description: 'A page of events.',
        schema: z
          .object({ events: z.array(eventSchema), next_cursor: z.string().nullable() })
          .meta({ id: 'EventList' }),
      },
    },
    async handle({ caller, query }) {
      const { limit, cursor, from, to, ...given } = query;
      const { kind, ...others } = given;
      const filters: Partial<Record<EventFilter, string[]>> = {};
      for (const name of EVENT_FILTERS) {
        const values = name === 'kind' ? (kind.includes('all') ? undefined : kind) : others[name];
        if (values) filters[name] = values;
      }
      const rows = await listEvents(
        db,
        { filters, from: from ?? null, to: to ?? null, after: cursor ?? null, limit: limit + 1 },
        allowed(caller, query.org_id),
        now(),
      );
      const page = rows.slice(0, limit);
      const last = rows.length > limit ? page.at(-1) : undefined;
      return { body: { events: page.map(eventView), next_cursor: last ? cursorOf(last) : null } };
    },
  });

  const explain = route({
    method: 'get',
    path: '/api/v1/events/:trace_id/:span_id/cost',
    summary: 'Explain the cost of one event',
    description:
      'Meter × quantity × unit price, with the price versions the stored cost was computed with. ' +
      "A bound key's own realm comes first. Several events with these ids: 409 lists them, `realm` and `started_at` choose.",
    tag: 'Read',
    scope: 'read',
    params: keySchema,
    query: chooseSchema,
    responses: {
      200: { description: 'The explanation.', schema: costExplanationSchema },
      404: { description: 'No such event, or not yours to see.' },
      409: { description: 'Several events have these ids; `errors` lists realm and started_at of each.' },
    },
    async handle({ caller, params, query }) {
      const ids = { traceId: params.trace_id, spanId: params.span_id };
      const visible = allowed(caller);
      const rows = await findEvents(db, ids, visible);
      return { body: explainStoredCost(chosen(visible, rows, query), priceBook()) };
    },
  });

  return [list, explain];
}

const cursorOf = (row: EventRow): string =>
  encodeCursor({
    startedAt: row.started_at.getTime(),
    traceId: row.trace_id,
    spanId: row.span_id,
    realm: row.realm,
  });

/** The one event meant. An organisation's own events are never hidden behind others that carry the same ids. */
function chosen(
  { organisations }: Allowed,
  rows: readonly EventRow[],
  choice: z.output<typeof chooseSchema>,
): EventRow {
  const realms = organisations?.map(realmOf) ?? [];
  const own = rows.filter(({ realm }) => realms.includes(realm));
  const candidates = choice.realm === undefined && own.length > 0 ? own : rows;
  const matching = candidates.filter(
    (row) =>
      (choice.realm === undefined || row.realm === choice.realm) &&
      (choice.started_at === undefined || row.started_at.getTime() === choice.started_at),
  );
  const [first, ...more] = matching;
  if (!first) {
    throw new Problem(404, 'no_such_event', 'There is no event with these ids, or this key may not see it.');
  }
  if (more.length === 0) return first;
  throw new Problem(
    409,
    'several_events',
    `${matching.length} events have these ids. Choose one with ?realm= and ?started_at= (see errors).`,
    {
      errors: matching.map((row, index) => ({
        index,
        field: 'realm, started_at',
        message: `realm=${row.realm}&started_at=${isoTime(row.started_at.getTime())}`,
      })),
    },
  );
}
