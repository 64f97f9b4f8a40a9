import { createServer, type AddressInfo } from 'node:net';
import sql from 'sql-template-tag';
import { silentLogger } from '../../../test/support/database.js';
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
  it('names a database that does not exist', async () => {
    const url = new URL(server ?? '');
    url.pathname = '/no_such_database';
    await expect(open(url.href)).rejects.toThrow('the database does not exist; create it');
  });

  it('opens with time zone UTC and the application name', async () => {
    const db = await open(server ?? '');
    try {
      const { rows } = await db.withConnection((connection) =>
        connection.query(
          sql`select current_setting('timezone') as zone, current_setting('application_name') as name`,
        ),
      );
      expect(rows).toEqual([{ zone: 'UTC', name: 'tokenledger' }]);
    } finally {
      await db.close();
    }
  });
});
