import fc from 'fast-check';
import { callRoute, team } from '../../../test/support/call-route.js';
import { callOf, closingOf, day, DAY_MS, type Closing } from '../../../test/support/closing.js';
import { openTestDb, truncateAll } from '../../../test/support/database.js';
import { insertEvents, refreshUsage, storedEvent, type StoredEvent } from '../../../test/support/events.js';
import {
  groupBy,
  intervalName,
  matchingCalls,
  measured,
  MEASURES as SUMMED,
  randomEvent,
  randomOf,
  randomRequest,
  type RandomRequest,
  type Row,
} from '../../../test/support/usage-oracle.js';
import { owned } from '../../../test/support/usage-events.js';
import { allowedOrganisations } from '../access/allowed.js';
import type { Db } from '../db/db.js';
import { formatMoney, parseMoney } from '../ledger/money.js';
import { createPriceBook } from '../pricing/price-book.js';
import { createQueryRoutes } from './routes.js';

interface Answer {
  rows: (Row & { other?: boolean })[];
  totals: Row;
  meta: { groups: number; truncated: boolean; distinct_method?: string };
}
type TopRequest = RandomRequest & {
  top?: { count: number; by?: string };
  order_by?: object[];
  limit?: number;
};

let db: Db;
beforeAll(async () => {
  db = await openTestDb();
});
afterAll(() => db.close());
afterEach(() => truncateAll(db));

async function ask(body: object, fresh = (): Promise<void> => Promise.resolve()): Promise<Answer> {
  const deps = { db, priceBook: () => createPriceBook([]), allowed: allowedOrganisations, fresh };
  return (await callRoute(createQueryRoutes(deps), team, 'post', '/api/v1/query', body)) as unknown as Answer;
}

const PERCENTILES = { duration_ms_p50: 0.5, time_to_first_token_ms_p95: 0.95 };
const RATIOS = ['cost_per_call', 'cost_per_conversation', 'cost_per_user', 'error_rate'];
const MEASURES = [...SUMMED, ...RATIOS, ...Object.keys(PERCENTILES)];

/** The exact quotient of money and a count, rounded half up as PostgreSQL rounds what is not negative. */
function perCount(cost: string | number | null | undefined, count: number): string | null {
  if (typeof cost !== 'string' || count === 0) return null;
  const [twice, divisor] = [2n * parseMoney(cost), BigInt(count)];
  return formatMoney((twice + divisor) / (2n * divisor));
}

/** Logarithm to the base 1.2 of the bucket that holds a share of the times, as the ceiling of its value. */
function bucketAt(times: number[], share: number): number | null {
  const buckets = times
    .map((ms) => Math.floor(Math.log(Math.max(ms, 1)) / Math.log(1.2)))
    .sort((a, b) => a - b);
  return buckets[Math.ceil(share * buckets.length) - 1] ?? null;
}
const bucketOf = (value: unknown): number | null =>
  typeof value === 'number' ? Math.round(Math.log((value * 2.2) / 2) / Math.log(1.2)) - 1 : null;

/** Everything that can be asked of some calls, from the calls alone. Percentiles as their bucket. */
function told(calls: StoredEvent[]): Row {
  const row = measured(calls);
  const distinct = (name: 'conversation_id' | 'user_id'): number =>
    new Set(calls.flatMap((call) => (call[name] === null ? [] : [`${call.org_id} ${call[name]}`]))).size;
  return {
    ...row,
    cost_per_call: perCount(row['cost_usd'], Number(row['priced_calls'])),
    cost_per_conversation: perCount(row['cost_usd'], distinct('conversation_id')),
    cost_per_user: perCount(row['cost_usd'], distinct('user_id')),
    error_rate: calls.length ? Math.round((Number(row['error_calls']) * 1e6) / calls.length) / 1e6 : null,
    duration_ms_p50: bucketAt(
      calls.map((call) => call.duration_us / 1000),
      0.5,
    ),
    time_to_first_token_ms_p95: bucketAt(
      calls.flatMap((call) => call.time_to_first_token_ms ?? []),
      0.95,
    ),
  };
}

const comparable = (value: string | number | null | undefined): number | bigint | null => {
  if (value === null || value === undefined) return null;
  return typeof value === 'string' ? parseMoney(value) : value;
};

/** Greatest first, null last; equal ones by their dimensions, null last. */
function ranked(groups: Map<string, StoredEvent[]>, by: string): string[] {
  const value = (key: string) => comparable(told(groups.get(key) ?? [])[by]);
  const compareNames = (a: string | null, b: string | null): number => {
    if (a === b) return 0;
    if (a === null || b === null) return a === null ? 1 : -1;
    return a < b ? -1 : 1;
  };
  return [...groups.keys()].sort((a, b) => {
    const [left, right] = [value(a), value(b)];
    if (left !== right) {
      if (left === null || right === null) return left === null ? 1 : -1;
      return left > right ? -1 : 1;
    }
    const [names, others] = [JSON.parse(a), JSON.parse(b)] as (string | null)[][];
    for (const [index, name] of (names ?? []).entries()) {
      const order = compareNames(name, others?.[index] ?? null);
      if (order !== 0) return order;
    }
    return 0;
  });
}

const shown = (row: Row): Row =>
  Object.fromEntries(
    MEASURES.map((name) => [name, name in PERCENTILES ? bucketOf(row[name]) : (row[name] ?? null)]),
  );

function check(events: readonly StoredEvent[], request: TopRequest, answer: Answer): void {
  const calls = matchingCalls(events, request);
  const keyOf = (call: StoredEvent): string => JSON.stringify(request.group_by.map((name) => call[name]));
  const by = request.top?.by ?? request.measures[0] ?? '';
  const top = new Set(ranked(groupBy(calls, keyOf), by).slice(0, request.top?.count));
  const timeOf = (call: StoredEvent): string => intervalName(Date.parse(call.started_at), request);
  const nobody = JSON.stringify(request.group_by.map(() => null));
  const expected = groupBy(calls, (call) => {
    const key = keyOf(call);
    return JSON.stringify([timeOf(call), top.has(key) ? key : nobody, !top.has(key)]);
  });
  const got = answer.rows.map(({ time, other, ...row }): [string, Row] => {
    const at = time === undefined ? '' : intervalName(Date.parse(String(time)), request);
    return [
      JSON.stringify([at, JSON.stringify(request.group_by.map((name) => row[name])), other]),
      shown(row),
    ];
  });
  expect(new Map(got)).toEqual(new Map([...expected].map(([key, group]) => [key, told(group)])));
  expect(got).toHaveLength(expected.size);
  expect(shown(answer.totals)).toEqual(told(calls));
  const groups = groupBy(calls, (call) => timeOf(call) + keyOf(call));
  expect(answer.meta).toMatchObject({ groups: groups.size, truncated: false });
}

describe('the top of a query', () => {
  it('leaves the rest as one, exact in every measure, and sums up to the totals', async () => {
    const random = randomOf(5);
    const events = Array.from({ length: 500 }, (): StoredEvent => ({
      ...randomEvent(random),
      conversation_id: random.chance(0.3) ? null : `c${random.whole(20)}`,
      user_id: random.chance(0.3) ? null : `u${random.whole(8)}`,
      time_to_first_token_ms: random.chance(0.4) ? null : random.whole(20_000),
    }));
    await insertEvents(db, events);
    await refreshUsage(db, '2026-03-01T00:00Z', '2026-10-25T00:30Z');
    await fc.assert(
      fc.asyncProperty(
        fc.nat(),
        fc.integer({ min: 1, max: 12 }),
        fc.option(fc.constantFrom(...MEASURES), { nil: undefined }),
        async (seed, count, by) => {
          const asked = randomRequest(randomOf(seed));
          const request: TopRequest = {
            ...asked,
            measures: [...MEASURES],
            group_by: asked.group_by.length ? asked.group_by : ['model', 'environment'],
            top: by === undefined ? { count } : { count, by },
          };
          check(events, request, await ask(request));
        },
      ),
      { numRuns: 120, seed: 20261123 },
    );
  }, 240_000);

  const at = (hour: number) => ({ started_at: new Date(Date.UTC(2026, 10, 1, hour)).toISOString() });
  const whole = { from: '2026-11-01T00:00:00Z', to: '2026-11-02T00:00:00Z', group_by: ['model'] };
  const fiveCalls = [
    storedEvent({ ...at(1), model: 'big', cost_usd: '5' }),
    storedEvent({ ...at(2), model: 'small', cost_usd: '1' }),
    storedEvent({ ...at(2), model: null, cost_usd: '1.5' }),
    storedEvent({ ...at(3), model: 'small', cost_usd: '1' }),
    storedEvent({ ...at(3), model: 'tiny', cost_usd: '0.5' }),
  ];

  it('ranks over the whole time, not interval by interval', async () => {
    await insertEvents(db, fiveCalls);
    const { rows } = await ask({ ...whole, interval: '1h', measures: ['cost_usd'], top: { count: 2 } });
    expect(
      rows.map(({ time, model, other, cost_usd }) => [String(time).slice(11, 13), model, other, cost_usd]),
    ).toEqual([
      ['01', 'big', false, '5'],
      ['02', 'small', false, '1'],
      ['02', null, true, '1.5'],
      ['03', 'small', false, '1'],
      ['03', null, true, '0.5'],
    ]);
  });

  it('tells a group whose value is null from the rest, and shows the rest last', async () => {
    await insertEvents(db, fiveCalls);
    const { rows, meta } = await ask({ ...whole, measures: ['cost_usd'], top: { count: 3 } });
    expect(rows.map(({ model, other, cost_usd }) => [model, other, cost_usd])).toEqual([
      ['big', false, '5'],
      ['small', false, '2'],
      [null, false, '1.5'],
      [null, true, '0.5'],
    ]);
    expect(meta).toMatchObject({ groups: 4, truncated: false });
  });

  it('has no rest where every group is among the top, and no such field where none was asked for', async () => {
    await insertEvents(db, fiveCalls);
    const all = await ask({ ...whole, measures: ['calls'], top: { count: 100 } });
    expect(all.rows.map(({ other }) => other)).toEqual([false, false, false, false]);
    const { rows } = await ask({ ...whole, measures: ['calls'] });
    expect(rows.map((row) => 'other' in row)).toEqual([false, false, false, false]);
  });

  it('cuts the answer at the limit and says so', async () => {
    await insertEvents(db, fiveCalls);
    const { rows, meta } = await ask({ ...whole, measures: ['calls'], top: { count: 2 }, limit: 2 });
    expect(rows).toHaveLength(2);
    expect(meta).toMatchObject({ groups: 4, truncated: true });
  });

  it.each([
    [{ top: { count: 3 }, group_by: [] }, 'top'],
    [{ top: { count: 3, by: 'coverage' } }, 'top.by'],
    [{ top: { count: 0 } }, 'top.count'],
    [{ top: { count: 101 } }, 'top.count'],
  ])('names what is wrong with %j', async (change, field) => {
    const wrong = ask({ ...whole, measures: ['calls'], ...change });
    await expect(wrong).rejects.toMatchObject({ status: 400, errors: [expect.objectContaining({ field })] });
  });
});

describe('the top of closed and retired days', () => {
  it('adds up the daily counts of the rest, as without a top', async () => {
    const closing: Closing = closingOf(db);
    const fresh = (): Promise<void> => closing.refresher.ensureFresh();
    const orgs = ['a', 'b', 'c', 'd'];
    const calls = orgs.flatMap((org, rank) =>
      [0, 1, 6].flatMap((number) =>
        Array.from({ length: 2 + rank }, (_, index) =>
          callOf(org, number, 100 * rank + index, {
            traceId: `${org}-${number}-${index}`,
            own: owned({ orgId: org, conversationId: `c${index}`, userId: 'u' }),
          }),
        ),
      ),
    );
    await closing.accept(calls);
    const now = day(7) + DAY_MS / 2;
    await closing.close(now);
    await closing.retire(now);
    const body = {
      ...{ from: new Date(day(0)).toISOString(), to: new Date(day(8)).toISOString(), interval: '1d' },
      measures: ['cost_per_conversation', 'cost_per_user', 'calls'],
    };
    const topped = await ask({ ...body, group_by: ['org_id'], top: { count: 2, by: 'calls' } }, fresh);
    expect(topped.meta.distinct_method).toBe('sum_of_daily_distinct');
    expect(new Set(topped.rows.filter(({ other }) => !other).map((row) => row['org_id']))).toEqual(
      new Set(['c', 'd']),
    );
    const rest = await ask(
      { ...body, filters: [{ dimension: 'org_id', operator: 'not in', values: ['c', 'd'] }] },
      fresh,
    );
    const others = topped.rows.flatMap(({ other, org_id, ...row }) =>
      other ? [{ ...row, org: org_id }] : [],
    );
    expect(rest.rows.length).toBe(3);
    expect(others).toEqual(rest.rows.map((row) => ({ ...row, org: null })));
  });
});
