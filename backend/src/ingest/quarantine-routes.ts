import { z } from 'zod';
import { allowedOrganisations } from '../access/allowed.js';
import { QUARANTINE_REASONS } from './quarantine-item.js';
import {
  deleteQuarantined,
  listQuarantined,
  type QuarantineFilter,
  type StoredQuarantineItem,
} from './quarantine-store.js';
import { replayQuarantined, type ReplayDeps } from './replay.js';
import { Problem } from '../http/problem.js';
import { route, type Route } from '../http/route.js';

const Id = z.string().regex(/^\d{1,18}$/, 'must be the id of a quarantined item');
const Reason = z.enum(QUARANTINE_REASONS);
const Choice = z
  .strictObject({
    ids: z.array(Id).min(1).max(1_000).optional(),
    reason: Reason.optional(),
    all: z.literal(true).optional(),
  })
  .meta({ id: 'QuarantineChoice', description: 'Which items: by id, by reason, or all.' });

const Item = z
  .object({
    id: Id,
    first_seen_at: z.string(),
    last_seen_at: z.string(),
    times_seen: z.int(),
    realm: z.string(),
    source: z.enum(['otlp', 'json', 'body']),
    reason: z.string(),
    message: z.string(),
    replayable: z.boolean(),
    item: z.record(z.string(), z.unknown()).nullable(),
    content_type: z.string().nullable(),
    body_bytes: z.int().nullable(),
    fingerprint: z.string(),
  })
  .meta({ id: 'QuarantinedItem' });
const Page = z.object({ items: z.array(Item), next_cursor: Id.nullable() }).meta({ id: 'QuarantinePage' });
const Outcome = z
  .object({ id: Id, replayed: z.boolean(), message: z.string() })
  .meta({ id: 'ReplayOutcome' });

/** Items that could not be understood: look at them, try them again, or drop them. */
export function createQuarantineRoutes(deps: ReplayDeps): Route[] {
  return [
    route({
      method: 'get',
      path: '/api/v1/quarantine',
      tag: 'Quarantine',
      scope: 'read',
      summary: 'List quarantined items',
      query: z.object({
        reason: Reason.optional(),
        limit: z.coerce.number().int().min(1).max(1_000).default(100),
        cursor: Id.optional(),
      }),
      responses: { 200: { description: 'Oldest first.', schema: Page } },
      handle: async ({ query, caller }) => {
        const filter = { reason: query.reason, after: query.cursor };
        const rows = await listQuarantined(deps.db, filter, query.limit, allowedOrganisations(caller));
        const next = rows.length === query.limit ? (rows.at(-1)?.id ?? null) : null;
        return { body: { items: rows.map(itemOf), next_cursor: next } };
      },
    }),
    route({
      method: 'post',
      path: '/api/v1/quarantine/replay',
      tag: 'Quarantine',
      scope: 'admin',
      summary: 'Try quarantined items again',
      description:
        'An item whose reason has gone becomes an event; one that cannot be rebuilt says so and stays.',
      body: Choice,
      responses: {
        200: { description: 'What became of each.', schema: z.object({ outcomes: z.array(Outcome) }) },
      },
      handle: async ({ body, caller }) => ({
        body: { outcomes: await replayQuarantined(deps, chosen(body), allowedOrganisations(caller)) },
      }),
    }),
    route({
      method: 'post',
      path: '/api/v1/quarantine/drop',
      tag: 'Quarantine',
      scope: 'admin',
      summary: 'Drop quarantined items for ever',
      body: Choice,
      responses: { 200: { description: 'How many there were.', schema: z.object({ dropped: z.int() }) } },
      handle: async ({ body, caller }) => ({
        body: { dropped: await deleteQuarantined(deps.db, chosen(body), allowedOrganisations(caller)) },
      }),
    }),
  ];
}

function chosen(choice: z.output<typeof Choice>): QuarantineFilter {
  if (!choice.ids && !choice.reason && !choice.all) {
    throw new Problem(
      400,
      'nothing_chosen',
      'name the items: {"ids": ["1"]}, {"reason": "too_old"} or {"all": true}',
    );
  }
  return { ids: choice.ids, reason: choice.reason };
}

const itemOf = (row: StoredQuarantineItem): z.output<typeof Item> => ({
  id: row.id,
  first_seen_at: row.first_seen_at.toISOString(),
  last_seen_at: row.last_seen_at.toISOString(),
  times_seen: row.times_seen,
  realm: row.realm,
  source: row.source,
  reason: row.reason,
  message: row.message,
  replayable: row.replayable,
  item: row.item,
  content_type: row.content_type,
  body_bytes: row.body_bytes === null ? null : Number(row.body_bytes),
  fingerprint: row.fingerprint,
});
