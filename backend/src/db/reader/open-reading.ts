import type { Logger } from '../db.js';
import { forgetReaderPassword, keepReaderPassword } from '../embedded/reader-port/reader-password.js';
import { errorCode, errorMessage } from '../error-parts.js';
import type { OpenedDb } from '../open-db.js';
import { prepareReader, READER } from './reader-role.js';

export interface ReadingOptions {
  readonly password: string | null;
  /** Of the embedded engine; null: none. */
  readonly port: number | null;
  readonly dataDir: string;
  readonly logger: Logger;
}

/** How SQL users can read: `problem` says why they cannot, or where to. */
export interface Reading {
  readonly problem: string | null;
  /** Of the embedded engine, while it is open. */
  readonly port: number | null;
}

/** Prepares the role of SQL users, and with the embedded engine opens its port. Whatever is wrong here stops nothing else. */
export async function openReading(db: OpenedDb, options: ReadingOptions): Promise<Reading> {
  const { password, port, dataDir, logger } = options;
  const problem = await prepareReader(db, { password, logger });
  if (problem !== null || !db.openReaderPort) return { problem, port: null };
  if (port === null) return { problem: 'EMBEDDED_PG_PORT is 0', port: null };
  if (password !== null) forgetReaderPassword(dataDir);
  try {
    const opened = await db.openReaderPort({
      role: READER,
      password: password ?? keepReaderPassword(dataDir),
      port,
    });
    return { problem: null, port: opened.port };
  } catch (error) {
    const taken = errorCode(error) === 'EADDRINUSE';
    const why = taken
      ? `port ${port} of 127.0.0.1 is taken: set EMBEDDED_PG_PORT to another, or to 0`
      : `the port for SQL users could not be opened: ${errorMessage(error)}`;
    logger.warn({ port }, why);
    return { problem: why, port: null };
  }
}
