import sql from 'sql-template-tag';
import { boundTo, callRoute, team } from '../../../test/support/call-route.js';
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
import { testBook } from '../../../test/support/prices.js';
import { tokens, usageEvent } from '../../../test/support/usage-events.js';
import type { Db } from '../db/db.js';
import type { StoredRow } from '../event-store/ledger-row.js';
import { keyHash } from '../event-store/store.js';
import type { Problem } from '../http/problem.js';
import { realmOf, type UsageEvent } from '../ledger/event.js';
import { createPriceBook } from '../pricing/price-book.js';
import { createCorrectUsageRoutes } from './correct-usage-routes.js';

const HOUR = 3_600_000;

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

const call = (spanId: string, overrides: Partial<UsageEvent> = {}): UsageEvent =>
  usageEvent({ spanId, traceId: 'a1', startedAt: OPEN_DAY + HOUR, provider: 'openai', ...overrides });
const accept = (...events: UsageEvent[]) => ledger.accept(events, testBook());
const put = (spanId: string, usage: object, { caller = team, choice = '' } = {}) => {
  const routes = createCorrectUsageRoutes({ db, events: ledger.events, priceBook: () => testBook() });
  return callRoute(routes, caller, 'put', `/api/v1/events/a1/${spanId}/usage${choice}`, usage);
};
const refused = async (answer: Promise<unknown>): Promise<Problem> => {
  const problem = await answer.then(
    () => null,
    (error: unknown) => error as Problem,
  );
  if (!problem) throw new Error('it was taken');
  return problem;
};
const rowOf = async (spanId: string): Promise<StoredRow | undefined> => (await ledger.rows()).get(spanId);
const requestOf = async (spanId: string): Promise<number> => Number((await rowOf(spanId))?.requestNumber);
const expectExact = async (): Promise<void> =>
  expect(await closedSums(db, 'adjustments')).toEqual(await closedSums(db, 'calls'));

describe('a correction', () => {
  it('replaces usage and cost in every day, and posts what it changes in closed ones', async () => {
    await accept(
      ...DAYS.map((day, index) => call(`d${index}`, { startedAt: day + HOUR, usage: tokens(1, 1) })),
    );
    for (const span of ['d0', 'd1', 'd2']) {
      expect(await put(span, { input_tokens: 2000, output_tokens: 100 })).toEqual({
        ...{ trace_id: 'a1', span_id: span, kind: 'call' },
        ...{ cost_status: 'priced', cost_reason: null, cost_quality: 'exact', cost_usd: '0.006' },
      });
    }
    await expectExact();
    expect(await closedMeterCost(db)).toBe('0.012');
    const { rows } = await db.query(
      sql`select distinct author from ledger_adjustments where reason = 'usage_corrected'`,
    );
    expect(rows).toEqual([{ author: 'team' }]);
    expect((await rowOf('d1'))?.event).toMatchObject({
      usage: tokens(2000, 100),
      ...{ inputBasis: 'sender', usageQuality: 'exact', usageProblem: null },
    });
  });

  it('shows the call to settle again, and changes nothing when it comes again', async () => {
    await accept(call('a', { startedAt: CLOSED_DAY + HOUR }));
    const arrived = await requestOf('a');
    await put('a', { input_tokens: 7, output_tokens: 7 });
    const corrected = await requestOf('a');
    expect(corrected).toBeGreaterThan(arrived);
    const before = await ledger.rows();
    await put('a', { input_tokens: 7, output_tokens: 7 });
    expect(await ledger.rows()).toEqual(before);
    await expectExact();
  });

  it('gives a call without usage its cost', async () => {
    await accept(call('silent', { usage: null, usageProblem: 'no_usage', detail: 100 }));
    expect(await put('silent', { input_tokens: 1000, output_tokens: 50 })).toMatchObject({
      cost_usd: '0.003',
    });
  });

  it('gives a written-off call its cost', async () => {
    await accept(call('given-up', { requestModel: 'gpt-4o' }));
    await db.query(sql`
      update usage_events set cost_status = 'unbilled', cost_reason = 'written_off', cost_usd = null, cost_quality = null,
        price_version_ids = null`);
    expect(await put('given-up', { input_tokens: 2000, output_tokens: 50 })).toMatchObject({
      cost_status: 'priced',
    });
  });

  it('does not bill what may be a copy', async () => {
    await accept(call('late', { startedAt: RETIRED_DAY + HOUR, spanClass: 'wrapper' }));
    expect(await put('late', { input_tokens: 2000, output_tokens: 50 })).toMatchObject({
      ...{ cost_status: 'pending', cost_reason: 'late_context_gone' },
    });
    expect((await rowOf('late'))?.event.usage?.input_tokens).toBe(2000);
    await expectExact();
  });

  it('is not undone by a resend of what it corrected', async () => {
    await accept(call('a'));
    await put('a', { input_tokens: 7, output_tokens: 7 });
    await accept(call('a'));
    expect((await rowOf('a'))?.event.usage).toEqual(tokens(7, 7));
  });

  it('beside others leaves the ledger exact, and one of them wins whole', async () => {
    await ledger.accept([call('a', { startedAt: CLOSED_DAY + HOUR })], createPriceBook([]));
    const sizes = [10, 20, 30, 40];
    await Promise.all(
      sizes.map((size) => put('a', { input_tokens: size, output_tokens: size }).catch(() => null)),
    );
    const usage = (await rowOf('a'))?.event.usage;
    expect(sizes).toContain(usage?.input_tokens);
    expect(usage?.output_tokens).toBe(usage?.input_tokens);
    await expectExact();
  });
});

describe('refused', () => {
  it('is a correction that tells less than is stored, by name', async () => {
    await accept(call('rich', { usage: tokens(1000, 50, { cache_read: 10, other: { web_search: 1 } }) }));
    const problem = await refused(put('rich', { input_tokens: 1000, output_tokens: 60 }));
    expect(problem).toMatchObject({ status: 409, code: 'poorer_usage' });
    expect(problem.errors.map(({ field }) => field)).toEqual(['cache_read', 'other.web_search']);
    expect((await rowOf('rich'))?.event.usage?.output_tokens).toBe(50);
  });

  it('is usage that tells nothing or contradicts itself', async () => {
    await accept(call('a'));
    expect(await refused(put('a', { input_tokens: 0, output_tokens: 0 }))).toMatchObject({ status: 422 });
    const contradiction = put('a', { input_tokens: 1, output_tokens: 1, cache_read: 2 });
    expect(await refused(contradiction)).toMatchObject({ status: 422, code: 'inconsistent_usage' });
  });

  it('is a repeat, which names the call, and a step', async () => {
    await accept(
      call('wrapper', { spanClass: 'wrapper' }),
      call('inner', { parentSpanId: 'wrapper' }),
      call('step', { spanClass: 'step', usage: null }),
    );
    const repeat = await refused(put('wrapper', { input_tokens: 1, output_tokens: 1 }));
    expect(repeat).toMatchObject({ status: 409, code: 'no_call' });
    expect(repeat.message).toContain('trace a1, span inner');
    expect(await refused(put('step', { input_tokens: 1, output_tokens: 1 }))).toMatchObject({ status: 409 });
  });

  it('is one of several events until it is chosen, and never another realm of a bound key', async () => {
    const acme = realmOf('acme');
    await accept(call('a'), call('a', { startedAt: OPEN_DAY + 2 * HOUR }), call('a', { realm: acme }));
    const usage = { input_tokens: 5, output_tokens: 5 };
    const several = await refused(put('a', usage));
    expect(several).toMatchObject({ status: 409, code: 'several_events' });
    expect(several.errors).toHaveLength(3);
    const startedAt = new Date(OPEN_DAY + 2 * HOUR).toISOString();
    await put('a', usage, { choice: `?realm=team&started_at=${startedAt}` });
    await put('a', usage, { caller: boundTo('acme') });
    const foreign = put('a', usage, { caller: boundTo('acme'), choice: '?realm=team' });
    expect(await refused(foreign)).toMatchObject({ status: 404 });
    expect(await refused(put('a', usage, { caller: boundTo('other') }))).toMatchObject({ status: 404 });
    const { rows } = await db.query(sql`
      select realm, extract(hour from started_at at time zone 'UTC')::int as hour, input_tokens::int as input
      from usage_events order by 1, 2`);
    expect(rows).toEqual([
      { realm: acme, hour: 1, input: 5 },
      { realm: 'team', hour: 1, input: 1000 },
      { realm: 'team', hour: 2, input: 5 },
    ]);
  });

  it('is a call that is retired with its day, and one that nobody knows', async () => {
    const startedAt = RETIRED_DAY + HOUR;
    const hash = keyHash({ realm: 'team', traceId: 'a1', spanId: 'gone', startedAt });
    await db.query(sql`insert into retired_keys (day, keys) values ('2026-10-01', array[${hash}::bigint])`);
    const choice = `?started_at=${new Date(startedAt).toISOString()}`;
    const usage = { input_tokens: 1, output_tokens: 1 };
    expect(await refused(put('gone', usage, { choice }))).toMatchObject({ status: 410, code: 'retired' });
    expect(await refused(put('gone', usage))).toMatchObject({ status: 404 });
    expect(await refused(put('unknown', usage, { choice }))).toMatchObject({ status: 404 });
  });
});
