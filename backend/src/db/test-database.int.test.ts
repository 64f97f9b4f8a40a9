import sql from 'sql-template-tag';
import { openTestDb, truncateAll } from '../../../test/support/database.js';
import type { Db } from './db.js';
import { schemaVersion } from './migrate.js';

let db: Db;
beforeAll(async () => {
  db = await openTestDb();
});
afterAll(() => db.close());

it('truncateAll empties the tables and what the aggregate has materialised, and keeps the schema', async () => {
  const version = await schemaVersion(db);
  await db.query(sql`
    insert into usage_events (realm, trace_id, span_id, started_at, kind, span_class, name, duration_us, scope_name,
        scope_version, status_error, org_id, usage_quality, detail, failed, cost_status, cost_usd)
      values ('team', 't', 's', now() - interval '1 day', 'call', 'call', 'chat', 1, 'x', '1', false, 'acme', 'exact', 1,
        false, 'priced', 1)`);
  await db.query(
    sql`call refresh_continuous_aggregate('usage_15m', now() - interval '2 days', now() - interval '1 hour')`,
  );
  const calls = async () => (await db.query(sql`select sum(calls)::int as n from usage_15m`)).rows[0]?.n;
  expect(await calls()).toBe(1);
  await truncateAll(db);
  expect(await calls()).toBeNull();
  expect((await db.query(sql`select 1 from usage_events`)).rowCount).toBe(0);
  expect(await schemaVersion(db)).toBe(version);
});
