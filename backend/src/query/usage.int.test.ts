import { allowedOrganisations } from '../access/allowed.js';
import type { Caller } from '../http/caller.js';
import type { Db } from '../db/db.js';
import { parseMoney } from '../ledger/money.js';
import { createPriceBook } from '../pricing/price-book.js';
import { boundTo, callRoute, team } from '../../../test/support/call-route.js';
import { openTestDb } from '../../../test/support/database.js';
import { insertEvents, pendingCost, storedEvent, type StoredEvent } from '../../../test/support/events.js';
import { groupBy, randomEvent, randomOf, type Row } from '../../../test/support/usage-oracle.js';
import { createQueryRoutes } from './routes.js';

interface Answer {
  rows: Row[];
  totals: Row;
  meta: { groups: number; truncated: boolean };
}
let db: Db;
let events: StoredEvent[];
const routes = () =>
  createQueryRoutes({
    db,
    priceBook: () => createPriceBook([]),
    allowed: allowedOrganisations,
    fresh: () => Promise.resolve(),
  });
const ask = async (body: object, caller: Caller = team): Promise<Answer> =>
  (await callRoute(routes(), caller, 'post', '/api/v1/query', body)) as unknown as Answer;

beforeAll(async () => {
  db = await openTestDb();
  const random = randomOf(20261122);
  events = Array.from({ length: 600 }, () => randomEvent(random));
  const started_at = '2026-06-02T00:00:00.000Z';
  events.push(
    storedEvent({ ...pendingCost(), org_id: 'all-pending', started_at }),
    storedEvent({ ...pendingCost(), org_id: 'nearly', started_at }),
    ...Array.from({ length: 1_999 }, () => storedEvent({ org_id: 'nearly', started_at })),
  );
  await insertEvents(db, events);
});
afterAll(() => db.close());

describe('POST /api/v1/query', () => {
  const all = { from: '2026-03-01T00:00:00Z', to: '2026-11-10T00:00:00Z' };

  it('puts coverage and pending calls beside every cost, asked for or not', async () => {
    const { rows, totals } = await ask({ ...all, measures: ['cost_per_call'], group_by: ['org_id'] });
    for (const row of [...rows, totals]) {
      expect(Object.keys(row)).toEqual(
        expect.arrayContaining(['cost_per_call', 'coverage', 'pending_calls']),
      );
    }
    expect(Object.keys((await ask({ ...all, measures: ['calls'] })).totals)).toEqual(['calls']);
  });

  it('says null, not zero, where nothing is priced and where nothing is there', async () => {
    const only = { dimension: 'org_id', operator: '=', values: ['all-pending'] };
    const measures = ['cost_usd', 'cost_per_call', 'calls', 'input_tokens'];
    const { rows, totals } = await ask({ ...all, measures, filters: [only] });
    const known = {
      cost_usd: null,
      cost_per_call: null,
      coverage: 0,
      pending_calls: 1,
      calls: 1,
      input_tokens: 100,
    };
    expect(rows).toEqual([known]);
    expect(totals).toEqual(known);
    const nothing = await ask({ ...all, measures, filters: [{ ...only, values: ['nobody'] }] });
    const empty = {
      cost_usd: null,
      cost_per_call: null,
      coverage: null,
      pending_calls: 0,
      calls: 0,
      input_tokens: null,
    };
    expect(nothing).toMatchObject({ rows: [], totals: empty, meta: { groups: 0, truncated: false } });
  });

  it('says coverage 1 only when every call is priced', async () => {
    const filters = [{ dimension: 'org_id', operator: '=', values: ['nearly'] }];
    expect((await ask({ ...all, measures: ['coverage'], filters })).totals['coverage']).toBe(0.9995);
  });

  it('limits the rows, greatest first, and still totals all groups', async () => {
    const base = { ...all, measures: ['cost_usd'], group_by: ['org_id', 'model'] };
    const whole = await ask(base);
    const top = await ask({ ...base, limit: 3 });
    expect(top.rows).toEqual(whole.rows.slice(0, 3));
    expect(top.totals).toEqual(whole.totals);
    expect(top.meta).toMatchObject({ groups: whole.meta.groups, truncated: true });
    const costs = whole.rows.flatMap((row) =>
      row['cost_usd'] === null ? [] : [parseMoney(String(row['cost_usd']))],
    );
    expect(costs).toEqual(costs.toSorted((a, b) => (a < b ? 1 : a > b ? -1 : 0)));
    const byModel = await ask({
      ...base,
      order_by: [{ field: 'model', direction: 'desc' }, { field: 'calls' }],
      measures: ['calls'],
    });
    const models = byModel.rows.map((row) => row['model']);
    expect(models.filter((model) => model !== null)).toEqual(
      models
        .filter((model) => model !== null)
        .toSorted()
        .toReversed(),
    );
    expect(models.at(-1)).toBeNull();
  });

  it('lets a bound key see its own organisation only, whatever it asks', async () => {
    const own = events.filter((event) => event.org_id === 'acme' && event.kind === 'call').length;
    const base = { ...all, measures: ['calls'], group_by: ['org_id'] };
    const acme = boundTo('acme');
    expect((await ask(base, acme)).totals['calls']).toBe(own);
    const sly = [
      { dimension: 'org_id', operator: '!=', values: ['acme'] },
      { dimension: 'org_id', operator: '=~', values: ['.*'] },
      { dimension: 'org_id', operator: 'contains', values: ['glob'] },
      { dimension: 'org_id', operator: 'is not null' },
    ];
    for (const filter of sly) {
      for (const row of (await ask({ ...base, filters: [filter] }, acme)).rows)
        expect(row['org_id']).toBe('acme');
    }
    for (const operator of ['=', 'in']) {
      const filters = [{ dimension: 'org_id', operator, values: ['globex'] }];
      await expect(ask({ ...base, filters }, acme)).rejects.toMatchObject({ status: 403 });
    }
    // The ends between quarters of an hour are read from another table.
    const narrow = { ...base, from: '2026-03-29T00:00:00.001Z', to: '2026-03-29T23:59:59.999Z' };
    for (const row of (await ask(narrow, acme)).rows) expect(row['org_id']).toBe('acme');
  });

  it.each([
    [{ time_zone: 'Mars/Olympus' }, 'time_zone'],
    [{ measures: ['profit'] }, 'measures[0]'],
    [{ measures: [] }, 'measures'],
    [{ group_by: ['user'] }, 'group_by[0]'],
    [{ group_by: ['model', 'model'] }, 'group_by'],
    [{ filters: [{ dimension: 'span_id', operator: '=', values: ['a'] }] }, 'filters[0].dimension'],
    [{ filters: [{ dimension: 'model', operator: 'like', values: ['a'] }] }, 'filters[0].operator'],
    [{ filters: [{ dimension: 'model', operator: '=', values: [] }] }, 'filters[0].values'],
    [{ filters: [{ dimension: 'model', operator: '=~', values: ['(a+)+$'] }] }, 'filters[0].values'],
    [{ filters: [{ dimension: 'model', operator: '=', values: ['a\0b'] }] }, 'filters[0].values[0]'],
    [{ to: all.from }, 'to'],
    [{ from: 'yesterday' }, 'from'],
    [{ from: '1969-12-31T23:59:59Z' }, 'from'],
    [{ from: '1980-01-01T00:00:00Z', interval: '1h' }, 'interval'],
    [{ interval: '5m' }, 'interval'],
    [{ order_by: [{ field: 'model' }] }, 'order_by[0].field'],
    [{ limit: 0 }, 'limit'],
    [{ limit: 1e9 }, 'limit'],
    [{ select: '*' }, 'select'],
  ])('refuses %j, naming %s', async (change, field) => {
    await expect(ask({ ...all, measures: ['calls'], ...change })).rejects.toMatchObject({
      status: 400,
      errors: expect.arrayContaining([expect.objectContaining({ field })]),
    });
  });

  it('takes SQL in any value as a value', async () => {
    const evil = `x'); drop table usage_events; select ('`;
    for (const operator of ['=', 'in', 'contains', '=~', '!=']) {
      const text = operator === '=~' ? evil.replace(/[()]/g, '\\$&') : evil;
      const filters = [{ dimension: 'model', operator, values: [text] }];
      const answer = await ask({ ...all, measures: ['calls'], filters });
      if (operator !== '!=') expect(answer.totals['calls']).toBe(0);
    }
    const { totals } = await ask({ ...all, measures: ['calls'] });
    expect(totals['calls']).toBe(events.filter((event) => event.kind === 'call').length);
  });
});

describe('GET /api/v1/dimensions/{dimension}/values', () => {
  const range = 'from=2026-03-01T00:00:00Z&to=2026-11-10T00:00:00Z';
  const values = async (path: string, caller: Caller = team): Promise<(string | null)[]> => {
    const answer = await callRoute(routes(), caller, 'get', `/api/v1/dimensions/${path}`);
    return (answer['values'] as { value: string | null }[]).map(({ value }) => value);
  };

  it('lists every value, null too, those with most calls first', async () => {
    const calls = events.filter((event) => event.kind === 'call');
    const counts = groupBy(calls, (call) => call.model);
    const got = await values(`model/values?${range}`);
    expect(new Set(got)).toEqual(new Set(counts.keys()));
    const sizes = got.map((value) => counts.get(value)?.length ?? 0);
    expect(sizes).toEqual(sizes.toSorted((a, b) => b - a));
  });

  it('searches without regard to case and narrows by other dimensions', async () => {
    expect(new Set(await values(`query_type/values?q=CHA&${range}`))).toEqual(new Set(['chat', 'Chat']));
    expect(await values(`org_id/values?q=%25&${range}`)).toEqual([]);
    expect(await values(`org_id/values?org_id=acme&org_id=globex&model=gpt-4o&q=glob&${range}`)).toEqual([
      'globex',
    ]);
  });

  it('shows a bound key no other organisation', async () => {
    expect(await values(`org_id/values?${range}`, boundTo('acme'))).toEqual(['acme']);
    await expect(values(`model/values?org_id=globex&${range}`, boundTo('acme'))).rejects.toMatchObject({
      status: 403,
    });
  });

  it('refuses unknown dimensions and parameters by name', async () => {
    await expect(values('user_id/values')).rejects.toMatchObject({
      status: 400,
      errors: [{ field: 'dimension' }],
    });
    await expect(values('model/values?sort=1')).rejects.toMatchObject({
      status: 400,
      errors: [{ field: 'sort' }],
    });
  });
});
