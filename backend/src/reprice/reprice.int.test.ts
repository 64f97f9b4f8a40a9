import fc from 'fast-check';
import sql from 'sql-template-tag';
import { openTestDb, truncateAll } from '../../../test/support/database.js';
import {
  CLOSED_DAY,
  closedMeterCost,
  closedSums,
  DAYS,
  ledgerDays,
  OPEN_DAY,
  RETIRED_DAY,
  type LedgerDays,
} from '../../../test/support/ledger-days.js';
import { priceVersion, tokenPrices } from '../../../test/support/prices.js';
import { owned, tokens, usageEvent } from '../../../test/support/usage-events.js';
import type { Db } from '../db/db.js';
import type { EventStore } from '../event-store/event-store.js';
import { settledRow } from '../event-store/settle-and-price.js';
import type { UsageEvent } from '../ledger/event.js';
import { formatMoney } from '../ledger/money.js';
import { createPriceBook } from '../pricing/price-book.js';
import type { PriceVersion, PriceVersionDraft } from '../pricing/price-version.js';
import { createReprice } from './reprice.js';

const HOUR = 3_600_000;
const NOW = OPEN_DAY + 12 * HOUR;
const NO_PRICES = createPriceBook([]);

let db: Db;
let ledger: LedgerDays;
beforeAll(async () => {
  db = await openTestDb();
});
afterAll(() => db.close());
beforeEach(async () => {
  await truncateAll(db);
  ledger = await ledgerDays(db);
});

const reprice = (events: Pick<EventStore, 'changeDay'> = ledger.events) =>
  createReprice({ db, events, prices: ledger.prices, now: () => NOW });
const run = (events?: Pick<EventStore, 'changeDay'>, signal = new AbortController().signal) =>
  reprice(events).run({ signal, forced: false });

const draft = (overrides: Partial<PriceVersion> = {}): PriceVersionDraft =>
  priceVersion({ id: '', source: 'override', ...overrides });
const call = (spanId: string, overrides: Partial<UsageEvent> = {}): UsageEvent =>
  usageEvent({ spanId, traceId: `t-${spanId}`, startedAt: OPEN_DAY + HOUR, ...overrides });
/** One call in each of the three days. */
const callEachDay = (overrides: Partial<UsageEvent> = {}): UsageEvent[] =>
  DAYS.map((day, index) => call(`d${index}`, { startedAt: day + HOUR, ...overrides }));
const costs = async (): Promise<Record<string, string>> =>
  Object.fromEntries(
    [...(await ledger.rows())]
      .sort()
      .map(([span, { cost }]) => [
        span,
        cost.costUsd === null ? `${cost.status} ${cost.reason}` : formatMoney(cost.costUsd),
      ]),
  );
const expectExact = async (): Promise<void> => {
  expect(await closedSums(db, 'adjustments')).toEqual(await closedSums(db, 'calls'));
  const closed = [...(await ledger.rows()).values()].filter(({ event }) => event.startedAt < OPEN_DAY);
  const cost = closed.reduce((sum, row) => sum + (row.cost.costUsd ?? 0n), 0n);
  expect(await closedMeterCost(db)).toBe(formatMoney(cost));
};
/** 1000 in and 50 out at 2.5 and 10 USD per million. */
const COST = '0.003';

describe('a price that comes late', () => {
  it('prices pending calls of every day, whatever its age, and posts what it changes in closed ones', async () => {
    await ledger.accept(callEachDay(), NO_PRICES);
    expect(await run()).toBeNull();
    await ledger.record(draft());
    expect(await run()).toMatchObject({ priced: 3, complete: true });
    expect(await costs()).toEqual({ d0: COST, d1: COST, d2: COST });
    await expectExact();
    const { rows } = await db.query(
      sql`select reason, below_floor, price_version_ids from ledger_adjustments where reason <> 'late_event' order by bucket`,
    );
    expect(rows).toEqual([
      { reason: 'repriced', below_floor: true, price_version_ids: '1' },
      { reason: 'repriced', below_floor: false, price_version_ids: '1' },
    ]);
    const recovered = await db.query(sql`select 1 from usage_events where recovered_at is not null`);
    expect(recovered.rowCount).toBe(2);
    expect(await run()).toBeNull();
  });

  it('is the price valid when the call ended', async () => {
    const noon = OPEN_DAY + 12 * HOUR;
    await ledger.accept(
      [call('before', { startedAt: noon - 200 }), call('across', { startedAt: noon - 50 })],
      NO_PRICES,
    );
    await ledger.record(draft(), draft({ effectiveFrom: noon, meters: tokenPrices('5', '20') }));
    await run();
    expect(await costs()).toEqual({ across: '0.006', before: COST });
  });

  it('corrects the reason of calls that it does not price', async () => {
    await ledger.accept([call('flex', { serviceTier: 'flex' })], NO_PRICES);
    await ledger.record(draft());
    expect(await run()).toMatchObject({ other_reason: 1 });
    expect(await costs()).toEqual({ flex: 'pending no_price_for_tier' });
  });

  it('leaves calls alone whose usage lacks, that may be copies, or that were written off', async () => {
    await ledger.accept(
      [
        call('silent', { usage: null, usageProblem: 'no_usage' }),
        call('lost', { startedAt: RETIRED_DAY + HOUR, spanClass: 'wrapper' }),
        call('given-up'),
      ],
      NO_PRICES,
    );
    await db.query(
      sql`update usage_events set cost_status = 'unbilled', cost_reason = 'written_off' where span_id = 'given-up'`,
    );
    const before = await costs();
    expect(before['lost']).toBe('pending late_context_gone');
    await ledger.record(draft());
    await run();
    expect(await costs()).toEqual(before);
  });

  it('prices what a replica with an old book stored after the run', async () => {
    await ledger.record(draft({ meters: tokenPrices('1', '1'), recordedAt: NOW - HOUR }));
    await run();
    const old = ledger.prices.current();
    await ledger.record(draft({ recordedAt: NOW - 1_000 }), draft({ model: 'new', recordedAt: NOW - 1_000 }));
    await run();
    await ledger.accept([...callEachDay(), call('new', { requestModel: 'new' })], old);
    expect((await costs())['new']).toBe('pending unknown_model');
    expect(await run()).toMatchObject({ priced: 1, corrected: 3 });
    expect(await costs()).toEqual({ d0: COST, d1: COST, d2: COST, new: COST });
    await expectExact();
    expect(await run()).toBeNull();
  });
});

describe('a corrected price', () => {
  it('changes priced calls from its beginning on', async () => {
    await ledger.record(draft());
    await run();
    await ledger.accept(callEachDay(), ledger.prices.current());
    await ledger.record(draft({ effectiveFrom: CLOSED_DAY, meters: tokenPrices('5', '20') }));
    expect(await run()).toMatchObject({ priced: 0, corrected: 2 });
    expect(await costs()).toEqual({ d0: COST, d1: '0.006', d2: '0.006' });
    await expectExact();
  });

  it('is undone when it is withdrawn, and leaves calls without a price where there is no other', async () => {
    await ledger.record(draft({ source: 'catalogue' }), draft({ meters: tokenPrices('5', '20') }));
    await ledger.record(draft({ model: 'own' }));
    await run();
    await ledger.accept([...callEachDay(), call('own', { requestModel: 'own' })], ledger.prices.current());
    await ledger.record(
      draft({ meters: tokenPrices('5', '20'), withdrawn: true, recordedAt: 1 }),
      draft({ model: 'own', withdrawn: true, recordedAt: 1 }),
    );
    expect(await run()).toMatchObject({ corrected: 3, left_without_price: 1 });
    expect(await costs()).toEqual({ d0: COST, d1: COST, d2: COST, own: 'pending unknown_model' });
    await expectExact();
  });

  it('of one organisation changes its calls only', async () => {
    await ledger.record(draft({ source: 'catalogue' }));
    await run();
    await ledger.accept(
      [call('acme', { own: owned({ orgId: 'acme' }) }), call('other', { own: owned({ orgId: 'other' }) })],
      ledger.prices.current(),
    );
    await ledger.record(
      draft({
        ...{ source: 'contract', orgId: 'acme', model: '*', match: [{ kind: 'any' }], meters: {} },
        basis: { provider: null, model: null, multiplier: '0.5' },
      }),
    );
    expect(await run()).toMatchObject({ corrected: 1 });
    expect(await costs()).toEqual({ acme: '0.0015', other: COST });
  });

  it('is no undated one of the catalogue: that says nothing of the past', async () => {
    const guessed = { requestModel: 'gpt-4o-2024-11-20' };
    await ledger.record(draft({ source: 'catalogue' }));
    await run();
    await ledger.accept([call('priced', guessed)], ledger.prices.current());
    await ledger.accept([call('waiting', guessed)], NO_PRICES);
    const model = 'gpt-4o-2024-11-20';
    await ledger.record(draft({ source: 'catalogue', model, meters: tokenPrices('5', '20') }));
    expect(await run()).toMatchObject({ priced: 1, corrected: 0 });
    expect(await costs()).toEqual({ priced: COST, waiting: '0.006' });
  });
});

describe('a run', () => {
  const many = (): UsageEvent[] =>
    DAYS.flatMap((day, index) =>
      Array.from({ length: 5 }, (_, i) => call(`${index}${i}`, { startedAt: day + i * HOUR })),
    );

  it('that dies anywhere is finished by the next, and posts nothing twice', async () => {
    await ledger.accept(many(), NO_PRICES);
    await ledger.record(draft());
    let left = 1;
    const dying: Pick<EventStore, 'changeDay'> = {
      async changeDay(...change) {
        const made = await ledger.events.changeDay(...change);
        if (left-- === 0) throw new Error('killed');
        return made;
      },
    };
    await expect(run(dying)).rejects.toThrow('killed');
    expect(await run()).toMatchObject({ priced: 5, complete: true });
    expect(new Set(Object.values(await costs()))).toEqual(new Set([COST]));
    await expectExact();
  });

  it('beside another posts nothing twice', async () => {
    await ledger.accept(many(), NO_PRICES);
    await ledger.record(draft());
    await Promise.all([run(), run(), run()]);
    await run();
    expect(new Set(Object.values(await costs()))).toEqual(new Set([COST]));
    await expectExact();
  });

  it('ends after the day it is at when the process stops, and goes on with the next', async () => {
    await ledger.accept(many(), NO_PRICES);
    await ledger.record(draft());
    const stop = new AbortController();
    const stopping: Pick<EventStore, 'changeDay'> = {
      changeDay: (...change) => (stop.abort(), ledger.events.changeDay(...change)),
    };
    expect(await run(stopping, stop.signal)).toMatchObject({ priced: 5, complete: false });
    expect(await run()).toMatchObject({ priced: 10, complete: true });
  });
});

describe('a preview', () => {
  it('tells what the run then does, by open, closed and retired days, and writes nothing', async () => {
    await ledger.record(draft());
    await run();
    await ledger.accept(callEachDay(), ledger.prices.current());
    await ledger.accept(
      callEachDay({ requestModel: 'new' }).map((event) => ({ ...event, spanId: `${event.spanId}-new` })),
      ledger.prices.current(),
    );
    await db.query(sql`
      insert into usage_daily_meters (day, org_id, provider, model, meter, price_version_ids, quantity, cost_usd, unlisted_cost_usd)
      values ('2026-09-30', 'acme', 'openai', 'gpt-4o', 'output', '1', 1, 7.5, 7.5),
             ('2026-09-30', 'acme', 'openai', 'another', 'output', '1', 1, 100, 100)`);
    const changes = [draft({ meters: tokenPrices('5', '20'), recordedAt: 1 }), draft({ model: 'new' })];
    const planned = changes.map((change, index) => ({ ...change, id: `${index + 2}` }));
    const before = await costs();
    const preview = await reprice().preview(
      createPriceBook([...ledger.prices.current().versions, ...planned]),
    );
    const touched = {
      newlyPriced: { calls: 1, costUsd: COST },
      corrected: { calls: 1, beforeUsd: COST, afterUsd: '0.006' },
      newlyPending: { calls: 0, beforeUsd: '0' },
    };
    expect(preview).toEqual({
      openDays: touched,
      closedDays: touched,
      retiredDays: { ...touched, outOfReachUsd: '7.5' },
    });
    expect(await costs()).toEqual(before);
    await ledger.record(...changes);
    expect(await run()).toMatchObject({ priced: 3, corrected: 3 });
    await expectExact();
  });
});

describe('whatever prices come, and when', () => {
  const time = fc.integer({ min: 0, max: 3 * 24 - 1 }).map((hour) => RETIRED_DAY + hour * HOUR);
  const owner = fc.constantFrom(null, 'acme', 'other');
  const anyPrice = fc
    .record({
      orgId: owner,
      model: fc.constantFrom('m1', 'm2', '*'),
      effectiveFrom: fc.oneof(fc.constant(-Infinity), time),
      input: fc.integer({ min: 0, max: 9 }),
      withdrawn: fc.boolean(),
      alias: fc.boolean(),
    })
    .map(({ orgId, model, effectiveFrom, input, withdrawn, alias }) => ({
      ...{
        orgId,
        model,
        effectiveFrom,
        withdrawn,
        source: orgId ? ('contract' as const) : ('override' as const),
      },
      match: model === '*' ? [{ kind: 'any' as const }] : [{ kind: 'exact' as const, model }],
      meters: alias ? {} : tokenPrices(`${input}`, '1'),
      basis: alias ? { provider: null, model: 'm1', multiplier: '0.5' } : null,
    }));
  const anyCall = fc.record({
    startedAt: time,
    model: fc.constantFrom('m1', 'm2', 'm3'),
    orgId: owner,
    input: fc.integer({ min: 0, max: 1000 }),
  });

  it('every call costs what it costs at the prices known now', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyPrice, { maxLength: 4 }),
        fc.array(anyCall, { minLength: 1, maxLength: 8 }),
        fc.array(fc.array(anyPrice, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 2 }),
        async (first, calls, later) => {
          await truncateAll(db);
          ledger = await ledgerDays(db);
          const record = (prices: typeof first, recordedAt: number) =>
            ledger.record(...prices.map((price) => draft({ ...price, recordedAt })));
          await record(first, 1);
          await run();
          await ledger.accept(
            calls.map(({ startedAt, model, orgId, input }, index) =>
              call(`c${index}`, {
                startedAt,
                requestModel: model,
                own: owned({ orgId }),
                usage: tokens(input, 1),
              }),
            ),
            ledger.prices.current(),
          );
          for (const [index, prices] of later.entries()) {
            await record(prices, index + 2);
            await run();
          }
          const book = createPriceBook(ledger.prices.current().versions);
          for (const row of (await ledger.rows()).values()) {
            expect(row.cost).toEqual(settledRow(row.event, row.settlement, book).cost);
          }
          await expectExact();
        },
      ),
      { numRuns: 15 },
    );
  }, 120_000);
});
