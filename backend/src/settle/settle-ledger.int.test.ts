import sql from 'sql-template-tag';
import { deliver, outcomeOf, storedOutcome } from '../../../test/support/deliver.js';
import { openTestDb, truncateAll } from '../../../test/support/database.js';
import { dyingDb, Killed } from '../../../test/support/dying-db.js';
import { priceVersion, testBook, tokenPrices } from '../../../test/support/prices.js';
import { owned, tokens, usageEvent } from '../../../test/support/usage-events.js';
import type { Db } from '../db/db.js';
import { createEventStore, type EventStore } from '../event-store/event-store.js';
import { settleAndPrice } from '../event-store/settle-and-price.js';
import { storedRow, storedRowsWhere } from '../event-store/stored-row.js';
import type { UsageEvent } from '../ledger/event.js';
import type { PriceBook } from '../pricing/price-book.js';
import { createSettle, type SettleDeps } from './settle.js';

const DAY_MS = 86_400_000;
const DAY = Date.UTC(2026, 9, 1);
const NOON = DAY + DAY_MS / 2;

let db: Db;
let book: PriceBook;
let store: EventStore;
beforeAll(async () => {
  db = await openTestDb();
  store = createEventStore({ db, priceBook: () => book, onWritten: () => {} });
});
afterAll(() => db.close());
beforeEach(async () => {
  book = testBook();
  await truncateAll(db);
});

const settle = (deps: Partial<SettleDeps> = {}, signal = new AbortController().signal) =>
  createSettle({ db, events: store, loadBook: () => Promise.resolve(book), ...deps }).run({
    signal,
    forced: false,
  });
const send = (...events: UsageEvent[]) => deliver(store, events, book);
const outcome = async (): Promise<string[]> => {
  const { rows } = await db.query(storedRowsWhere(sql`true`));
  return rows
    .map((row) => storedRow(row, row['place'] as 'raw'))
    .map(({ event, settlement, cost }) =>
      [
        `${event.spanId}: ${settlement.attribution.orgId ?? '?'} ${settlement.kind}`,
        cost.reason ?? cost.priceVersionIds.join(),
        settlement.repeatOf ? `of ${settlement.repeatOf.spanId}` : '',
      ]
        .join(' ')
        .trim(),
    )
    .sort();
};

const root = usageEvent({
  ...{ spanId: 'root', startedAt: NOON, spanClass: 'step', usage: null, scopeName: 'http' },
  own: owned({ orgId: 'acme' }),
});
const call = usageEvent({ spanId: 'call', parentSpanId: 'root', startedAt: NOON + 10 });
const copy = usageEvent({
  spanId: 'copy',
  traceId: 'b',
  scopeName: 'scope-b',
  startedAt: NOON + 20,
  durationUs: 50_000,
  detail: 1,
});
const agent = usageEvent({ spanId: 'agent', startedAt: NOON, spanClass: 'wrapper', scopeName: 'agents' });

const marks = (rawFloor: number, closedBefore: number) =>
  db.query(sql`update ledger_state set raw_floor = ${new Date(rawFloor)}, written_before = ${new Date(closedBefore)},
                                       closed_before = ${new Date(closedBefore)}`);
/** Cost, calls and repeats' sums by organisation: of the calls stored, or of what was posted. */
const totals = async (table: 'calls' | 'posted') => {
  const from =
    table === 'calls'
      ? sql`(select org_id, 1 as calls, (cost_status = 'priced')::int as priced_calls, cost_usd from usage_events where kind = 'call') c`
      : sql`ledger_adjustments`;
  const { rows } = await db.query<{ org_id: string; calls: number; priced: number; cost: string }>(sql`
    select org_id, sum(calls)::int as calls, sum(priced_calls)::int as priced, sum(cost_usd)::text as cost from ${from} group by org_id order by 1`);
  return rows.map(({ org_id, calls, priced, cost }) => [org_id, calls, priced, Number(cost)]);
};

describe('an organisation learnt late', () => {
  it('is billed by its contract', async () => {
    await send(call);
    expect(await outcome()).toEqual(['call: ? call 1']);
    await send(root);
    expect(await settle()).toMatchObject({ spans: 2, traces: 1, traces_settled: 1, rows_changed: 1 });
    expect(await outcome()).toEqual(['call: acme call 2,1', 'root: acme step']);
  });

  it('posts what it changes in a closed day: ledger = sum over the calls', async () => {
    await send(call, copy);
    await send({ ...call, spanId: 'other', traceId: 'c', own: owned({ orgId: 'globex' }) });
    const before = await totals('calls');
    await marks(DAY - DAY_MS, DAY + DAY_MS);
    await send(root);
    await settle();
    const posted = await totals('posted');
    expect(before).toEqual([
      ['globex', 1, 1, 0.003],
      ['unattributed', 1, 1, 0.003],
    ]);
    expect(posted).toEqual([
      ['acme', 1, 1, 0.0027],
      ['unattributed', -1, -1, -0.003],
    ]);
    expect(await totals('calls')).toEqual([
      ['acme', 1, 1, 0.0027],
      ['globex', 1, 1, 0.003],
    ]);
    const { rows } = await db.query(sql`select distinct reason, below_floor from ledger_adjustments`);
    expect(rows).toEqual([{ reason: 'settled', below_floor: false }]);
  });

  it('reaches the copies in other traces', async () => {
    await send(call);
    await send(copy);
    await send(root);
    await settle();
    expect(await outcome()).toEqual([
      'call: acme call 2,1',
      'copy: acme repeat duplicate of call',
      'root: acme step',
    ]);
  });
});

describe('what settle leaves alone', () => {
  it('the cost of a call that stays the same customer’s, though there is a newer price', async () => {
    await send(call);
    book = testBook(priceVersion({ id: '9', source: 'override', meters: tokenPrices('99', '99') }));
    await send({ ...root, own: owned({ queryType: 'chat' }) });
    expect(await settle()).toMatchObject({ rows_changed: 1 });
    expect(await outcome()).toEqual(['call: ? call 1', 'root: ? step']);
  });

  it('a written-off call as long as it is a call', async () => {
    await send(call, usageEvent({ ...agent, usage: null }));
    await db.query(sql`update usage_events set cost_status = 'unbilled', cost_reason = 'written_off', cost_usd = null,
      cost_quality = null, price_version_ids = null where span_id = 'call'`);
    await send(root);
    await settle();
    expect((await outcome())[1]).toBe('call: acme call written_off');
    await send({ ...copy, detail: 5_000 });
    await settle();
    expect((await outcome())[1]).toBe('call: acme repeat duplicate of copy');
  });

  it('other realms', async () => {
    await send({ ...call, realm: 'org:x' });
    await send(root, copy);
    await settle();
    expect(await outcome()).toEqual(['call: ? call 1', 'copy: ? call 1', 'root: acme step']);
  });

  it('everything when nothing came', async () => {
    await send(call);
    await settle();
    expect(await settle()).toBeNull();
  });
});

describe('below the raw floor', () => {
  const retired = () => marks(DAY + DAY_MS, DAY + DAY_MS);
  const below = { ...call, spanId: 'below', parentSpanId: 'agent' };

  it('a wrapper whose context is gone stays pending until a call of it comes', async () => {
    await retired();
    await send(agent);
    await settle();
    expect(await outcome()).toEqual(['agent: ? call late_context_gone']);
    await send(root);
    await settle();
    expect(await outcome()).toEqual(['agent: ? call late_context_gone', 'root: acme step']);
    await send(below);
    await settle();
    expect((await outcome()).slice(0, 2)).toEqual(['agent: ? repeat wrapper of below', 'below: ? call 1']);
    expect(await totals('posted')).toEqual([['unattributed', 1, 1, 0.003]]);
  });

  it('a repeat of a call that is gone stays one, and so does an inherited organisation', async () => {
    const night = DAY + DAY_MS + 10;
    await send(
      { ...root, durationUs: DAY_MS * 1000 },
      call,
      { ...copy, startedAt: NOON + 1, durationUs: DAY_MS * 500 },
      { ...agent, startedAt: night, parentSpanId: 'root', spanId: 'agent' },
      { ...below, startedAt: night },
    );
    await send({ ...copy, traceId: 'a1', spanId: 'dup', parentSpanId: 'call', startedAt: night });
    await settle();
    const before = await outcome();
    await retired();
    await db.query(sql`delete from usage_events where started_at < (select raw_floor from ledger_state)`);
    const left = before.filter((line) => /^(agent|below|dup)/.test(line));
    expect(await outcome()).toEqual(left);
    expect(left).toContain('dup: acme repeat duplicate of call');
    await send({ ...root, spanId: 'new', startedAt: night, own: owned({}) });
    expect(await settle()).toMatchObject({ traces_settled: 1, rows_changed: 0 });
    expect(await outcome()).toEqual([...left, 'new: ? step']);
  });
});

it('finds the rest of a trace in a compressed day', async () => {
  await send(call);
  await send(copy);
  await settle();
  await db.query(sql`select compress_chunk(c, true) from show_chunks('usage_events') c`);
  await db.query(sql`insert into ledger_days (day, compressed_at) values (${new Date(DAY)}::date, now())`);
  await marks(DAY, DAY + DAY_MS);
  await send(root);
  await settle();
  expect(await outcome()).toEqual([
    'call: acme call 2,1',
    'copy: acme repeat duplicate of call',
    'root: acme step',
  ]);
});

it('finds the rest of a trace over midnight in a day that is compressed', async () => {
  const midnight = DAY + DAY_MS;
  await send({ ...root, startedAt: midnight - 2_000, durationUs: 20_000_000 });
  await settle();
  await db.query(sql`select compress_chunk(c, true) from show_chunks('usage_events') c`);
  await db.query(sql`insert into ledger_days (day, compressed_at) values (${new Date(DAY)}::date, now())`);
  await marks(DAY, midnight);
  await send({ ...call, startedAt: midnight + 2_000 });
  await settle();
  expect(await outcome()).toEqual(['call: acme call 2,1', 'root: acme step']);
});

it('finds a copy that began long before', async () => {
  const long = { ...copy, startedAt: NOON - 3_000_000, durationUs: 3_600_000_000 };
  await send(long);
  await settle();
  await send(call);
  await settle();
  expect(await outcome()).toEqual(['call: ? call 1', 'copy: ? repeat duplicate of call']);
});

it('looks at a wrapper again whose usage came later', async () => {
  await send({ ...agent, usage: null, detail: 1 });
  await settle();
  expect(await outcome()).toEqual(['agent: ? step']);
  const { rows } = await db.query(storedRowsWhere(sql`true`));
  const [before] = rows.map((row) => storedRow(row, 'raw'));
  if (!before) throw new Error('the wrapper must be stored');
  const after = { ...before, event: { ...before.event, usage: tokens(1000, 50), detail: 9 } };
  await store.changeDay([{ before, after }], { reason: 'usage_corrected', part: 'usage', touch: true });
  await settle();
  expect(await outcome()).toEqual(['agent: ? call 1']);
});

it('gets through a storm of equal calls that relates all to all, and leaves it at rest', async () => {
  const storm = (scopeName: string) =>
    Array.from({ length: 3_500 }, (_, n) => ({
      ...call,
      ...{ scopeName, spanId: `${scopeName}${n}`, traceId: `${scopeName}${n}`, parentSpanId: null },
      ...{ startedAt: NOON + (n % 50), durationUs: 500_000 - (n % 100) * 1_000 },
    }));
  await send(...storm('scope-a'));
  await send(...storm('scope-b'));
  expect(await settle()).toMatchObject({ spans: 7_000, traces_settled: 7_000 });
  const calls = async () => (await totals('calls'))[0]?.[1];
  const found = await calls();
  expect(found).toBeGreaterThanOrEqual(3_500);
  expect(found).toBeLessThan(7_000);
  await send({ ...call, spanId: 'late', traceId: 'scope-a7', durationUs: 1 });
  await settle();
  expect(Number(await calls()) - Number(found)).toBeLessThanOrEqual(1);
}, 300_000);

it('reads rows again that were changed meanwhile', async () => {
  await send(call);
  await send(root);
  let meddled = 0;
  const events: SettleDeps['events'] = {
    changeDay: async (changes, options) => {
      if (meddled++ === 0)
        await db.query(sql`update usage_events set environment = 'prod' where span_id = 'call'`);
      return store.changeDay(changes, options);
    },
  };
  expect(await settle({ events })).toMatchObject({ rows_changed: 1 });
  expect(meddled).toBe(2);
  expect(await outcome()).toEqual(['call: acme call 2,1', 'root: acme step']);
});

it('stops between batches when asked, and goes on there', async () => {
  for (const n of [1, 2, 3]) await send({ ...call, traceId: `t${n}` });
  for (const n of [1, 2, 3]) await send({ ...root, traceId: `t${n}` });
  const stop = new AbortController();
  const events: SettleDeps['events'] = {
    changeDay: (changes, options) => {
      stop.abort();
      return store.changeDay(changes, options);
    },
  };
  const first = await settle({ events, batchRows: 1 }, stop.signal);
  // Two batches are under way at once; both come to their end.
  expect(first?.['spans']).toBeLessThanOrEqual(2);
  expect(await settle({ batchRows: 1 })).toMatchObject({ spans: 6 - Number(first?.['spans']) });
  expect(await outcome()).toEqual([
    ...[1, 2, 3].map(() => 'call: acme call 2,1'),
    ...[1, 2, 3].map(() => 'root: acme step'),
  ]);
});

it('looks again at a batch that failed, though the one after it was settled', async () => {
  for (const n of [1, 2, 3]) await send({ ...call, traceId: `t${n}` });
  for (const n of [1, 2, 3]) await send({ ...root, traceId: `t${n}` });
  let changed = 0;
  const events: SettleDeps['events'] = {
    async changeDay(changes, options) {
      if (changes.some(({ before }) => before.event.traceId === 't1')) throw new Error('no disk');
      changed += 1;
      return store.changeDay(changes, options);
    },
  };
  await expect(settle({ events, batchRows: 1 })).rejects.toThrow('no disk');
  expect(changed).toBe(1);
  expect(await settle({ batchRows: 1 })).toMatchObject({ spans: 6 });
  expect(await outcome()).toEqual([
    ...[1, 2, 3].map(() => 'call: acme call 2,1'),
    ...[1, 2, 3].map(() => 'root: acme step'),
  ]);
});

it('killed before any statement, and run again, ends in the same state', async () => {
  const events = [call, copy, { ...agent, parentSpanId: 'root' }, root].map((event, index) => ({
    ...event,
    startedAt: event.startedAt + (index % 2 ? DAY_MS / 2 - 15 : DAY_MS / 2 - 40),
  }));
  const expected = outcomeOf(settleAndPrice(events, book));
  let killed = 0;
  for (let survives = 0; ; survives += 1) {
    await truncateAll(db);
    for (const event of events) await send(event);
    const dying = dyingDb(db, survives);
    const dyingStore = createEventStore({ db: dying, priceBook: () => book, onWritten: () => {} });
    const done = await settle({ db: dying, events: dyingStore, batchRows: 2 }).then(
      () => true,
      (error: unknown) => {
        if (error instanceof Killed) return false;
        throw error;
      },
    );
    if (!done) killed += 1;
    await settle({ batchRows: 2 });
    expect(await storedOutcome(db, ['team'])).toEqual(expected);
    if (done) break;
  }
  expect(killed).toBeGreaterThan(10);
}, 300_000);
