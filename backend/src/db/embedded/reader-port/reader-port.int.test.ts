import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import sql from 'sql-template-tag';
import { migratedTemplate, silentLogger } from '../../../../../test/support/database.js';
import { insertEvents, storedEvent } from '../../../../../test/support/events.js';
import { prepareReader, READER } from '../../reader/reader-role.js';
import { openEmbedded, type EmbeddedDb } from '../open-embedded.js';

const PASSWORD = 'reader-password-of-the-test';
/** Enough for any other statement here on a busy machine. */
const RUN_MS = 2_000;

let folder: string;
let db: EmbeddedDb;
let port: number;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tokenledger-reader-'));
  db = await openEmbedded({ dataDir: folder, logger: silentLogger, template: await migratedTemplate() });
  expect(await prepareReader(db, { password: null, logger: silentLogger })).toBeNull();
  await db.query(sql`insert into api_keys (id, name, secret_sha256, scopes, created_by)
    values ('k1', 'topsecret', ${'ab'.repeat(32)}, array['read'], 'test')`);
  await insertEvents(db, [storedEvent({ org_id: 'acme', cost_usd: '0.000000000000000001' })]);
  ({ port } = await db.openReaderPort({
    role: READER,
    password: PASSWORD,
    port: 0,
    runMs: RUN_MS,
    rows: 5_000,
    bytes: 4 * 1024 ** 2,
  }));
}, 300_000);
afterAll(async () => {
  await db.close();
  rmSync(folder, { recursive: true, force: true });
});

const settings = (more: pg.ClientConfig = {}): pg.ClientConfig => ({
  ...{ host: '127.0.0.1', port, user: READER, password: PASSWORD, database: 'tokenledger', ...more },
});
async function withClient<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client(settings());
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}
const ask = (text: string): Promise<pg.QueryResult> => withClient((client) => client.query(text));
/** The same by Parse, Bind and Execute. */
const askExtended = (text: string): Promise<pg.QueryResult> =>
  withClient((client) => client.query({ text, queryMode: 'extended' } as pg.QueryConfig));

/** What must be as it was, whatever a reader tries: nothing written, nothing locked, the session the service's own. */
async function state(): Promise<unknown> {
  const { rows } = await db.query(sql`
    select (select count(*)::int from api_keys) as keys, (select count(*)::int from usage_events) as events,
           (select count(*)::int from pg_class) as relations, (select count(*)::int from pg_roles) as roles,
           (select count(*)::int from pg_largeobject_metadata) as objects, (select count(*)::int from pg_proc) as functions,
           (select last_value::int from request_numbers) as number, (select count(*)::int from _timescaledb_config.bgw_job) as jobs,
           (select count(*)::int from pg_prepared_statements) as prepared, (select count(*)::int from pg_cursors) as cursors,
           (select count(*)::int from pg_locks where locktype = 'advisory') as locks,
           (select count(*)::int from pg_replication_slots) as slots,
           current_user as role, current_setting('search_path') as path, current_setting('transaction_read_only') as readonly,
           current_setting('timezone') as zone, current_setting('work_mem') as memory`);
  return rows[0];
}

describe('reading', () => {
  it('is by the reader role, read only, in the schema of the views', async () => {
    const { rows } = await ask(
      `select current_user::text, current_setting('transaction_read_only') as readonly, current_schema()::text as schema`,
    );
    expect(rows).toEqual([{ current_user: READER, readonly: 'on', schema: 'reporting' }]);
  });

  it('tells exact money as text, and every view answers', async () => {
    expect((await ask('select cost_usd_text from calls')).rows).toEqual([
      { cost_usd_text: '0.000000000000000001' },
    ]);
    const { rows } = await ask(
      `select table_name from information_schema.views where table_schema = 'reporting'`,
    );
    expect(rows.length).toBeGreaterThan(20);
    for (const { table_name: view } of rows as { table_name: string }[])
      expect((await ask(`select * from ${view} limit 5`)).rows.length).toBeGreaterThanOrEqual(0);
  });

  it('takes parameters, named statements again and again, and two clients with one name', () =>
    withClient(async (a) =>
      withClient(async (b) => {
        const one = { name: 'same', text: 'select $1::int as v' };
        const other = { name: 'same', text: 'select $1::text as v' };
        for (let run = 0; run < 3; run += 1) {
          expect((await a.query({ ...one, values: [run] })).rows).toEqual([{ v: run }]);
          expect((await b.query({ ...other, values: ['x'] })).rows).toEqual([{ v: 'x' }]);
        }
        expect(await state()).toMatchObject({ prepared: 0 });
      }),
    ));

  it('begin, set and rollback of a driver change nothing for anybody', () =>
    withClient(async (client) => {
      const before = await state();
      await client.query('begin');
      await client.query("set application_name = 'grafana'");
      expect((await client.query('select 1 as v')).rows).toEqual([{ v: 1 }]);
      await expect(client.query('select 1 / 0')).rejects.toMatchObject({ code: '22012' });
      await expect(client.query('select 1')).rejects.toMatchObject({ code: '25P02' });
      // The engine is free meanwhile.
      expect(await state()).toEqual(before);
      await client.query('rollback');
      expect((await client.query('select 2 as v')).rows).toEqual([{ v: 2 }]);
      expect((await client.query('-- ping')).rows).toEqual([]);
    }));

  it('sixty clients at once each get their own answers', async () => {
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, n) =>
        ask(n % 3 === 0 ? `select 1/0 as v` : `select ${n} as v`).catch(() => null),
      ),
    );
    expect(answers.map((answer) => (answer?.rows[0] as { v: number } | undefined)?.v ?? null)).toEqual(
      Array.from({ length: 60 }, (_, n) => (n % 3 === 0 ? null : n)),
    );
  });
});

/** Statement → SQLSTATE it must be refused with; a list where several doors are shut before it. */
const REFUSED = [
  '42501',
  '25006',
  '42601',
  '0A000',
  '42883',
  '42P01',
  '22023',
  '55000',
  '42704',
  '26000',
  '34000',
  '42846',
];
const ESCAPES: readonly string[] = [
  // More than one statement, and what a comment hides.
  'select 1; select 2',
  'select 1; commit; select * from public.api_keys',
  '/* /* */ select */ commit; select 1',
  '/* /* */ select */ drop table public.api_keys',
  '-- x\r drop table public.api_keys',
  'with x as (select 1) select 1; drop table public.api_keys',
  // Tables, catalogues, files.
  'select * from public.api_keys',
  'table public.usage_events',
  'select * from pg_authid',
  "select pg_read_file('/etc/passwd')",
  "select pg_read_binary_file('pg_hba.conf')",
  "select pg_ls_dir('/')",
  "select pg_stat_file('/etc/passwd')",
  "select lo_import('/etc/passwd')",
  "select lo_create(0), lo_from_bytea(0, 'x')",
  'select pg_current_logfile(), pg_ls_waldir()',
  // Writing.
  'drop table public.api_keys',
  'create table mine (a int)',
  'create temporary table mine (a int)',
  'select 1 as a into mine',
  'with x as (delete from public.usage_events returning 1) select * from x',
  'with x as (insert into public.api_keys select * from public.api_keys returning 1) select * from x',
  'explain analyze delete from public.usage_events',
  'explain (analyze) create table mine as select 1',
  "copy (select 1) to program 'id'",
  'copy public.api_keys to stdout',
  'copy public.api_keys from stdin',
  "do $$ begin execute 'set role postgres'; end $$",
  'truncate public.usage_events',
  'vacuum',
  'checkpoint',
  "load 'plpgsql'",
  'alter role tokenledger_reader superuser',
  'alter system set work_mem = 1',
  'prepare p as select 1',
  'execute p',
  'declare c cursor for select 1',
  'fetch 1 from c',
  'listen x',
  'notify x',
  'lock table public.usage_events',
  'call public.run_job(1)',
  'grant select on public.api_keys to public',
  'reindex database postgres',
  'select * from usage_daily for update',
  // Roles and settings.
  'set role postgres',
  'set session authorization postgres',
  'set local role none',
  'set transaction read write',
  'set search_path = public',
  'set statement_timeout = 0',
  "set timezone = 'Europe/Berlin'",
  "select set_config('role', 'none', true)",
  "select set_config('transaction_read_only', 'off', true)",
  "select set_config('role','none',true), query_to_xml('select * from public.api_keys', true, false, '')",
  "select query_to_xml('select set_config(''role'',''none'',true)', true, false, '')",
  "select database_to_xml(true, false, '')",
  "select table_to_xml('public.api_keys', true, false, '')",
  "select cursor_to_xml('c', 1, true, false, '')",
  "select * from ts_stat('select to_tsvector(name) from public.api_keys')",
  "select ts_rewrite('a'::tsquery, 'select 1, 2')",
  "update pg_settings set setting = 'off' where name = 'transaction_read_only'",
  // Locks, waiting, other sessions, replication.
  'select pg_advisory_lock(1)',
  'select pg_try_advisory_lock(1)',
  'select pg_advisory_xact_lock_shared(1)',
  'select pg_sleep(10)',
  "select pg_sleep_for('10 s')",
  'select pg_terminate_backend(pg_backend_pid())',
  'select pg_cancel_backend(pg_backend_pid())',
  "select pg_notify('a', 'b')",
  "select pg_logical_emit_message(true, 'a', 'b')",
  "select pg_create_physical_replication_slot('s', true)",
  'select pg_export_snapshot()',
  'select pg_switch_wal()',
  'select pg_reload_conf()',
  "select nextval('public.request_numbers')",
  "select setval('public.request_numbers', 1)",
  'select binary_upgrade_set_next_pg_authid_oid(1)',
  'select pg_stop_making_pinned_objects()',
  'select pg_import_system_collations(1)',
  "select brin_summarize_new_values('public.usage_daily_time')",
  // TimescaleDB.
  "select public.add_job('public.run_job', '1 h')",
  'select public.alter_job(1, scheduled => false)',
  'select public.delete_job(1)',
  "select public.drop_chunks('public.usage_events', older_than => now())",
  "select public.create_hypertable('public.api_keys', 'created_at')",
  "select public.compress_chunk('public.usage_events')",
  "select public.add_retention_policy('public.usage_events', interval '1 h')",
  "select public.add_continuous_aggregate_policy('public.usage_1d', null, null, interval '1 h')",
  "select public.set_integer_now_func('public.usage_events', 'now')",
  "select public.set_chunk_time_interval('public.usage_events', interval '1 h')",
  'select public.timescaledb_pre_restore()',
  'select public.timescaledb_post_restore()',
  'select _timescaledb_functions.restart_background_workers()',
  'select _timescaledb_functions.stop_background_workers()',
  "select _timescaledb_functions.drop_chunk('public.usage_events')",
  "select _timescaledb_internal.drop_chunk('public.usage_events')",
  "select _timescaledb_functions.set_peer_dist_id('00000000-0000-0000-0000-000000000000')",
  'select * from timescaledb_information.job_history_x',
];

describe('ways out', () => {
  it.each(ESCAPES)('%s', async (text) => {
    const before = await state();
    for (const way of [ask, askExtended]) {
      const error: unknown = await way(text).then(
        ({ rows }): unknown => rows,
        (failed: unknown) => failed,
      );
      expect(error).toMatchObject({ code: expect.stringMatching(new RegExp(`^(${REFUSED.join('|')})$`)) });
      expect(JSON.stringify(error)).not.toContain('topsecret');
    }
    expect(await state()).toEqual(before);
  });

  it('no function that does something may be called, but for a random number, the time and a size', async () => {
    const { rows } = await db.query<{ name: string }>(sql`
      select distinct n.nspname || '.' || p.proname as name from pg_proc p join pg_namespace n on n.oid = p.pronamespace
      where has_function_privilege(${READER}, p.oid, 'execute') and has_schema_privilege(${READER}, n.oid, 'usage')
        and not 'internal'::regtype = any(p.proargtypes::oid[])
        and (p.provolatile = 'v' or n.nspname like '\\_timescaledb%') order by 1`);
    expect(rows.map(({ name }) => name)).toMatchSnapshot();
  });
});

describe('what would stop others', () => {
  const RUNAWAY = 'select count(*) from generate_series(1, 100000) a, generate_series(1, 100000) b';

  it('a statement that runs too long ends, and everybody goes on with everything there', async () => {
    const before = await state();
    const waiting = sleep(300).then(() => ask('select 7 as v'));
    await expect(ask(RUNAWAY)).rejects.toMatchObject({ code: '57014' });
    expect((await waiting).rows).toEqual([{ v: 7 }]);
    expect(await state()).toEqual(before);
  }, 300_000);

  it('while every way out is tried, events are stored, each once', async () => {
    let sent = 0;
    let stop = false;
    const sending = (async () => {
      while (!stop) {
        await insertEvents(db, [storedEvent({ org_id: 'busy' })]);
        sent += 1;
      }
    })();
    for (let run = 0; run < 2; run += 1) await expect(ask(RUNAWAY)).rejects.toMatchObject({ code: '57014' });
    await Promise.all(ESCAPES.map((text) => ask(text).catch(() => undefined)));
    stop = true;
    await sending;
    expect(sent).toBeGreaterThan(2);
    const { rows } = await db.query(sql`select count(*)::int as n from usage_events where org_id = 'busy'`);
    expect(rows).toEqual([{ n: sent }]);
  }, 300_000);

  it('a batch that still waits is cancelled, one that runs is not', async () => {
    await withClient(async (client) => {
      const busy = ask(RUNAWAY).catch((error: unknown) => error);
      await sleep(200);
      const answer = client.query('select 1').catch((error: unknown) => error);
      await sleep(100);
      const { processID, secretKey } = client as unknown as { processID: number; secretKey: number };
      const cancel = connect(port, '127.0.0.1');
      const message = Buffer.alloc(16);
      [16, 80877102, processID, secretKey].forEach((value, index) => message.writeInt32BE(value, index * 4));
      cancel.end(message);
      expect(await answer).toMatchObject({ code: '57014', message: expect.stringContaining('user request') });
      expect(await busy).toMatchObject({ code: '57014' });
    });
  }, 300_000);

  it.each([
    ['rows', 'select generate_series(1, 5001)', '54000'],
    ['bytes', "select repeat('x', 4200000)", '54000'],
  ])(
    'an answer of too many %s is an error, not a part',
    async (_what, text, code) => {
      await expect(ask(text)).rejects.toMatchObject({ code });
      expect((await ask('select 1 as v')).rows).toEqual([{ v: 1 }]);
    },
    60_000,
  );

  it.each([
    [
      'memory',
      "select sum(length(a)) from (select array_agg(repeat('x', 1000))::text as a from generate_series(1, 3000000)) b",
    ],
    ['recursion', `select ${'('.repeat(50_000)}1${')'.repeat(50_000)}`],
    ['numbers', 'select 9::numeric ^ 99999 ^ 9'],
    ['patterns', `select 'x' ~ '${'(x+)+'.repeat(300)}y'`],
  ])(
    'one that takes too much %s ends',
    async (_what, text) => {
      await ask(text).catch(() => undefined);
      expect((await ask('select 1 as v')).rows).toEqual([{ v: 1 }]);
      expect((await db.query(sql`select count(*)::int as n from api_keys`)).rows).toEqual([{ n: 1 }]);
    },
    60_000,
  );
});

describe('the door', () => {
  it.each([
    ['another password', { password: 'wrong' }],
    ['none', { password: '' }],
    ['another user', { user: 'postgres' }],
  ])('%s: refused, and slowly', async (_what, more) => {
    const client = new pg.Client(settings(more));
    const started = Date.now();
    await expect(client.connect()).rejects.toMatchObject({ code: '28P01' });
    expect(Date.now() - started).toBeGreaterThan(900);
  });

  /** Everything a raw connection hears until it ends. */
  const hear = (socket: Socket): Promise<string> =>
    new Promise((resolve) => {
      const heard: Buffer[] = [];
      socket.on('data', (bytes: Buffer) => heard.push(bytes));
      socket.on('error', () => undefined);
      socket.on('close', () => resolve(Buffer.concat(heard).toString('latin1')));
    });
  const startup = (words: string): Buffer => {
    const body = Buffer.from(`\0\x03\0\0${words}\0\0`);
    const length = Buffer.alloc(4);
    length.writeInt32BE(body.length + 4);
    return Buffer.concat([length, body]);
  };
  it.each([
    ['HTTP', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
    ['noise', Buffer.from(Array.from({ length: 2_000 }, (_, n) => (n * 7919) % 256))],
    ['an endless message', Buffer.from([0x7f, 0xff, 0xff, 0xff, 0, 3, 0, 0])],
    ['a length of nothing', Buffer.from([0, 0, 0, 0, 0, 3, 0, 0])],
    ['replication', startup(`user\0${READER}\0replication\0true`)],
    ['another encoding', startup(`user\0${READER}\0client_encoding\0LATIN1`)],
    [
      'a query instead of a password',
      Buffer.concat([startup(`user\0${READER}`), Buffer.from('Q\0\0\0\x0dselect 1\0')]),
    ],
  ])('%s ends the connection, and nothing else', async (_what, bytes) => {
    const socket = connect(port, '127.0.0.1');
    socket.write(bytes);
    const heard = await hear(socket);
    expect(heard).not.toContain('select 1');
    expect(heard).not.toMatch(/D\0\0\0/);
    expect((await ask('select 1 as v')).rows).toEqual([{ v: 1 }]);
  });

  it('a message of more than a megabyte ends the connection', async () => {
    await expect(ask(`select '${'x'.repeat(1_100_000)}'`)).rejects.toThrow();
    expect((await ask('select 1 as v')).rows).toEqual([{ v: 1 }]);
  });

  it('a hundred connections are enough', async () => {
    const clients: pg.Client[] = [];
    try {
      for (let n = 0; n < 100; n += 1) {
        const client = new pg.Client(settings());
        client.on('error', () => undefined);
        await client.connect();
        clients.push(client);
      }
      await expect(new pg.Client(settings()).connect()).rejects.toMatchObject({ code: '53300' });
    } finally {
      await Promise.all(clients.map((client) => client.end()));
    }
    expect((await ask('select 1 as v')).rows).toEqual([{ v: 1 }]);
  }, 300_000);
});
