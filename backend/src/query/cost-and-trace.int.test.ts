import { allowedOrganisations } from '../access/allowed.js';
import type { Caller } from '../http/caller.js';
import type { Db } from '../db/db.js';
import { createPriceBook } from '../pricing/price-book.js';
import type { PriceVersion } from '../pricing/price-version.js';
import { boundTo, callRoute, team } from '../../../test/support/call-route.js';
import { openTestDb, truncateAll } from '../../../test/support/database.js';
import {
  asStep,
  insertEvents,
  pendingCost,
  storedEvent,
  type StoredEvent,
} from '../../../test/support/events.js';
import { createQueryRoutes } from './routes.js';

type Json = Record<string, unknown>;
const version = (id: string, output: string, effectiveFrom: string): PriceVersion => ({
  ...{
    id,
    source: 'override',
    sourceVersion: `file-${id}`,
    orgId: null,
    provider: 'openai',
    model: 'gpt-4o',
  },
  match: [{ kind: 'exact', model: 'gpt-4o' }],
  serviceTier: 'standard',
  effectiveFrom: Date.parse(effectiveFrom),
  ...{ certainFrom: -Infinity, recordedAt: Date.parse(effectiveFrom) },
  meters: { input_uncached: { price: '2.5', per: 1_000_000 }, output: { price: output, per: 1_000_000 } },
  ...{ windows: [], basis: null, empty: false, refused: null, withdrawn: false },
  ...{ ended: false, byHand: false, author: null, note: null },
});

let db: Db;
beforeAll(async () => {
  db = await openTestDb();
});
afterEach(() => truncateAll(db));
afterAll(() => db.close());

const get = (url: string, caller: Caller = team, versions: PriceVersion[] = []): Promise<Json> =>
  callRoute(
    createQueryRoutes({
      db,
      priceBook: () => createPriceBook(versions),
      allowed: allowedOrganisations,
      fresh: () => Promise.resolve(),
    }),
    caller,
    'get',
    url,
  );
describe('GET /api/v1/events/{trace_id}/{span_id}/cost', () => {
  const priced = (overrides: Partial<StoredEvent> = {}): StoredEvent =>
    storedEvent({ trace_id: 't', span_id: 's', price_version_ids: '1', ...overrides });
  const versions = [version('1', '10', '2026-01-01T00:00Z'), version('2', '99', '2026-10-01T00:00Z')];

  it('explains the stored cost by the stored price versions, though a newer price reaches back', async () => {
    await insertEvents(db, [priced()]);
    const explained = await get('/api/v1/events/t/s/cost', team, versions);
    expect(explained).toMatchObject({
      components: [
        {
          meter: 'input_uncached',
          quantity: 100,
          price: '2.5',
          per: 1_000_000,
          price_version_id: '1',
          cost_usd: '0.00025',
        },
        {
          meter: 'output',
          quantity: 10,
          price: '10',
          source: 'override',
          source_version: 'file-1',
          cost_usd: '0.0001',
        },
      ],
      price_versions: [
        { price_version_id: '1', effective_from: '2026-01-01T00:00:00.000Z', model: 'gpt-4o' },
      ],
      ...{ total_cost_usd: '0.00035', stored_cost_usd: '0.00035', quality: 'exact', reason: null },
    });
  });

  it('says so when the stored cost does not follow, or its price versions are not known', async () => {
    await insertEvents(db, [priced({ cost_usd: '1' }), priced({ span_id: 'gone', price_version_ids: '77' })]);
    expect(await get('/api/v1/events/t/s/cost', team, versions)).toMatchObject({
      total_cost_usd: '0.00035',
      stored_cost_usd: '1',
      message: expect.stringContaining('does not follow'),
    });
    expect(await get('/api/v1/events/t/gone/cost', team, versions)).toMatchObject({
      ...{ components: [], total_cost_usd: null, stored_cost_usd: '0.00035' },
      message: expect.stringContaining('price book'),
    });
  });

  it('tells what to do about a pending call and why the rest has no cost', async () => {
    await insertEvents(db, [
      priced({ span_id: 'pending', ...pendingCost('no_usage') }),
      priced({ span_id: 'failed', ...pendingCost('failed_no_usage'), cost_status: 'unbilled' }),
      priced({ span_id: 'step', ...asStep }),
    ]);
    expect(await get('/api/v1/events/t/pending/cost', team, versions)).toMatchObject({
      ...{ components: [], total_cost_usd: null, stored_cost_usd: null, reason: 'no_usage' },
      message: expect.stringContaining('send the event again'),
    });
    expect(await get('/api/v1/events/t/failed/cost')).toMatchObject({
      message: expect.stringContaining('not billed'),
    });
    expect(await get('/api/v1/events/t/step/cost')).toMatchObject({
      message: expect.stringContaining('step'),
    });
  });

  it('lists several events with the same ids in a 409, and lets realm and time choose', async () => {
    const later = '2026-11-01T13:00:00.000Z';
    await insertEvents(db, [
      priced(),
      priced({ realm: 'org:acme' }),
      priced({ realm: 'org:acme', started_at: later }),
    ]);
    const url = '/api/v1/events/t/s/cost';
    await expect(get(url)).rejects.toMatchObject({
      status: 409,
      errors: [
        { message: 'realm=org:acme&started_at=2026-11-01T12:00:00.000Z' },
        { message: `realm=org:acme&started_at=${later}` },
        { message: 'realm=team&started_at=2026-11-01T12:00:00.000Z' },
      ],
    });
    expect(await get(`${url}?realm=team`, team, versions)).toMatchObject({ event: { realm: 'team' } });
    await expect(get(`${url}?realm=org:acme`)).rejects.toMatchObject({ status: 409 });
    expect(await get(`${url}?realm=org:acme&started_at=${later}`, team, versions)).toMatchObject({
      event: { realm: 'org:acme', started_at: later },
    });
    await expect(get(`${url}?realm=nowhere`)).rejects.toMatchObject({ status: 404 });
  });

  it("finds a bound key's own event although the team stored one with the same ids for it", async () => {
    await insertEvents(db, [priced(), priced({ realm: 'org:acme' })]);
    const found = await get('/api/v1/events/t/s/cost', boundTo('acme'), versions);
    expect(found).toMatchObject({ event: { realm: 'org:acme' } });
  });
});

describe('GET /api/v1/traces/{trace_id}', () => {
  it('shows the chain in tree order with the cost so far and what is pending', async () => {
    const at = (second: number): string => `2026-11-01T12:00:0${second}.000Z`;
    const trace = { trace_id: 'chain' };
    await insertEvents(db, [
      storedEvent({ ...trace, ...asStep, span_id: 'root', started_at: at(0), duration_us: 5_000_000 }),
      storedEvent({ ...trace, ...asStep, span_id: 'service-b', parent_span_id: 'root', started_at: at(2) }),
      storedEvent({
        ...trace,
        span_id: 'call-1',
        parent_span_id: 'root',
        started_at: at(1),
        cost_usd: '0.1',
      }),
      storedEvent({
        ...trace,
        span_id: 'call-2',
        parent_span_id: 'service-b',
        started_at: at(3),
        cost_usd: '0.200000000000000001',
      }),
      storedEvent({
        ...trace,
        ...pendingCost(),
        span_id: 'call-3',
        parent_span_id: 'lost',
        started_at: at(4),
        input_tokens: null,
      }),
      storedEvent({
        ...trace,
        ...pendingCost('duplicate'),
        span_id: 'copy',
        parent_span_id: 'call-2',
        kind: 'repeat',
        cost_status: 'unbilled',
        started_at: at(3),
      }),
      storedEvent({ span_id: 'elsewhere' }),
    ]);
    const answer = await get('/api/v1/traces/chain');
    const drawn = (answer['spans'] as Json[]).map((span) => [
      span['span_id'],
      span['depth'],
      span['parent_missing'],
    ]);
    expect(drawn).toEqual([
      ['root', 0, false],
      ['call-1', 1, false],
      ['service-b', 1, false],
      ['call-2', 2, false],
      ['copy', 3, false],
      ['call-3', 0, true],
    ]);
    expect(answer).toMatchObject({
      ...{ trace_id: 'chain', partial: true, truncated: false },
      totals: {
        ...{
          cost_usd: '0.300000000000000001',
          coverage: 0.666666,
          spans: 6,
          calls: 3,
          priced_calls: 2,
          pending_calls: 1,
        },
        ...{ input_tokens: 200, output_tokens: 30, tokens: 230, started_at: at(0), duration_ms: 5000 },
      },
      pending: [
        { span_id: 'call-3', reason: 'unknown_model', message: expect.stringContaining('PRICES_FILE') },
      ],
    });
  });

  it('says null, not zero, for a trace without calls, and 404 for none', async () => {
    await insertEvents(db, [storedEvent({ ...asStep, trace_id: 'quiet' })]);
    expect(await get('/api/v1/traces/quiet')).toMatchObject({
      totals: { cost_usd: null, coverage: null, calls: 0, tokens: null },
      pending: [],
    });
    await expect(get(`/api/v1/traces/${encodeURIComponent("'; --")}`)).rejects.toMatchObject({ status: 404 });
  });
});
