import { z } from 'zod';
import type { AcceptedEvents } from './accept-events.js';
import type { Ingest } from './ingest.js';
import { JsonEvent, MAX_EVENTS } from './json-event-schema.js';
import type { LedgerRow } from '../event-store/ledger-row.js';
import { Problem } from '../http/problem.js';
import { route, type Route } from '../http/route.js';
import { formatMoney } from '../ledger/money.js';

const ItemError = z
  .object({ index: z.int(), field: z.string(), message: z.string() })
  .meta({ id: 'ItemError' });

/** What became of an event. */
export const StoredEvent = z
  .object({
    index: z.int().describe('Position in the request.'),
    trace_id: z.string(),
    span_id: z.string(),
    kind: z.enum(['call', 'repeat', 'step']),
    cost_status: z.enum(['priced', 'pending', 'unbilled']).nullable(),
    cost_reason: z.string().nullable(),
    cost_quality: z.string().nullable(),
    cost_usd: z.string().nullable().describe('Decimal USD; null while it is not known.'),
  })
  .meta({ id: 'StoredEvent' });

const EventsResult = z
  .object({
    accepted: z.int(),
    events: z.array(StoredEvent),
    errors: z.array(ItemError).describe('Items that were not taken; they are in the quarantine.'),
    warnings: z.array(ItemError).describe('Fields that were not understood and not stored; the first 1,000.'),
  })
  .meta({ id: 'EventsResult' });

/** One event, an array of events, or `{"events": […]}`. Items are validated one by one, so that good ones are kept. */
const EventsBody = z.union([z.array(z.unknown()), z.looseObject({})]).meta({
  id: 'EventsRequest',
  description: `One EventInput, an array of them, or {"events": […]}; at most ${MAX_EVENTS}.`,
});

const EventsDocument = z.union([JsonEvent, z.array(JsonEvent), z.object({ events: z.array(JsonEvent) })]);

const MAX_BODY_BYTES = 8 * 1024 * 1024;

/** `POST /v1/events`: model calls as plain JSON, for senders without OpenTelemetry. */
export function createEventRoutes(ingest: Ingest): Route[] {
  return [
    route({
      method: 'post',
      path: '/v1/events',
      tag: 'Ingest',
      scope: 'ingest',
      summary: 'Receive model calls (JSON)',
      description:
        'One event, an array, or {"events": […]} of `EventInput`. Answered after the events are committed; a retry of ' +
        'the same request changes nothing. Wrong items are named with index, field and message; the others are kept.',
      body: EventsBody,
      documentedBody: EventsDocument,
      maxBodyBytes: MAX_BODY_BYTES,
      responses: {
        200: {
          description: 'Committed; `errors` names the items that were not taken.',
          schema: EventsResult,
        },
        400: { description: 'No item could be taken, or the body is no JSON.', schema: EventsResult },
        429: { description: 'Too much is waiting: send it again after Retry-After seconds.' },
        503: { description: 'The database is away: send it again after Retry-After seconds.' },
      },
      handle: async ({ body, caller }) => {
        const accepted = await ingest.events(itemsOf(body), caller);
        return { status: accepted.rows.length ? 200 : 400, body: resultOf(accepted) };
      },
    }),
  ];
}

function itemsOf(body: unknown[] | Record<string, unknown>): readonly unknown[] {
  const items: unknown[] = Array.isArray(body)
    ? body
    : Array.isArray(body['events'])
      ? (body['events'] as unknown[])
      : [body];
  if (items.length === 0)
    throw new Problem(400, 'no_events', 'the request holds no event; send one object or an array');
  if (items.length > MAX_EVENTS) {
    throw new Problem(
      413,
      'too_many_events',
      `the request holds ${items.length} events; send at most ${MAX_EVENTS}`,
    );
  }
  return items;
}

const resultOf = ({ rows, errors, warnings }: AcceptedEvents): z.output<typeof EventsResult> => ({
  accepted: rows.length,
  events: rows.map(({ index, row }) => storedEvent(index, row)),
  errors,
  warnings,
});

export const storedEvent = (
  index: number,
  { event, settlement, cost }: LedgerRow,
): z.output<typeof StoredEvent> => ({
  index,
  trace_id: event.traceId,
  span_id: event.spanId,
  kind: settlement.kind,
  cost_status: cost.status,
  cost_reason: cost.reason,
  cost_quality: cost.quality,
  cost_usd: cost.costUsd === null ? null : formatMoney(cost.costUsd),
});
