import type { Sql } from 'sql-template-tag';

export interface Row {
  readonly [column: string]: unknown;
}

/** Anything that runs SQL: the pool, or one transaction of it. */
export interface Queryable {
  /** Runs one parameterised statement. Numerics and int8 come back as strings, timestamptz as Date. */
  query<T extends Row = Row>(statement: Sql): Promise<{ rows: T[]; rowCount: number }>;
}

/** One connection of the pool, held for a while. */
export interface Connection extends Queryable {
  /** Runs a text of several statements without parameters, as migrations are. Outside a transaction it is one by itself. */
  script(text: string): Promise<void>;
}

/** The database, whichever engine carries it. */
export interface Db extends Queryable {
  readonly engine: 'server' | 'embedded';
  /** Runs `work` in one transaction on one connection; rolled back when it throws. `SET LOCAL` only: the embedded engine has one session. */
  transaction<T>(work: (tx: Connection) => Promise<T>): Promise<T>;
  /** Runs `work` on one connection outside any transaction: session advisory locks, a `CALL` after a `SET`. */
  withConnection<T>(work: (connection: Connection) => Promise<T>): Promise<T>;
  /** Waits for running work, then closes the engine or the pool. Safe to call twice. */
  close(): Promise<void>;
}

/** What db needs of pino. */
export interface Logger {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}
