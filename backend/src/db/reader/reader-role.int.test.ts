import sql from 'sql-template-tag';
import { openTestDb } from '../../../../test/support/database.js';
import type { Db, Logger } from '../db.js';
import { prepareReader, READER } from './reader-role.js';
import { scramVerifier } from './scram-verifier.js';

const PASSWORD = 'a-password-with-$-and-\'-and-"';

let db: Db;
let lines: unknown[];
const log = (details: object, message: string): void => void lines.push([details, message]);
const logger: Logger = { info: log, warn: log, error: log };
beforeAll(async () => {
  db = await openTestDb();
});
afterAll(() => db.close());
beforeEach(() => {
  lines = [];
});

/** The database as a role sees it that may do nothing with roles. */
const weakly = (of: Db): Db => ({
  ...of,
  transaction: (work) =>
    of.transaction(async (tx) => {
      await tx.query(sql`set local role weak_service`);
      return work(tx);
    }),
});

it('makes the role, gives it the views and its defaults, and may be run again', async () => {
  for (let start = 0; start < 2; start += 1)
    expect(await prepareReader(db, { password: null, logger })).toBeNull();
  const { rows } = await db.query(sql`
    select rolsuper, rolcreaterole, rolcreatedb, rolbypassrls, rolconnlimit,
           has_schema_privilege(${READER}, current_schema(), 'create') as may_create,
           has_database_privilege(${READER}, current_database(), 'temporary') as may_temporary,
           has_table_privilege(${READER}, 'reporting.usage_daily', 'select') as may_read
    from pg_roles where rolname = ${READER}`);
  expect(rows).toEqual([
    {
      ...{ rolsuper: false, rolcreaterole: false, rolcreatedb: false, rolbypassrls: false, rolconnlimit: 20 },
      ...{ may_create: false, may_temporary: false, may_read: true },
    },
  ]);
  const settings = await db.query<{ setconfig: string[] }>(sql`
    select setconfig from pg_db_role_setting s join pg_roles r on r.oid = s.setrole
    where rolname = ${READER} and setdatabase = (select oid from pg_database where datname = current_database())`);
  expect(settings.rows[0]?.setconfig).toEqual(
    expect.arrayContaining(['statement_timeout=10s', 'default_transaction_read_only=on', 'TimeZone=UTC']),
  );
  expect(lines).toEqual([]);
});

it('sets a password as PostgreSQL itself would store it, and never tells it', async () => {
  expect(await prepareReader(db, { password: PASSWORD, logger })).toBeNull();
  const { rows } = await db.query<{ rolcanlogin: boolean; rolpassword: string }>(
    sql`select rolcanlogin, rolpassword from pg_authid where rolname = ${READER}`,
  );
  const stored = rows[0]?.rolpassword ?? '';
  expect(rows[0]?.rolcanlogin).toBe(true);
  const salt = /^SCRAM-SHA-256\$4096:([^$]+)\$/.exec(stored)?.[1] ?? '';
  expect(stored).toBe(scramVerifier(PASSWORD, Buffer.from(salt, 'base64')));
  expect(JSON.stringify(lines)).not.toContain(PASSWORD);

  // The same password and salt, by the server.
  await db.withConnection((c) =>
    c.script(`drop role if exists scram_twin; set password_encryption = 'scram-sha-256';
      create role scram_twin password 'twin-password'; reset password_encryption`),
  );
  const twin = await db.query<{ rolpassword: string }>(
    sql`select rolpassword from pg_authid where rolname = 'scram_twin'`,
  );
  await db.query(sql`drop role scram_twin`);
  const by = twin.rows[0]?.rolpassword ?? '';
  const itsSalt = /:([^$]+)\$/.exec(by)?.[1] ?? '';
  expect(scramVerifier('twin-password', Buffer.from(itsSalt, 'base64'))).toBe(by);
});

it('without the right it goes on, and says what an administrator has to run', async () => {
  await db.query(sql`create role weak_service`);
  try {
    await db.query(sql`grant usage on schema reporting to weak_service`);
    const problem = await prepareReader(weakly(db), { password: PASSWORD, logger });
    expect(problem).toContain(READER);
    expect(lines).toEqual([[{ role: READER }, problem]]);
    expect(problem).not.toContain(PASSWORD);
  } finally {
    await db.withConnection((c) => c.script('drop owned by weak_service; drop role weak_service'));
  }
});
