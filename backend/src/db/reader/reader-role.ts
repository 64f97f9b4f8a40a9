import sql, { raw, type Sql } from 'sql-template-tag';
import type { Db, Logger, Queryable, Row } from '../db.js';
import { errorCode, errorMessage } from '../error-parts.js';
import { MIGRATION_LOCK_KEY } from '../migrate.js';
import { scramVerifier } from './scram-verifier.js';

export const READER = 'tokenledger_reader';
/** Grafana's pool for one data source is 100 by default: what does not get in is told so and tried again. */
const MOST_CONNECTIONS = 20;
/** Defaults of its sessions in this database. The first is what protects the others: without it the role is not ready. */
const SESSION: readonly (readonly [name: string, value: string])[] = [
  ['statement_timeout', `'10s'`],
  ['default_transaction_read_only', 'on'],
  ['search_path', 'reporting, public'],
  ['timezone', `'UTC'`],
  ['jit', 'off'],
  ['work_mem', `'64MB'`],
];

export interface ReaderOptions {
  /** Lets the role log in with it; null leaves its login as it is. Printable ASCII. */
  readonly password: string | null;
  readonly logger: Logger;
}

/** Null: SQL users can read. Otherwise what stands in the way, and what to do. */
export type ReaderProblem = string | null;

/**
 * Makes the role of SQL users as it should be: it may read the views of `reporting` and nothing else. Run at every start
 * after migrating, so that views of a newer version are readable and a role that an administrator made later is taken up.
 * Roles belong to the whole cluster: the role may be there already, and another database's service may be making it.
 *
 * @returns what is missing; no error, for everything but SQL users works without the role
 */
export async function prepareReader(db: Db, options: ReaderOptions): Promise<ReaderProblem> {
  const problem = await makeReader(db, options);
  if (problem !== null) options.logger.warn({ role: READER }, problem);
  return problem;
}

async function makeReader(db: Db, { password }: ReaderOptions): Promise<ReaderProblem> {
  const missing = await tryAlter(db, sql`create role ${raw(READER)} nologin noinherit`);
  if (!(await roleExists(db))) return withoutRole(missing);
  const refused = await tryAlter(
    db,
    sql`grant usage on schema reporting to ${raw(READER)}`,
    sql`grant select on all tables in schema reporting to ${raw(READER)}`,
  );
  if (refused !== null) return `the role ${READER} cannot be given the views of schema reporting: ${refused}`;
  await narrowPublic(db);
  await tryAlter(db, sql`alter role ${raw(READER)} connection limit ${raw(String(MOST_CONNECTIONS))}`);
  for (const [name, value] of SESSION) await tryAlter(db, await sessionDefault(db, name, value));
  if (!(await hasTimeout(db))) return withoutTimeout();
  return password === null ? null : setPassword(db, password);
}

const withoutRole = (reason: string | null): string =>
  `SQL users cannot read: there is no role ${READER} and this service may not make it (${reason ?? 'unknown'}). ` +
  `A database administrator can: create role ${READER} login password '…' connection limit ${MOST_CONNECTIONS}; ` +
  `alter role ${READER} set statement_timeout = '10s'; then start again`;

const withoutTimeout = (): string =>
  `the role ${READER} has no statement_timeout and this service may not set it. ` +
  `A database administrator can: alter role ${READER} set statement_timeout = '10s'; then start again`;

async function setPassword(db: Db, password: string): Promise<ReaderProblem> {
  const refused = await tryAlter(
    db,
    sql`alter role ${raw(READER)} login password '${raw(scramVerifier(password))}'`,
  );
  return refused === null
    ? null
    : `READER_PASSWORD could not be set (${refused}). A database administrator can set it: ` +
        `alter role ${READER} login password '…';`;
}

async function sessionDefault(db: Db, name: string, value: string): Promise<Sql> {
  const { rows } = await db.query<{ database: string }>(
    sql`select quote_ident(current_database()) as database`,
  );
  return raw(`alter role ${READER} in database ${rows[0]?.database ?? ''} set ${name} = ${value}`);
}

/** What everybody may do by default in a database of one's own, and this role should not: tables of its own, temporary or not. */
async function narrowPublic(db: Db): Promise<void> {
  const { rows } = await db.query<{ statement: string }>(sql`
    select format('revoke create on schema %I from public', nspname) as statement
    from pg_namespace, aclexplode(coalesce(nspacl, acldefault('n', nspowner))) as given
    where nspname = current_schema() and given.grantee = 0 and given.privilege_type = 'CREATE'
    union all
    select format('revoke temporary on database %I from public', datname)
    from pg_database, aclexplode(coalesce(datacl, acldefault('d', datdba))) as given
    where datname = current_database() and given.grantee = 0 and given.privilege_type = 'TEMPORARY'`);
  for (const { statement } of rows) await tryAlter(db, raw(statement));
}

async function roleExists(db: Queryable): Promise<boolean> {
  return (await db.query(sql`select from pg_roles where rolname = ${READER}`)).rowCount > 0;
}

/** Set for the role, here or in every database. */
async function hasTimeout(db: Queryable): Promise<boolean> {
  const { rows } = await db.query<{ found: boolean } & Row>(sql`
    select exists (
      select from pg_db_role_setting s join pg_roles r on r.oid = s.setrole, unnest(s.setconfig) as setting
      where r.rolname = ${READER} and setting like 'statement_timeout=%'
        and s.setdatabase in (0, (select oid from pg_database where datname = current_database()))) as found`);
  return rows[0]?.found === true;
}

/** The role was made meanwhile, or there already. */
const THERE_ALREADY = new Set(['42710', '23505']);
const TRIES = 5;

/**
 * Runs statements about the role in one transaction, alone in this database. Another database's service may change the
 * same row of the cluster's catalogue at the same time ("tuple concurrently updated", XX000): then again.
 * @returns why it was refused; null when it is done
 */
async function tryAlter(db: Db, ...statements: readonly Sql[]): Promise<string | null> {
  for (let tries = 1; ; tries += 1) {
    try {
      await db.transaction(async (tx) => {
        await tx.query(sql`select pg_advisory_xact_lock(${MIGRATION_LOCK_KEY})`);
        for (const statement of statements) await tx.query(statement);
      });
      return null;
    } catch (error) {
      const code = errorCode(error);
      if (THERE_ALREADY.has(code)) return null;
      // Of a folder that was just made the embedded engine refuses a revoke on its own database, however often it is tried.
      if (code !== 'XX000' || tries === TRIES) return errorMessage(error);
    }
  }
}
