import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import sql, { raw } from 'sql-template-tag';
import { createServerDatabase, silentLogger } from '../../../test/support/database.js';
import { openServer } from './open-server.js';

const open = (databaseUrl: string) => openServer({ databaseUrl, logger: silentLogger });

async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

it('says where nothing answers, without the password', async () => {
  const port = await closedPort();
  const failure = await open(`postgres://app:s3cret@127.0.0.1:${port}/ledger`).catch(
    (error: unknown) => error,
  );
  expect(String(failure)).toContain(`database "ledger" at 127.0.0.1:${port}: no PostgreSQL answers there`);
  expect(String(failure)).not.toContain('s3cret');
});

it.each(['127.0.0.1:5432/s3cret', 'mysql://a:s3cret@h/db', 'postgres://a:s3cret@h:port/db'])(
  'refuses %s as DATABASE_URL with an example and without repeating it',
  async (text) => {
    const failure = await open(text).catch((error: unknown) => error);
    expect(String(failure)).toContain('example: postgres://');
    expect(String(failure)).not.toContain('s3cret');
  },
);

const server = process.env.TEST_DATABASE_URL;
if (!server) process.stderr.write('SKIPPED: tests on a real TimescaleDB server (set TEST_DATABASE_URL)\n');

(server ? describe : describe.skip)('on a real server', () => {
  let database: { url: string; drop(): Promise<void> };
  beforeEach(async () => {
    database = await createServerDatabase(server ?? '');
  });
  afterEach(() => database.drop());

  /** Runs `alter database … <change>` on the test's database. */
  const alter = async (change: string): Promise<void> => {
    const admin = await open(server ?? '');
    await admin.query(raw(`alter database ${new URL(database.url).pathname.slice(1)} ${change}`));
    await admin.close();
  };

  it('names a database that does not exist', async () => {
    const url = new URL(server ?? '');
    url.pathname = '/no_such_database';
    await expect(open(url.href)).rejects.toThrow('the database does not exist; create it');
  });

  it('names a password that is wrong, without repeating it', async () => {
    const url = new URL(server ?? '');
    url.username = 'no_such_role';
    url.password = 's3cret';
    const failure = await open(url.href).catch((error: unknown) => error);
    expect(String(failure)).toContain('user or password in DATABASE_URL was refused');
    expect(String(failure)).not.toContain('s3cret');
  });

  it('refuses a database that takes no writes', async () => {
    await alter('set default_transaction_read_only = on');
    await expect(open(database.url)).rejects.toThrow('DATABASE_URL must name the primary');
  });

  it('refuses where tables may not be created', async () => {
    await alter('set search_path = no_such_schema');
    await expect(open(database.url)).rejects.toThrow('may not create tables in schema');
  });

  it('lets several processes create the extension at once', async () => {
    const opened = await Promise.all([1, 2, 3, 4].map(() => open(database.url)));
    await Promise.all(opened.map((db) => db.close()));
    expect(opened).toHaveLength(4);
  });

  it('survives the loss of an idle connection and logs why, without the connection itself', async () => {
    const logged: object[] = [];
    const warn = (details: object): void => void logged.push(details);
    const db = await openServer({ databaseUrl: database.url, logger: { ...silentLogger, warn } });
    try {
      const { rows } = await db.query<{ pid: number }>(sql`select pg_backend_pid() as pid`);
      const admin = await open(server ?? '');
      await admin.query(sql`select pg_terminate_backend(${rows[0]?.pid}::int, 5000)`);
      await admin.close();
      while (logged.length === 0) await sleep(10);
      expect(logged).toEqual([
        { code: '57P01', reason: 'terminating connection due to administrator command' },
      ]);
      expect((await db.query(sql`select 1`)).rowCount).toBe(1);
    } finally {
      await db.close();
    }
  });

  it('opens with time zone UTC and the application name', async () => {
    const db = await open(database.url);
    try {
      const { rows } = await db.query(
        sql`select current_setting('timezone') as zone, current_setting('application_name') as name`,
      );
      expect(rows).toEqual([{ zone: 'UTC', name: 'tokenledger' }]);
    } finally {
      await db.close();
    }
  });
});
