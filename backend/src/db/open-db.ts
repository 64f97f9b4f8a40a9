import type { Db, Logger } from './db.js';
import { openEmbedded, type EmbeddedDb } from './embedded/open-embedded.js';
import { openServer } from './open-server.js';

export interface OpenDbOptions {
  /** A TimescaleDB server; undefined for the embedded engine. */
  readonly databaseUrl: string | undefined;
  /** Data folder of the embedded engine; null keeps it in memory (tests). Unused with `databaseUrl`. */
  readonly dataDir: string | null;
  readonly logger: Logger;
}

/** A database, and what only the embedded one has. */
export type OpenedDb = Db & Partial<Pick<EmbeddedDb, 'openReaderPort'>>;

/**
 * Opens the database the settings name, ready for `migrate`.
 *
 * @throws Error that says what to do: unreachable, refused, too old, no TimescaleDB, folder in use, engine not installed
 */
export async function openDb({ databaseUrl, dataDir, logger }: OpenDbOptions): Promise<OpenedDb> {
  return databaseUrl === undefined ? openEmbedded({ dataDir, logger }) : openServer({ databaseUrl, logger });
}
