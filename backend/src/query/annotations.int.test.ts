import sql, { join, raw } from 'sql-template-tag';
import { boundTo, callRoute, team } from '../../../test/support/call-route.js';
import { openTestDb, truncateAll } from '../../../test/support/database.js';
import { insertEvents, pendingCost, storedEvent, type StoredEvent } from '../../../test/support/events.js';
import { priceVersion } from '../../../test/support/prices.js';
import { allowedOrganisations } from '../access/allowed.js';
import type { Db } from '../db/db.js';
import type { Caller } from '../http/caller.js';
import { createPriceBook } from '../pricing/price-book.js';
import { createQueryRoutes } from './routes.js';

interface Annotation {
  readonly kind: string;
  readonly time: string;
  readonly time_end: string | null;
  readonly title: string;
  readonly text: string;
  readonly tags: string[];
}

const NOW = Date.parse('2026-11-22T12:00:00Z');
let db: Db;
beforeAll(async () => {
  db = await openTestDb();
});
afterEach(() => truncateAll(db));
afterAll(() => db.close());

const versions = [
  priceVersion({ id: '1', recordedAt: Date.parse('2026-11-10T00:00Z') }),
  priceVersion({ id: '2', source: 'override', recordedAt: Date.parse('2026-11-11T00:00Z') }),
];
async function ask(
  query = '',
  caller: Caller = team,
): Promise<{ annotations: Annotation[]; truncated: boolean }> {
  const deps = { db, priceBook: () => createPriceBook(versions), allowed: allowedOrganisations };
  const routes = createQueryRoutes({ ...deps, fresh: () => Promise.resolve(), now: () => NOW });
  return (await callRoute(routes, caller, 'get', `/api/v1/annotations?${query}`)) as never;
}

/** Calls with the moment they got their price; null: priced at once. */
async function recovered(...calls: [string | null, Partial<StoredEvent>][]): Promise<void> {
  const events = calls.map(([, event]) => storedEvent({ started_at: '2026-11-18T12:00:00Z', ...event }));
  await insertEvents(db, events);
  for (const [index, [at]] of calls.entries()) {
    await db.query(
      sql`update usage_events set recovered_at = ${at}::timestamptz where span_id = ${events[index]?.span_id}`,
    );
  }
}

async function adjusted(row: Record<string, string | number | null>): Promise<void> {
  const full = {
    ...{
      bucket: '2026-11-12T10:15:00Z',
      org_id: 'acme',
      reason: 'repriced',
      below_floor: false,
      cost_usd: null,
    },
    ...{ posted_at: '2026-11-20T03:00:00Z', calls: 0, priced_calls: 0, pending_calls: 0, failed_calls: 0 },
    ...{ written_off_calls: 0, inexact_calls: 0, error_calls: 0, ...row },
  };
  const columns = join(Object.keys(full).map((name) => raw(name)));
  await db.query(sql`insert into ledger_adjustments (${columns})
    select ${columns} from jsonb_populate_record(null::ledger_adjustments, ${JSON.stringify(full)}::jsonb)`);
}

describe('GET /api/v1/annotations', () => {
  it('tells calls that got their price, by the hour they did and by model', async () => {
    await recovered(
      ['2026-11-20T10:05:00Z', { model: 'house', cost_usd: '0.04' }],
      ['2026-11-20T10:55:00Z', { model: 'house', cost_usd: '0.023' }],
      ['2026-11-20T11:00:00Z', { model: 'house', cost_usd: '1' }],
      ['2026-11-20T10:30:00Z', { model: null, provider: null, cost_usd: '0' }],
      ['2026-11-20T10:30:00Z', { ...pendingCost() }],
      [null, { model: 'house' }],
    );
    const { annotations, truncated } = await ask('kind=pending_recovered');
    expect(annotations.map(({ time, time_end, title }) => [time, time_end, title])).toEqual([
      ['2026-11-20T10:00:00.000Z', '2026-11-20T11:00:00.000Z', '2 calls of house got their price: 0.063 USD'],
      [
        '2026-11-20T10:00:00.000Z',
        '2026-11-20T11:00:00.000Z',
        '1 call of an unnamed model got its price: 0 USD',
      ],
      ['2026-11-20T11:00:00.000Z', '2026-11-20T12:00:00.000Z', '1 call of house got its price: 1 USD'],
    ]);
    expect(truncated).toBe(false);
    const narrow = 'from=2026-11-20T11:00:00Z&to=2026-11-20T11:00:01Z&kind=pending_recovered';
    expect((await ask(narrow)).annotations).toHaveLength(1);
    expect((await ask('kind=pending_recovered&model=other')).annotations).toEqual([]);
  });

  it('tells closed days that were restated, by day and reason, with what changed', async () => {
    await adjusted({ priced_calls: 1, pending_calls: -1, cost_usd: '0.5' });
    await adjusted({ priced_calls: 1, pending_calls: -1, cost_usd: '0.25', bucket: '2026-11-12T23:45:00Z' });
    await adjusted({ reason: 'price_corrected', cost_usd: '-0.000000000000000001' });
    await adjusted({ reason: 'settled', calls: 1, model: 'a', bucket: '2026-11-13T00:00:00Z' });
    await adjusted({ reason: 'settled', calls: -1, model: 'b', bucket: '2026-11-13T00:00:00Z' });
    const { annotations } = await ask('kind=day_restated');
    expect(
      annotations.map(({ time, time_end, title }) => [time.slice(0, 10), time_end?.slice(0, 10), title]),
    ).toEqual([
      ['2026-11-12', '2026-11-13', '12 Nov 2026 restated: +0.75 USD, pending calls priced'],
      ['2026-11-12', '2026-11-13', '12 Nov 2026 restated: -0.000000000000000001 USD, prices corrected'],
      ['2026-11-13', '2026-11-14', '13 Nov 2026 restated: no change of cost, calls settled'],
    ]);
    expect(annotations[0]?.text).toBe(
      'Pending calls got their price. Since the day was closed: +2 priced calls, -2 pending calls, 0.75 USD. Last on 20 Nov 2026.',
    );
    expect(annotations[2]?.text).toContain('The sums of the day stay as they were.');
    expect(
      (await ask('kind=day_restated&from=2026-11-12T11:00:00Z&to=2026-11-12T12:00:00Z')).annotations,
    ).toHaveLength(2);
  });

  it('mixes all kinds in the order of time', async () => {
    await adjusted({ cost_usd: '1', calls: 1 });
    await recovered(['2026-11-20T10:05:00Z', {}]);
    const { annotations } = await ask();
    expect(annotations.map(({ kind }) => kind)).toEqual([
      'price_change',
      'price_change',
      'day_restated',
      'pending_recovered',
    ]);
  });

  it('tells a customer of the catalogue and his own calls only', async () => {
    await adjusted({ org_id: 'globex', cost_usd: '1' });
    await adjusted({ org_id: 'acme', cost_usd: '2' });
    await recovered(['2026-11-20T10:05:00Z', { org_id: 'globex' }]);
    const { annotations } = await ask('', boundTo('acme'));
    expect(annotations.map(({ kind, title }) => [kind, title])).toEqual([
      ['price_change', 'Price catalogue test imported: 1 price'],
      ['day_restated', '12 Nov 2026 restated: +2 USD, pending calls priced'],
    ]);
    await expect(ask('org_id=globex', boundTo('acme'))).rejects.toMatchObject({ status: 403 });
    expect((await ask('org_id=globex')).annotations).toHaveLength(4);
  });

  it('keeps the 200 most important, both kinds of them, and says so', async () => {
    const day = (index: number): string =>
      new Date(Date.parse('2026-04-01') + index * 86_400_000).toISOString();
    for (let index = 0; index < 210; index += 1)
      await adjusted({ bucket: day(index), cost_usd: `${index + 1}`, calls: 1 });
    await recovered(['2026-11-20T10:05:00Z', {}]);
    const { annotations, truncated } = await ask(
      'from=2026-01-01T00:00:00Z&kind=day_restated&kind=pending_recovered',
    );
    expect([annotations.length, truncated]).toEqual([200, true]);
    expect(annotations[0]?.title).toContain('+12 USD');
    expect(annotations.at(-1)?.kind).toBe('pending_recovered');
  });

  it.each([
    ['kind=rain', 'kind'],
    ['from=2026-11-02T00:00:00Z&to=2026-11-01T00:00:00Z', 'to'],
    ['colour=red', 'colour'],
  ])('names what is wrong with %s', async (query, field) => {
    await expect(ask(query)).rejects.toMatchObject({
      status: 400,
      errors: [expect.objectContaining({ field })],
    });
  });
});
