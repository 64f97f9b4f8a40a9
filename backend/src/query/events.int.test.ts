import fc from 'fast-check';
import { allowedOrganisations } from '../access/allowed.js';
import type { Caller } from '../http/caller.js';
import type { Db } from '../db/db.js';
import { createPriceBook } from '../pricing/price-book.js';
import { boundTo, callRoute, team } from '../../../test/support/call-route.js';
import { openTestDb, truncateAll } from '../../../test/support/database.js';
import { asStep, insertEvents, pendingCost, storedEvent } from '../../../test/support/events.js';
import { createQueryRoutes } from './routes.js';

type Json = Record<string, unknown>;
interface Page {
  events: (Json & { span_id: string; org_id: string })[];
  next_cursor: string | null;
}

let db: Db;
beforeAll(async () => {
  db = await openTestDb();
});
afterEach(() => truncateAll(db));
afterAll(() => db.close());

const get = (url: string, caller: Caller = team): Promise<Json> =>
  callRoute(
    createQueryRoutes({
      db,
      priceBook: () => createPriceBook([]),
      allowed: allowedOrganisations,
      fresh: () => Promise.resolve(),
    }),
    caller,
    'get',
    url,
  );
const list = async (query = '', caller: Caller = team): Promise<Page> =>
  (await get(`/api/v1/events?${query}`, caller)) as unknown as Page;
const spans = ({ events }: Page): string[] => events.map((event) => event.span_id);

describe('GET /api/v1/events', () => {
  it('shows an event as it is stored: times in ms, money as text, what is not told as null', async () => {
    await insertEvents(db, [
      storedEvent({
        ...{ trace_id: 't1', span_id: 's1', started_at: '2026-11-01T12:00:00.007Z', duration_us: 1_500_250 },
        ...{ cost_usd: '0.000000000000000001', price_version_ids: '7,8', lost: 'cache_read; 1h split' },
        ...{ usage_more: { input_audio: 5, web_search: 2 }, reported_cost: '0.5000' },
      }),
    ]);
    const { events } = await list();
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({
      ...{ realm: 'team', org_id: 'acme', trace_id: 't1', span_id: 's1', parent_span_id: null, kind: 'call' },
      ...{ started_at: '2026-11-01T12:00:00.007Z', duration_ms: 1500.25, cost_usd: '0.000000000000000001' },
      ...{ price_version_ids: ['7', '8'], lost: ['cache_read', '1h split'], reported_cost_usd: '0.5' },
      usage: {
        input_tokens: 100,
        cache_read: null,
        output_tokens: 10,
        input_audio: 5,
        other: { web_search: 2 },
      },
    });
  });

  it('lists calls and repeats unless told, and steps without usage or cost', async () => {
    await insertEvents(db, [
      storedEvent({ span_id: 'call' }),
      storedEvent({
        ...pendingCost('wrapper'),
        ...{
          span_id: 'repeat',
          kind: 'repeat',
          cost_status: 'unbilled',
          repeat_of_trace_id: 't',
          repeat_of_span_id: 'call',
        },
      }),
      storedEvent({ ...asStep, span_id: 'step' }),
    ]);
    expect(new Set(spans(await list()))).toEqual(new Set(['call', 'repeat']));
    expect(new Set(spans(await list('kind=all')))).toEqual(new Set(['call', 'repeat', 'step']));
    const { events } = await list('kind=step&kind=repeat');
    expect(events.find((event) => event.span_id === 'step')).toMatchObject({
      usage: null,
      cost_usd: null,
      cost_status: null,
    });
    expect(events.find((event) => event.span_id === 'repeat')).toMatchObject({
      cost_reason: 'wrapper',
      repeat_of: { trace_id: 't', span_id: 'call', started_at: null },
    });
  });

  it('filters by every parameter, repeated ones meaning either, over a half-open time', async () => {
    const at = (minute: number): string => `2026-11-01T12:0${minute}:00.000Z`;
    await insertEvents(db, [
      storedEvent({ span_id: 'a', started_at: at(0), model: 'm1', assistant_id: 'x', environment: 'prod' }),
      storedEvent({
        span_id: 'b',
        started_at: at(1),
        model: 'm2',
        query_type: 'chat',
        conversation_id: 'c1',
      }),
      storedEvent({
        span_id: 'c',
        started_at: at(2),
        ...pendingCost('unknown_model'),
        provider: 'xai',
        org_id: 'globex',
      }),
    ]);
    const cases: Record<string, string[]> = {
      'model=m1&model=m2': ['b', 'a'],
      'model=m1&environment=prod&assistant_id=x': ['a'],
      'query_type=chat&conversation_id=c1': ['b'],
      'status=pending': ['c'],
      'status=pending&status=priced': ['c', 'b', 'a'],
      'reason=unknown_model&provider=xai': ['c'],
      'org_id=globex': ['c'],
      [`from=${at(1)}&to=${at(2)}`]: ['b'],
      [`from=2026-11-01T13:01:00%2B01:00`]: ['c', 'b'],
      'model=m3': [],
    };
    for (const [query, wanted] of Object.entries(cases))
      expect([query, spans(await list(query))]).toEqual([query, wanted]);
  });

  it('pages through everything once, however many share a time, while new events arrive', async () => {
    const times = ['2026-11-01T00:00:00.000Z', '2026-11-01T00:00:00.001Z', '2026-11-02T00:00:00.000Z'];
    const stored = Array.from({ length: 60 }, (_, index) =>
      storedEvent({
        started_at: times[index % 3] ?? '',
        trace_id: `trace-${index % 4}`,
        span_id: `span-${index % 20}`,
        realm: index % 2 ? 'team' : 'org:acme',
      }),
    );
    await insertEvents(db, stored);
    const key = (event: Json): string =>
      JSON.stringify([event['started_at'], event['trace_id'], event['span_id'], event['realm']]);
    const seen: string[] = [];
    let cursor: string | null = '';
    for (let pages = 0; cursor !== null && pages < 30; pages += 1) {
      const page: Page = await list(`limit=7${cursor && `&cursor=${cursor}`}`);
      seen.push(...page.events.map(key));
      cursor = page.next_cursor;
      await insertEvents(db, [storedEvent({ started_at: '2026-11-03T00:00:00.000Z' })]);
    }
    expect(cursor).toBeNull();
    expect(seen).toHaveLength(60);
    expect(new Set(seen)).toEqual(new Set(stored.map((event) => key(event as unknown as Json))));
    const order = seen.map((text) => JSON.parse(text) as string[]);
    expect(order).toEqual(order.toSorted((a, b) => (a.join('\n') < b.join('\n') ? 1 : -1)));
  });

  it('has no next page when the last one is just full', async () => {
    await insertEvents(db, [storedEvent(), storedEvent()]);
    expect((await list('limit=2')).next_cursor).toBeNull();
    expect((await list('limit=1')).next_cursor).not.toBeNull();
  });

  it.each([
    ['colour=red', 'colour'],
    ['limit=0', 'limit'],
    ['limit=1001', 'limit'],
    ['limit=ten', 'limit'],
    ['cursor=abc', 'cursor'],
    [`cursor=${Buffer.from('[1e99,"a","b","c"]').toString('base64url')}`, 'cursor'],
    [`cursor=${Buffer.from('[0,"a\\u0000","b","c"]').toString('base64url')}`, 'cursor'],
    [`cursor=${Buffer.from('[8640000000000000,"a","b","c"]').toString('base64url')}`, 'cursor'],
    ['from=9999-12-31T23:59:59-14:00', 'from'],
    ['status=free', 'status'],
    ['kind=wrapper', 'kind'],
    ['reason=because', 'reason'],
    ['from=2026-11-01', 'from'],
    ['from=2026-11-02T00:00:00Z&to=2026-11-02T00:00:00Z', 'to'],
  ])('refuses %s, naming %s', async (query, field) => {
    await expect(list(query)).rejects.toMatchObject({
      status: 400,
      errors: [expect.objectContaining({ field })],
    });
  });

  it('takes SQL and odd text in any parameter as a value', async () => {
    await insertEvents(db, [storedEvent()]);
    const parameters = [
      'org_id',
      'trace_id',
      'model',
      'provider',
      'assistant_id',
      'query_type',
      'conversation_id',
      'environment',
    ];
    const text = fc.oneof(
      fc.constantFrom(`' or '1'='1`, `x'; drop table usage_events; --`, '{"a"}', '%', '\\', '{}', '$1', '"'),
      fc.string({ unit: 'grapheme', maxLength: 30 }).filter((value) => !value.includes('\0')),
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...parameters), text, async (name, value) => {
        const query = new URLSearchParams([
          [name, value],
          [name, 'nobody'],
        ]).toString();
        expect(spans(await list(query))).toEqual([]);
      }),
      { numRuns: 100 },
    );
    expect(spans(await list())).toHaveLength(1);
  });
});

describe('isolation', () => {
  it('shows a key bound to an organisation nothing of another by any list, cursor, trace or explanation', async () => {
    const mine = storedEvent({
      trace_id: 'shared',
      span_id: 'mine',
      org_id: 'acme',
      parent_span_id: 'theirs',
    });
    const theirs = storedEvent({ trace_id: 'shared', span_id: 'theirs', org_id: 'globex' });
    const alone = storedEvent({ trace_id: 'alone', span_id: 'x', org_id: 'globex', realm: 'org:globex' });
    await insertEvents(db, [mine, theirs, alone]);
    const acme = boundTo('acme');
    expect(spans(await list('', acme))).toEqual(['mine']);
    expect(spans(await list('trace_id=shared&trace_id=alone&kind=all', acme))).toEqual(['mine']);
    await expect(list('org_id=globex', acme)).rejects.toMatchObject({ status: 403 });
    await expect(list('org_id=acme&org_id=globex', acme)).rejects.toMatchObject({ status: 403 });
    const { next_cursor } = await list('limit=1');
    for (const event of (await list(`cursor=${next_cursor}`, acme)).events) expect(event.org_id).toBe('acme');

    const trace = await get('/api/v1/traces/shared', acme);
    expect(JSON.stringify(trace)).not.toContain('globex');
    expect(trace).toMatchObject({
      partial: true,
      totals: { spans: 1, calls: 1 },
      spans: [{ span_id: 'mine', depth: 0 }],
    });
    await expect(get('/api/v1/traces/alone', acme)).rejects.toMatchObject({ status: 404 });
    await expect(get('/api/v1/events/shared/theirs/cost', acme)).rejects.toMatchObject({ status: 404 });
    await expect(get('/api/v1/events/alone/x/cost?realm=org:globex', acme)).rejects.toMatchObject({
      status: 404,
    });
  });
});
