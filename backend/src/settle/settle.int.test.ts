import fc from 'fast-check';
import { deliver, outcomeOf, storedOutcome } from '../../../test/support/deliver.js';
import { openTestDb } from '../../../test/support/database.js';
import { testBook } from '../../../test/support/prices.js';
import { captureNames, readCapture } from '../../../test/support/read-capture.js';
import { capturePrices, settleCapture } from '../../../test/support/settle-capture.js';
import { owned, tokens, usageEvent } from '../../../test/support/usage-events.js';
import type { Db } from '../db/db.js';
import { createEventStore, type EventStore } from '../event-store/event-store.js';
import { settleAndPrice } from '../event-store/settle-and-price.js';
import type { UsageEvent } from '../ledger/event.js';
import type { PriceBook } from '../pricing/price-book.js';
import { createSettle, type SettleDeps } from './settle.js';

let db: Db;
let book: PriceBook;
let store: EventStore;
beforeAll(async () => {
  db = await openTestDb();
  book = testBook();
  store = createEventStore({ db, priceBook: () => book, onWritten: () => {} });
});
afterAll(() => db.close());

const settle = (batchRows?: number, events: SettleDeps['events'] = store) =>
  createSettle({
    db,
    events,
    loadBook: () => Promise.resolve(book),
    ...(batchRows ? { batchRows } : {}),
  }).run({
    signal: new AbortController().signal,
    forced: false,
  });

/** Realms never mix, so every case has its own instead of an empty database. */
let realms = 0;
const inRealm = (events: readonly UsageEvent[], realm: string): UsageEvent[] =>
  events.map((event) => ({ ...event, realm: `${realm}${event.realm}` }));

/** How events come: the request of each, in the order of the requests, and before which of them settle runs. */
interface Arrival {
  readonly order: readonly number[];
  readonly requests: number;
  readonly settledBefore: readonly boolean[];
}
const arrivalOf = (count: number, most: number): fc.Arbitrary<Arrival> =>
  fc.integer({ min: 1, max: most }).chain((requests) =>
    fc.record({
      order: fc.array(fc.nat(requests - 1), { minLength: count, maxLength: count }),
      requests: fc.constant(requests),
      settledBefore: fc.array(fc.boolean(), { minLength: requests, maxLength: requests }),
    }),
  );

/** A store in which of the first changes all but every third row were changed by others since they were read. */
function losingStore(): SettleDeps['events'] {
  let left = 3;
  return {
    changeDay: async (changes, options) => {
      if (left === 0) return store.changeDay(changes, options);
      left -= 1;
      const [kept, lost] = [0, 1].map((part) =>
        changes.filter((_, index) => Number(index % 3 !== 0) === part),
      );
      const { changed, stale } = await store.changeDay(kept ?? [], options);
      return { changed, stale: [...stale, ...(lost ?? [])] };
    },
  };
}

/** Delivers events in parts, settles, and compares with what one request of them all would have decided. */
async function comesToTheSame(
  events: readonly UsageEvent[],
  arrival: Arrival,
  last: SettleDeps['events'] = store,
): Promise<void> {
  realms += 1;
  const all = inRealm(events, `r${realms}-`);
  for (let request = 0; request < arrival.requests; request += 1) {
    if (arrival.settledBefore[request]) await settle(7);
    await deliver(
      store,
      all.filter((_, index) => arrival.order[index] === request),
      book,
    );
  }
  await settle(undefined, last);
  const found = await storedOutcome(db, [...new Set(all.map(({ realm }) => realm))]);
  expect(found).toEqual(outcomeOf(settleAndPrice(all, book)));
}

const START = Date.UTC(2026, 9, 2) - 400;
const generated: fc.Arbitrary<UsageEvent[]> = fc
  .array(
    fc.record({
      realm: fc.constantFrom('team', 'team', 'team', 'org:x'),
      traceId: fc.constantFrom('t1', 't2', 't3', 't4'),
      parentSpanId: fc.option(fc.nat(7).map((n) => `s${n}`)),
      startedAt: fc.integer({ min: 0, max: 40 }).map((n) => START + n * 20),
      durationUs: fc.constantFrom(0, 1_000, 50_000, 100_000, 400_000, 90_000_000),
      scopeName: fc.constantFrom('scope-a', 'scope-b', 'scope-c'),
      serviceName: fc.constantFrom('app', 'app', 'other'),
      spanClass: fc.constantFrom('call' as const, 'call' as const, 'wrapper' as const, 'step' as const),
      requestModel: fc.constantFrom('gpt-4o', 'gpt-4o', 'gpt-4o', null),
      responseId: fc.constantFrom(null, null, 'r1', 'r2'),
      usage: fc.constantFrom(tokens(1000, 50), tokens(1000, 50), tokens(1000, 60), tokens(10, 1), null),
      usageQuality: fc.constantFrom('exact' as const, 'exact' as const, 'upper_bound' as const),
      failed: fc.constantFrom(false, false, false, true),
      detail: fc.constantFrom(1, 2, 3),
      own: fc
        .record({
          orgId: fc.constantFrom(null, null, 'acme', 'globex'),
          queryType: fc.constantFrom(null, 'chat'),
        })
        .map(owned),
    }),
    { minLength: 1, maxLength: 14 },
  )
  .map((list) =>
    list.map((event, index) => ({
      ...usageEvent({ ...event, spanId: `s${index}` }),
      usageProblem: event.usage === null && !event.failed ? ('no_usage' as const) : null,
    })),
  );

describe('in whatever order and parts events come', () => {
  it('ends as if they had come in one request', async () => {
    await fc.assert(
      fc.asyncProperty(
        generated.chain((events) => fc.tuple(fc.constant(events), arrivalOf(events.length, 6))),
        ([events, arrival]) => comesToTheSame(events, arrival),
      ),
      { numRuns: Number(process.env.SETTLE_RUNS ?? 60) },
    );
  }, 600_000);

  it('also when others change the rows that settle has read', async () => {
    await fc.assert(
      fc.asyncProperty(
        generated.chain((events) => fc.tuple(fc.constant(events), arrivalOf(events.length, 6))),
        ([events, arrival]) => comesToTheSame(events, arrival, losingStore()),
      ),
      { numRuns: 40 },
    );
  }, 600_000);

  it.each(
    ['', 'python/', 'own/'].flatMap((folder) => captureNames(folder).map((name) => `${folder}${name}`)),
  )(
    'the capture %s, span by span and in parts',
    async (name) => {
      const prices = await capturePrices();
      const events = settleCapture(readCapture(`${name}.otlp.json`), prices).map(({ event }) => event);
      book = prices;
      try {
        await comesToTheSame(events, {
          order: events.map((_, index) => events.length - 1 - index),
          requests: events.length,
          settledBefore: events.map((_, index) => index % 10 === 3),
        });
        await fc.assert(
          fc.asyncProperty(arrivalOf(events.length, 5), (arrival) => comesToTheSame(events, arrival)),
          { numRuns: 2 },
        );
      } finally {
        book = testBook();
      }
    },
    120_000,
  );
});
