import sql from 'sql-template-tag';
import { boundTo, callRoute, team } from '../../../test/support/call-route.js';
import { openTestDb, truncateAll } from '../../../test/support/database.js';
import { insertEvents, pendingCost, storedEvent } from '../../../test/support/events.js';
import { allowedOrganisations } from '../access/allowed.js';
import type { Db } from '../db/db.js';
import { schemaVersion } from '../db/migrate.js';
import type { Caller } from '../http/caller.js';
import { createStatusRoutes } from './status-routes.js';

const NOW = Date.parse('2026-11-22T18:07:00Z');
let db: Db;
let schema: number;
let refreshed: number;
beforeAll(async () => {
  db = await openTestDb();
  schema = await schemaVersion(db);
});
beforeEach(() => {
  refreshed = 0;
});
afterEach(() => truncateAll(db));
afterAll(() => db.close());

const fresh = (): Promise<void> => {
  refreshed += 1;
  return Promise.resolve();
};
const status = (caller: Caller = team, needed = schema): Promise<Record<string, unknown>> => {
  const deps = { db, allowed: allowedOrganisations, fresh, now: () => NOW, version: '1.2.3' };
  return callRoute(createStatusRoutes({ ...deps, schema: needed }), caller, 'get', '/api/v1/status');
};

/** Three of today, the middle one came last; one of yesterday. */
async function fourCalls(): Promise<void> {
  await insertEvents(db, [
    storedEvent({ span_id: '0', started_at: '2026-11-21T23:59:59Z', cost_usd: '7' }),
    storedEvent({ span_id: '1', started_at: '2026-11-22T00:00:00Z', cost_usd: '0.1' }),
    storedEvent({ span_id: '2', started_at: '2026-11-22T18:06:00Z', cost_usd: '0.2', org_id: 'globex' }),
    storedEvent({ span_id: '3', started_at: '2026-11-22T18:06:30Z', ...pendingCost() }),
  ]);
  await db.query(
    sql`update usage_events set request_number = case span_id when '2' then 9 else span_id::int end`,
  );
}

describe('GET /api/v1/status', () => {
  it('tells version, database, the last event and the UTC day so far', async () => {
    await fourCalls();
    expect(await status()).toEqual({
      ...{ version: '1.2.3', api: 1, time: '2026-11-22T18:07:00.000Z' },
      database: { engine: db.engine, schema, needed: schema, behind: false },
      you: { name: 'team', role: null, may_change: false, audience: 'team', organisations: null },
      last_event: { started_at: '2026-11-22T18:06:00.000Z', ingested_at: '2026-11-22T00:00:00.000Z' },
      today: {
        ...{ from: '2026-11-22T00:00:00.000Z', to: '2026-11-22T18:07:00.000Z' },
        ...{ calls: 3, priced_calls: 2, pending_calls: 1, coverage: 0.666666, cost_usd: '0.3' },
      },
    });
    expect(refreshed).toBe(1);
  });

  it('tells a bound key of its own organisation only', async () => {
    await fourCalls();
    const answer = await status(boundTo('acme'));
    expect(answer).toMatchObject({
      you: { audience: 'customer', organisations: ['acme'] },
      last_event: { started_at: '2026-11-22T18:06:30.000Z' },
      today: { calls: 2, cost_usd: '0.1' },
    });
  });

  it('tells role and rights of who comes through Grafana', async () => {
    const admin: Caller = { ...team, name: 'grafana:u1', role: 'admin', scopes: new Set(['read', 'admin']) };
    expect((await status(admin))['you']).toMatchObject({
      name: 'grafana:u1',
      role: 'admin',
      may_change: true,
    });
  });

  it('says that the database is behind, and reads nothing that may not be there', async () => {
    await fourCalls();
    const answer = await status(team, schema + 1);
    expect(answer).toMatchObject({
      database: { schema, needed: schema + 1, behind: true },
      ...{ last_event: null, today: null },
    });
    expect(refreshed).toBe(0);
  });

  it('tells of nothing as nothing, not as zero cost, and of a last event long ago', async () => {
    expect(await status()).toMatchObject({
      last_event: null,
      today: { calls: 0, pending_calls: 0, coverage: null, cost_usd: null },
    });
    await insertEvents(db, [storedEvent({ started_at: '2026-06-01T00:00:00Z' })]);
    await db.query(sql`update usage_events set request_number = 1`);
    expect(await status()).toMatchObject({ last_event: { started_at: '2026-06-01T00:00:00.000Z' } });
  });
});
