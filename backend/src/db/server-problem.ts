import { errorCode, errorMessage } from './error-parts.js';

const OLDEST_POSTGRESQL = 15;
const OLDEST_TIMESCALEDB = [2, 23] as const;

export interface ServerFacts {
  /** `server_version_num`, e.g. 150020. */
  readonly version: number;
  /** True on a standby, and where the role or the database is set to read only. */
  readonly readOnly: boolean;
  readonly role: string;
  /** Where new tables go; null when no schema of the search path exists. */
  readonly schema: string | null;
  readonly mayCreate: boolean;
}

export interface ExtensionFacts {
  /** TimescaleDB's version in this database, e.g. "2.23.1". */
  readonly version: string;
  /** `timescaledb.license`: "timescale" or "apache". */
  readonly license: string | null;
}

/** Why the product cannot live on this server and what to do, or null when it can. */
export function serverProblem({ version, readOnly, role, schema, mayCreate }: ServerFacts): string | null {
  const postgresql = Math.floor(version / 10_000);
  if (postgresql < OLDEST_POSTGRESQL) {
    return `PostgreSQL ${postgresql} is too old; use ${OLDEST_POSTGRESQL} or newer.`;
  }
  if (readOnly) {
    return 'it takes no writes (a standby, or default_transaction_read_only is on); DATABASE_URL must name the primary.';
  }
  if (!mayCreate) {
    const where = schema ?? 'public';
    return (
      `role "${role}" may not create tables in schema "${where}". A database administrator must run in this ` +
      `database: grant create on schema "${where}" to "${role}";`
    );
  }
  return null;
}

/** Why the product cannot live with this TimescaleDB and what to do, or null when it can. */
export function extensionProblem({ version, license }: ExtensionFacts): string | null {
  if (!isAtLeast(version, OLDEST_TIMESCALEDB)) {
    return (
      `TimescaleDB ${version} is too old; use ${OLDEST_TIMESCALEDB.join('.')} or newer. ` +
      'If the server has a newer package, run in a fresh session: alter extension timescaledb update;'
    );
  }
  if (license === 'apache') {
    return (
      'its TimescaleDB runs as the Apache-only edition, which has no continuous aggregates. ' +
      "Use the Community edition (setting timescaledb.license = 'timescale')."
    );
  }
  return null;
}

function isAtLeast(version: string, [major, minor]: readonly [number, number]): boolean {
  const [ownMajor = 0, ownMinor = 0] = version.split(/[.-]/).map(Number);
  return ownMajor > major || (ownMajor === major && ownMinor >= minor);
}

/** An error of the first statements in words that say what to do. `target` names the database without its password. */
export function explainServerError(error: unknown, target: string): Error {
  const message = errorMessage(error);
  const advice = message.endsWith('must be preloaded') ? NOT_PRELOADED : ADVICE[errorCode(error)];
  return new Error(`cannot use ${target}: ${advice ?? message}`, { cause: error });
}

const NOT_PRELOADED =
  "the server has not loaded TimescaleDB; set shared_preload_libraries = 'timescaledb' in postgresql.conf and restart it.";
const REFUSED =
  'the user or password in DATABASE_URL was refused; check both, and pg_hba.conf on the server.';
const UNREACHABLE =
  'no PostgreSQL answers there; check host and port in DATABASE_URL and that the server runs.';
const ADVICE: Readonly<Record<string, string>> = {
  '28P01': REFUSED,
  '28000': REFUSED,
  '3D000': 'the database does not exist; create it with: create database "name";',
  '53300': 'the server has no free connection; raise max_connections or end other clients.',
  ECONNREFUSED: UNREACHABLE,
  ENOTFOUND: UNREACHABLE,
  EAI_AGAIN: UNREACHABLE,
  EHOSTUNREACH: UNREACHABLE,
  ETIMEDOUT: UNREACHABLE,
};
