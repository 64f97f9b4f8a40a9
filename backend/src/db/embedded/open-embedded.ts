import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from '../db.js';
import { createPooledDb, type PooledDb } from '../pooled-db.js';
import { lockDirectory } from './directory-lock.js';
import { startEngine } from './engine.js';
import { EngineConnection } from './engine-connection.js';
import { createEngineKeeper } from './engine-keeper.js';
import { createEngineLease } from './engine-lease.js';

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
}

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
      dump: () => lease.exclusively((engine) => engine.dump()),
      crash: async () => (await keeper.engine()).terminate(),
    };
  } catch (error) {
    lock?.release();
    throw error;
  }
}
