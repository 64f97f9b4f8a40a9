import { z } from 'zod';
import type { Db } from '../db/db.js';
import type { EventStore } from '../event-store/event-store.js';
import { dayOf, type StoredRow } from '../event-store/ledger-row.js';
import { keyHash, knownHashes } from '../event-store/store.js';
import type { Caller } from '../http/caller.js';
import { Problem } from '../http/problem.js';
import { route, type Route } from '../http/route.js';
import type { PriceBook } from '../pricing/price-book.js';
import { correctedRow } from './correct-usage.js';
import { findStored } from './correct-usage-store.js';
import { StoredEvent, storedEvent } from './event-routes.js';
import { JsonUsage } from './json-event-schema.js';
import { toldUsage } from './told-usage.js';

export interface CorrectUsageDeps {
  readonly db: Pick<Db, 'query'>;
  readonly events: Pick<EventStore, 'changeDay'>;
  readonly priceBook: () => PriceBook;
}

const text = z
  .string()
  .min(1)
  .max(1_024)
  .refine((value) => !value.includes('\0'), 'must not contain a NUL character');
const Choice = z.strictObject({
  realm: text.optional(),
  started_at: z.iso
    .datetime({ offset: true, error: 'must be a time like 2026-11-22T10:15:00.000Z' })
    .transform((value) => Date.parse(value))
    .optional(),
});
type Choice = z.output<typeof Choice>;
const Corrected = StoredEvent.omit({ index: true }).meta({ id: 'CorrectedEvent' });

/** Two senders correct one call at once: whoever comes second looks again. */
const ATTEMPTS = 5;

/** `PUT /api/v1/events/{trace_id}/{span_id}/usage`: a sender corrects what it told of one call. */
export function createCorrectUsageRoutes({ db, events, priceBook }: CorrectUsageDeps): Route[] {
  const correct = async (caller: Caller, ids: Ids, choice: Choice, told: ReturnType<typeof toldUsage>) => {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const before = await chosen(db, caller, ids, choice);
      const after = correctedRow(before, told, priceBook());
      if (!after) return before;
      const by = { author: caller.name, note: null };
      const { changed } = await events.changeDay([{ before, after }], {
        ...{ reason: 'usage_corrected', part: 'usage', touch: true, by },
      });
      if (changed === 1) return after;
    }
    throw new Problem(409, 'changed_meanwhile', 'Somebody else is changing this call: send it again.');
  };

  return [
    route({
      method: 'put',
      path: '/api/v1/events/:trace_id/:span_id/usage',
      tag: 'Ingest',
      scope: 'ingest',
      summary: 'Correct the usage of one call',
      description:
        'Replaces what is stored of the usage of a call, prices it again at the time it ended, and posts the difference ' +
        'to the ledger when its day is closed. It must tell every count that is stored (0 = there was none); sending it ' +
        "again changes nothing. A bound key corrects its own realm's calls. Several events with these ids: 409 lists " +
        'them, `realm` and `started_at` choose.',
      params: z.strictObject({ trace_id: text, span_id: text }),
      query: Choice,
      body: JsonUsage,
      responses: {
        200: { description: 'The call as it is now.', schema: Corrected },
        404: { description: 'No such event is stored (any more), or it is not of this realm.' },
        409: { description: 'It is no call, or more is stored than told, or several events have these ids.' },
        410: { description: 'The call is counted for ever in a retired day; its raw event is gone.' },
        422: { description: 'The usage tells nothing or contradicts itself.' },
      },
      handle: async ({ caller, params, query, body }) => {
        const ids = { traceId: params.trace_id.toLowerCase(), spanId: params.span_id.toLowerCase() };
        const row = await correct(caller, ids, query, toldUsage(body));
        return { body: Corrected.parse(storedEvent(0, row)) };
      },
    }),
  ];
}

interface Ids {
  readonly traceId: string;
  readonly spanId: string;
}

/** The one event meant. @throws Problem when there is none, or more than one */
async function chosen(db: Pick<Db, 'query'>, caller: Caller, ids: Ids, choice: Choice): Promise<StoredRow> {
  // What another realm has is not even told apart from what nobody has.
  const realm = caller.orgId === null ? (choice.realm ?? null) : caller.realm;
  if (choice.realm !== undefined && choice.realm !== (realm ?? choice.realm)) throw notFound(ids);
  const found = (await findStored(db, ids, realm)).filter(
    ({ event }) => choice.started_at === undefined || event.startedAt === choice.started_at,
  );
  const [first, ...more] = found;
  if (!first) {
    const startedAt = choice.started_at;
    if (startedAt !== undefined && (await isRetired(db, { ...ids, realm: realm ?? 'team', startedAt }))) {
      throw new Problem(
        410,
        'retired',
        'This call is counted in a retired day and its raw event is gone: its usage cannot be changed any more.',
      );
    }
    throw notFound(ids);
  }
  if (more.length === 0) return first;
  throw new Problem(
    409,
    'several_events',
    `${found.length} events have these ids. Choose one with ?realm= and ?started_at= (see errors).`,
    {
      errors: found.map(({ event }, index) => ({
        index,
        field: 'realm, started_at',
        message: `realm=${event.realm}&started_at=${new Date(event.startedAt).toISOString()}`,
      })),
    },
  );
}

const notFound = ({ traceId, spanId }: Ids): Problem =>
  new Problem(
    404,
    'no_such_event',
    `No event with trace ${traceId} and span ${spanId} is stored for this key. Its raw event may be gone after RAW_RETENTION: with ?started_at= the answer can tell.`,
  );

async function isRetired(
  db: Pick<Db, 'query'>,
  key: Ids & { realm: string; startedAt: number },
): Promise<boolean> {
  const hash = keyHash(key);
  return (await knownHashes(db, dayOf(key.startedAt), [hash])).has(hash);
}
