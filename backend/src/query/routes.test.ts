import type { Sql } from 'sql-template-tag';
import { allowedOrganisations } from '../access/allowed.js';
import type { Db } from '../db/db.js';
import { createPriceBook } from '../pricing/price-book.js';
import { boundTo, callRoute } from '../../../test/support/call-route.js';
import { send, startServer, type TestServer } from '../../../test/support/http-server.js';
import { createQueryRoutes } from './routes.js';
import { createStatusRoutes } from './status-routes.js';

let statements: Sql[];
const MARKS = {
  aggregate_floor: new Date('2026-10-01'),
  raw_floor: new Date('2026-10-20'),
  written_before: new Date('2026-11-01'),
};
/** A database that answers nothing but its watermarks and remembers what else it was asked of usage. */
const db = {
  transaction: (work: (tx: typeof db) => Promise<unknown>) => work(db),
  query: (statement: Sql) => {
    if (/^set local|schema_migrations/.test(statement.text.trim()))
      return Promise.resolve({ rows: [], rowCount: 0 });
    if (statement.text.includes('aggregate_floor')) return Promise.resolve({ rows: [MARKS], rowCount: 1 });
    statements.push(statement);
    return Promise.resolve({ rows: [], rowCount: 0 });
  },
} as unknown as Db;
const deps = { db, allowed: allowedOrganisations, fresh: () => Promise.resolve() };
const routes = [
  ...createQueryRoutes({ ...deps, priceBook: () => createPriceBook([]) }),
  ...createStatusRoutes({ ...deps, now: Date.now, version: '1', schema: 0 }),
];

beforeEach(() => {
  statements = [];
});

/** Over every watermark: each table has its part. */
const MONTHS = { from: '2026-10-05T00:00:00Z', to: '2026-11-03T05:01:00Z' };

it.each([
  ['get', '/api/v1/events', undefined],
  ['get', '/api/v1/events?kind=all&trace_id=t&from=2026-11-01T00:00:00Z', undefined],
  ['get', '/api/v1/events/t/s/cost?realm=team', undefined],
  ['get', '/api/v1/traces/t', undefined],
  ['get', '/api/v1/conversations?conversation_id=c', undefined],
  ['post', '/api/v1/events/search', {}],
  ['post', '/api/v1/events/search', { order_by: { field: 'cost_usd' }, filters: [] }],
  ['get', '/api/v1/annotations', undefined],
  ['get', '/api/v1/dimensions/org_id/values', undefined],
  ['post', '/api/v1/dimensions/model/values', { filters: [] }],
  ['post', '/api/v1/query', { ...MONTHS, measures: ['calls'] }],
  ['post', '/api/v1/query', { ...MONTHS, measures: ['calls'], group_by: ['model'], top: { count: 3 } }],
  ['post', '/api/v1/query', { ...MONTHS, measures: ['calls'], group_by: ['model'] }],
  ['post', '/api/v1/query', { ...MONTHS, measures: ['calls'], group_by: ['assistant_id'] }],
  ['post', '/api/v1/query', { ...MONTHS, measures: ['duration_ms_p95', 'cost_per_user'] }],
  ['post', '/api/v1/query', { ...MONTHS, from: '2026-10-25T00:01:00Z', measures: ['cost_per_user'] }],
  ['get', '/api/v1/status', undefined],
] as const)(
  '%s %s gives every read of events the organisations the caller may see',
  async (method, url, body) => {
    // Without rows most answers are errors: what matters here is what was asked of the database before.
    await callRoute(routes, boundTo('acme'), method, url, body).catch(() => undefined);
    expect(statements.length).toBeGreaterThan(0);
    for (const { text, values } of statements) {
      const reads = text.match(/\bfrom\s+(usage_\w+|kept_events|ledger_adjustments)\b/g) ?? [];
      expect(reads.length).toBeGreaterThan(0);
      expect(text.match(/org_id = \$/g)).toHaveLength(reads.length);
      expect(values.filter((value) => value === 'acme')).toHaveLength(reads.length);
    }
  },
);

describe('over HTTP', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer(routes);
  });
  afterAll(() => server.server.close());

  it('takes a repeated parameter as either, a single one as one', async () => {
    const { status, json } = await send(
      server.port,
      'GET',
      '/api/v1/events?model=a&model=b&org_id=acme&from=2026-11-22T00:00:00Z',
    );
    expect([status, json]).toEqual([200, { events: [], next_cursor: null }]);
    expect(statements[0]?.values).toEqual(expect.arrayContaining([['a', 'b'], ['acme']]));
  });

  it('names an unknown query parameter', async () => {
    const { status, json } = await send(server.port, 'GET', '/api/v1/events?colour=red');
    expect([status, json['errors']]).toEqual([400, [expect.objectContaining({ field: 'colour' })]]);
    expect(statements).toEqual([]);
  });

  it('names a wrong field of a query', async () => {
    const body = JSON.stringify({
      from: '2026-11-01T00:00:00Z',
      to: '2026-11-02T00:00:00Z',
      measures: ['cost'],
    });
    const headers = { 'content-type': 'application/json' };
    const { status, json } = await send(server.port, 'POST', '/api/v1/query', { headers, body });
    expect([status, json['errors']]).toEqual([400, [expect.objectContaining({ field: 'measures[0]' })]]);
  });
});
