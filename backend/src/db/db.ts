import type { Sql } from 'sql-template-tag';

export interface Row {
  readonly [column: string]: unknown;
}

/** Anything that runs SQL: the pool, or one transaction of it. */
export interface Queryable {
  /** Runs one parameterised statement. Numerics and int8 come back as strings, timestamptz as Date. */
  query<T extends Row = Row>(statement: Sql): Promise<{ rows: T[]; rowCount: number }>;
}

/** The database, whichever engine carries it. */
export interface Db extends Queryable {
  readonly engine: 'server' | 'embedded';
  /** Runs `work` in one transaction on one connection; rolled back when it throws. `SET LOCAL` only: the embedded engine has one session. */
  transaction<T>(work: (tx: Queryable) => Promise<T>): Promise<T>;
  /** Runs a statement outside any transaction (`CALL refresh_continuous_aggregate`, `VACUUM`, `CHECKPOINT`). */
  close(): Promise<void>;
}
