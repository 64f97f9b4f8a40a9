import { copyFile, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import sql, { raw } from 'sql-template-tag';
import type { Db, Row } from '../backend/src/db/db.js';
import { openEmbedded } from '../backend/src/db/embedded/open-embedded.js';
import { migrate } from '../backend/src/db/migrate.js';
import { MIGRATIONS } from '../backend/src/db/migration-files.js';
import { openServer } from '../backend/src/db/open-server.js';
import { createServerDatabase, silentLogger } from './support/database.js';

/** Migrations 0011 and 0013 make aggregates anew: what is known of days without raw events must come through them. */
const AGGREGATES = ['usage_15m', 'usage_15m_by_org', 'usage_1d', 'usage_1h_by_model'];
const LATENCIES = ['usage_latency_1h', 'usage_latency_1d'];
const BEFORE = 10;

let db: Db;
let drop: () => Promise<void>;
let older: string;
beforeAll(async () => {
  older = await mkdtemp(join(tmpdir(), 'migrations-'));
  for (const file of await readdir(MIGRATIONS))
    if (Number(file.slice(0, 4)) <= BEFORE)
      await copyFile(fileURLToPath(new URL(file, MIGRATIONS)), join(older, file));
  const server = process.env.TEST_DATABASE_URL;
  const created = server ? await createServerDatabase(server) : null;
  db = created
    ? await openServer({ databaseUrl: created.url, logger: silentLogger })
    : await openEmbedded({ dataDir: null, logger: silentLogger });
  drop = async () => created?.drop();
});
afterAll(async () => {
  await db.close();
  await drop();
  await rm(older, { recursive: true });
});

const refresh = async (from: string, names: readonly string[] = AGGREGATES): Promise<void> => {
  for (const name of names)
    await db.query(
      sql`call refresh_continuous_aggregate(${name}, ${from}::timestamptz, '2026-11-04T00:00:00Z'::timestamptz)`,
    );
};
const contents = async (name: string): Promise<Row[]> => {
  const { rows } = await db.query(
    raw(
      `select bucket, org_id, calls::int, priced_calls::int, cost_usd::text, input_tokens::text from ${name} order by 1, 2`,
    ),
  );
  return rows;
};

it('carries the aggregates of retired days over, and adds what caches saved to what comes after', async () => {
  await migrate(db, pathToFileURL(`${older}/`), silentLogger);
  const insert = (day: string, more = '', value = '') =>
    db.query(
      raw(`insert into usage_events (realm, trace_id, span_id, started_at, kind, span_class, name, duration_us, scope_name,
          scope_version, status_error, org_id, provider, model, input_tokens, usage_quality, detail, failed, cost_status,
          cost_quality, cost_usd${more})
        select 'team', '${day}' || i, 's', '${day}'::timestamptz + i * interval '17 minutes', 'call', 'call', 'chat', 1000,
          'x', '1', false, 'org-' || i % 3, 'openai', 'model-' || i % 2, i, 'exact', 1, false, 'priced', 'exact',
          0.000000000000000001 * i${value}
        from generate_series(0, 60) as i`),
    );
  await insert('2026-11-01T00:00:00Z');
  await insert('2026-11-02T00:00:00Z');
  await refresh('2026-11-01T00:00:00Z', [...AGGREGATES, ...LATENCIES]);
  const before = new Map<string, Row[]>();
  for (const name of AGGREGATES) before.set(name, await contents(name));
  await db.query(sql`
    update ledger_state set closed_before = '2026-11-02T00:00:00Z', written_before = '2026-11-02T00:00:00Z',
                            raw_floor = '2026-11-02T00:00:00Z'`);
  await db.query(sql`select drop_chunks('usage_events', older_than => '2026-11-02T00:00:00Z'::timestamptz)`);

  expect((await migrate(db, MIGRATIONS, silentLogger)).applied[0]).toBe('0011_cache_saved');
  await refresh('2026-11-02T00:00:00Z');
  for (const name of AGGREGATES) expect([name, await contents(name)]).toEqual([name, before.get(name)]);

  // Percentiles of all organisations (migration 0013): of days without raw events, too.
  await refresh('2026-11-02T00:00:00Z', [...LATENCIES, 'usage_latency_1d_by_model']);
  const { rows: latencies } = await db.query(
    sql`select bucket::date::text as day, sum(calls)::int as calls from usage_latency_1d_by_model group by 1 order by 1`,
  );
  expect(latencies).toEqual([
    { day: '2026-11-01', calls: 61 },
    { day: '2026-11-02', calls: 61 },
  ]);

  await insert('2026-11-03T00:00:00Z', ', cache_saved_usd', ', -0.5');
  await refresh('2026-11-02T00:00:00Z');
  for (const name of AGGREGATES) {
    const { rows } = await db.query(
      raw(`select bucket < '2026-11-03T00:00:00Z' as older, sum(cache_saved_usd)::float8 as saved from ${name}
           group by 1 order by 1`),
    );
    expect([name, rows]).toEqual([
      name,
      [
        { older: false, saved: -30.5 },
        { older: true, saved: null },
      ],
    ]);
  }
});
