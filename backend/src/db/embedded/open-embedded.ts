import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from '../db.js';
import { createPooledDb, type PooledDb } from '../pooled-db.js';
import { lockDirectory } from './directory-lock.js';
import { startEngine } from './engine.js';
import { EngineConnection } from './engine-connection.js';
import { createEngineKeeper } from './engine-keeper.js';
import { createEngineLease } from './engine-lease.js';
import { openReaderPort, type ReaderPort } from './reader-port/reader-port.js';
import { createReaderQueue } from './reader-port/reader-queue.js';
import { narrowReader } from './reader-port/reader-rights.js';

export interface EmbeddedOptions {
  /** The product's data folder: the cluster lives in `pgdata` below it. Null keeps everything in memory (tests). */
  readonly dataDir: string | null;
  readonly logger: Logger;
  /** A tar of an earlier `dump()` to start from (tests). */
  readonly template?: string;
  /** Milliseconds a transaction may stay open without a statement before it is rolled back. */
  readonly idleInTransactionMs?: number;
}

export interface EmbeddedDb extends PooledDb {
  /** The whole cluster as a tar archive, for `template`. */
  dump(): Promise<Uint8Array>;
  /** Ends the engine's thread as a fatal error would. */
  crash(): Promise<void>;
  /**
   * Lets programs read the reporting views over TCP, by the role of SQL users, which must be there. Closed with the database.
   * @throws the error of listen, EADDRINUSE among them
   */
  openReaderPort(options: ReaderOptions): Promise<ReaderPort>;
}

export interface ReaderOptions {
  readonly role: string;
  readonly password: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** How long a batch may run, in milliseconds, and how large the answer of a statement may be. */
  readonly runMs?: number;
  readonly rows?: number;
  readonly bytes?: number;
}

/** An answer of one statement; as many rows as the API gives. */
const READER_ROWS = 50_000;
const READER_BYTES = 32 * 1024 ** 2;

/**
 * Opens TimescaleDB compiled to WebAssembly, in a worker thread, behind an ordinary `pg.Pool`. One session: `SET LOCAL`
 * only, advisory locks exclude nobody. For evaluation and tests: survives `kill -9`, not a power cut (no fsync).
 *
 * @throws Error when the folder is in use, the optional package is missing, or the cluster cannot be opened
 */
export async function openEmbedded(options: EmbeddedOptions): Promise<EmbeddedDb> {
  const { dataDir, logger } = options;
  if (dataDir !== null) mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const lock = dataDir === null ? null : lockDirectory(dataDir);
  try {
    const cluster = dataDir === null ? null : join(dataDir, 'pgdata');
    const keeper = await createEngineKeeper({
      start: () => startEngine({ dataDir: cluster, template: options.template ?? null }),
      reopen: cluster === null ? null : () => startEngine({ dataDir: cluster, template: null }),
      logger,
    });
    const lease = createEngineLease({ ...keeper, idleTimeoutMs: options.idleInTransactionMs ?? 30_000 });
    let readerPort: ReaderPort | undefined;
    const db = createPooledDb({
      engine: 'embedded',
      logger,
      // More connections would only wait: two keep the engine busy while the main thread serialises.
      pool: { user: 'postgres', password: '', ssl: false, max: 4, stream: () => new EngineConnection(lease) },
      afterClose: async () => {
        try {
          await keeper.close();
        } finally {
          lock?.release();
        }
      },
    });
    return {
      ...db,
      close: async () => {
        await readerPort?.close();
        await db.close();
      },
      async openReaderPort({
        role,
        password,
        port,
        runMs = 5_000,
        rows = READER_ROWS,
        bytes = READER_BYTES,
      }) {
        await narrowReader(db, role);
        const limits = { rows, bytes };
        const queue = createReaderQueue(lease, keeper, { role, runMs, pauseMs: 1_000, ...limits });
        const startup = { user: role, password, withinMs: 10_000, wrongAfterMs: 1_000 };
        readerPort = await openReaderPort(queue, { port, rows, ...startup }, logger);
        return readerPort;
      },
      dump: () => lease.exclusively((engine) => engine.dump()),
      crash: async () => (await keeper.engine()).terminate(),
    };
  } catch (error) {
    lock?.release();
    throw error;
  }
}
