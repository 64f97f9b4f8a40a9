import { errorCode, errorMessage } from './error-parts.js';

const OLDEST_POSTGRESQL = 15;
const OLDEST_TIMESCALEDB = [2, 23] as const;

export interface ServerFacts {
  /** `server_version_num`, e.g. 150020. */
  readonly version: number;
  /** TimescaleDB's version in this database, e.g. "2.23.1". */
  readonly extension: string;
  /** `timescaledb.license`: "timescale" or "apache". */
  readonly license: string | null;
}

/** Why the product cannot live on this server and what to do, or null when it can. */
export function serverProblem({ version, extension, license }: ServerFacts): string | null {
  const postgresql = Math.floor(version / 10_000);
  if (postgresql < OLDEST_POSTGRESQL) {
    return `PostgreSQL ${postgresql} is too old; use ${OLDEST_POSTGRESQL} or newer.`;
  }
  if (!isAtLeast(extension, OLDEST_TIMESCALEDB)) {
    return (
      `TimescaleDB ${extension} is too old; use ${OLDEST_TIMESCALEDB.join('.')} or newer. ` +
      'If the server has a newer package, run in a fresh session: alter extension timescaledb update;'
    );
  }
  if (license === 'apache') {
    return (
      'this TimescaleDB is the Apache-only edition, which has no continuous aggregates. ' +
      "Use the Community edition (setting timescaledb.license = 'timescale')."
    );
  }
  return null;
}

function isAtLeast(version: string, [major, minor]: readonly [number, number]): boolean {
  const [ownMajor = 0, ownMinor = 0] = version.split(/[.-]/).map(Number);
  return ownMajor > major || (ownMajor === major && ownMinor >= minor);
}

/** An error of the first connection in words that say what to do. `target` names the database without its password. */
export function explainConnectionError(error: unknown, target: string): Error {
  return new Error(`cannot use ${target}: ${ADVICE[errorCode(error)] ?? errorMessage(error)}`, {
    cause: error,
  });
}

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
