import sql from 'sql-template-tag';
import { boundTo, callRoute, team } from '../../../test/support/call-route.js';
import { openTestDb, truncateAll } from '../../../test/support/database.js';
import {
  asStep,
  insertEvents,
  keepEvents,
  pendingCost,
  storedEvent,
  type StoredEvent,
} from '../../../test/support/events.js';
import { allowedOrganisations } from '../access/allowed.js';
import type { Db } from '../db/db.js';
import type { Caller } from '../http/caller.js';
import { createPriceBook } from '../pricing/price-book.js';
import { createQueryRoutes } from './routes.js';

interface Answer {
  readonly events: readonly Record<string, unknown>[];
  readonly truncated: boolean;
  readonly totals: Record<string, unknown>;
}

const NOW = Date.parse('2026-11-22T12:00:00Z');
let db: Db;
beforeAll(async () => {
  db = await openTestDb();
});
afterEach(() => truncateAll(db));
afterAll(() => db.close());

async function search(body: object, caller: Caller = team): Promise<Answer> {
  const deps = { db, priceBook: () => createPriceBook([]), allowed: allowedOrganisations };
  const routes = createQueryRoutes({ ...deps, fresh: () => Promise.resolve(), now: () => NOW });
  return (await callRoute(routes, caller, 'post', '/api/v1/events/search', body)) as unknown as Answer;
}
const found = async (body: object, caller?: Caller): Promise<unknown[]> =>
  (await search(body, caller)).events.map((event) => event['span_id']);

const event = (span: string, day: number, overrides: Partial<StoredEvent> = {}): StoredEvent =>
  storedEvent({
    span_id: span,
    started_at: new Date(Date.UTC(2026, 10, day, 12)).toISOString(),
    ...overrides,
  });
const duplicate: Partial<StoredEvent> = {
  ...{
    kind: 'repeat',
    cost_status: 'unbilled',
    cost_reason: 'duplicate',
    cost_quality: null,
    cost_usd: null,
  },
};

describe('POST /api/v1/events/search', () => {
  const five = [
    event('a', 18, { cost_usd: '0.2', duration_us: 300, input_tokens: 5, output_tokens: null }),
    event('b', 19, { cost_usd: '0.1', duration_us: 100, input_tokens: 500, output_tokens: 500 }),
    event('c', 20, { ...pendingCost(), duration_us: 200, input_tokens: null, output_tokens: null }),
    event('d', 21, { ...duplicate, duration_us: 400 }),
    event('e', 21, asStep),
  ];

  it.each([
    ['started_at', 'desc', ['d', 'c', 'b', 'a']],
    ['started_at', 'asc', ['a', 'b', 'c', 'd']],
    ['cost_usd', 'desc', ['a', 'b', 'd', 'c']],
    ['cost_usd', 'asc', ['b', 'a', 'd', 'c']],
    ['duration_ms', 'desc', ['d', 'a', 'c', 'b']],
    ['total_tokens', 'asc', ['a', 'd', 'b', 'c']],
  ])('orders by %s %s, unknown values last', async (field, direction, order) => {
    await insertEvents(db, five);
    expect(await found({ order_by: { field, direction } })).toEqual(order);
  });

  it('takes calls and repeats unless a filter tells the kind', async () => {
    await insertEvents(db, five);
    const kind = (operator: string, ...values: string[]) => ({
      filters: [{ field: 'kind', operator, values }],
    });
    expect(await found(kind('=', 'step'))).toEqual(['e']);
    expect(await found(kind('is not null'))).toEqual(['e', 'd', 'c', 'b', 'a']);
  });

  it('sums up the calls of all that match, listed or not', async () => {
    await insertEvents(db, five);
    const { events, truncated, totals } = await search({ limit: 1 });
    expect([events.length, truncated]).toEqual([1, true]);
    expect(totals).toEqual({
      ...{ calls: 3, priced_calls: 2, pending_calls: 1, coverage: 0.666666 },
      ...{ cost_usd: '0.3', total_tokens: 1005 },
    });
    expect(
      (await search({ filters: [{ field: 'cost_status', operator: '=', values: ['unbilled'] }] })).totals,
    ).toEqual({
      ...{ calls: 0, priced_calls: 0, pending_calls: 0, coverage: null },
      ...{ cost_usd: null, total_tokens: null },
    });
  });

  it.each([
    [{ field: 'conversation_id', operator: '=', values: ['c1'] }, ['a']],
    [{ field: 'user_id', operator: '!=', values: ['u1'] }, ['c', 'b']],
    [{ field: 'service_name', operator: '=~', values: ['we.*'] }, ['c', 'b', 'a']],
    [{ field: 'trace_id', operator: 'contains', values: ['needle'] }, ['b']],
    [{ field: 'cost_reason', operator: 'in', values: ['unknown_model', 'no_usage'] }, ['c']],
    [{ field: 'cost_quality', operator: 'is null', values: [] }, ['c']],
    [{ field: 'model', operator: 'not in', values: ['gpt-4o'] }, []],
    [{ field: 'user_id', operator: '=', values: ["' or true --"] }, []],
  ])('filters by %j', async (filter, spans) => {
    await insertEvents(db, [
      event('a', 18, { conversation_id: 'c1', user_id: 'u1' }),
      event('b', 19, { conversation_id: 'c2', user_id: null, trace_id: 'a-needle-b' }),
      event('c', 20, pendingCost()),
    ]);
    expect(await found({ filters: [filter] })).toEqual(spans);
  });

  it('looks at the last 30 days unless told, and at exactly the time told', async () => {
    await insertEvents(db, [event('old', 1, { started_at: '2026-10-20T12:00:00Z' }), event('new', 20)]);
    expect(await found({})).toEqual(['new']);
    expect(await found({ from: '2026-10-20T12:00:00Z', order_by: { field: 'cost_usd' } })).toEqual([
      'new',
      'old',
    ]);
    expect(await found({ from: '2026-10-20T12:00:00Z', to: '2026-11-20T12:00:00Z' })).toEqual(['old']);
  });

  it('finds kept events, and no raw ones, below the raw floor', async () => {
    await insertEvents(db, [event('retired', 18), event('kept', 18, pendingCost()), event('raw', 20)]);
    await keepEvents(db, sql`span_id = 'kept'`);
    const floor = '2026-11-19T00:00:00Z';
    await db.query(sql`update ledger_state set raw_floor = ${floor}::timestamptz, written_before = ${floor}::timestamptz,
      closed_before = ${floor}::timestamptz`);
    const { events, totals } = await search({ order_by: { field: 'duration_ms' } });
    expect(events.map((one) => one['span_id'])).toEqual(['raw', 'kept']);
    expect(totals).toMatchObject({ calls: 2, pending_calls: 1 });
  });

  it('shows nobody what is not his', async () => {
    await insertEvents(db, [event('mine', 20), event('theirs', 20, { org_id: 'globex' })]);
    const answer = await search({ order_by: { field: 'cost_usd' } }, boundTo('acme'));
    expect(answer.events.map((one) => one['span_id'])).toEqual(['mine']);
    expect(answer.totals).toMatchObject({ calls: 1 });
    const asked = search(
      { filters: [{ field: 'org_id', operator: 'in', values: ['globex'] }] },
      boundTo('acme'),
    );
    await expect(asked).rejects.toMatchObject({ status: 403, code: 'other_organisation' });
  });

  it.each([
    [{ filters: [{ field: 'cost_status', operator: '=', values: ['unknown'] }] }, 'filters[0].values'],
    [{ filters: [{ field: 'span_id', operator: '=', values: ['1'] }] }, 'filters[0].field'],
    [{ filters: [{ field: 'model', operator: '=~', values: ['(a'] }] }, 'filters[0].values'],
    [{ order_by: { field: 'model' } }, 'order_by.field'],
    [{ from: '2026-11-02T00:00:00Z', to: '2026-11-01T00:00:00Z' }, 'to'],
    [{ limit: 1001 }, 'limit'],
  ])('names what is wrong with %j', async (body, field) => {
    await expect(search(body)).rejects.toMatchObject({
      status: 400,
      errors: [expect.objectContaining({ field })],
    });
  });
});

describe('POST /api/v1/dimensions/{dimension}/values', () => {
  const values = async (dimension: string, body: object, caller: Caller = team): Promise<unknown> => {
    const deps = { db, priceBook: () => createPriceBook([]), allowed: allowedOrganisations };
    const routes = createQueryRoutes({ ...deps, fresh: () => Promise.resolve(), now: () => NOW });
    return callRoute(routes, caller, 'post', `/api/v1/dimensions/${dimension}/values`, body);
  };

  it('lists the values of the calls that meet every filter', async () => {
    await insertEvents(db, [
      event('1', 20, { model: 'big-1', assistant_id: 'a' }),
      event('2', 20, { model: 'big-2', assistant_id: 'b' }),
      event('3', 20, { model: 'small', assistant_id: 'c' }),
      event('4', 20, { model: 'small', assistant_id: 'c', org_id: 'globex' }),
    ]);
    const big = { filters: [{ dimension: 'model', operator: '=~', values: ['big.*'] }] };
    expect(await values('assistant_id', big)).toEqual({
      values: [
        { value: 'a', calls: 1 },
        { value: 'b', calls: 1 },
      ],
      truncated: false,
    });
    expect(await values('model', { q: 'BIG', limit: 1 })).toEqual({
      values: [{ value: 'big-1', calls: 1 }],
      truncated: true,
    });
    expect(await values('org_id', {}, boundTo('globex'))).toEqual({
      values: [{ value: 'globex', calls: 1 }],
      truncated: false,
    });
    await expect(
      values('assistant_id', { filters: [{ dimension: 'colour', operator: '=', values: ['1'] }] }),
    ).rejects.toMatchObject({
      errors: [expect.objectContaining({ field: 'filters[0].dimension' })],
    });
  });
});
