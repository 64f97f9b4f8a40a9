import { readFile } from 'node:fs/promises';
import type { Logger } from 'pino';
import { liveKeys } from './access/store.js';
import { createLocalAdmin } from './access/local-admin.js';
import { startupProblem } from './access/startup.js';
import { createApp, type App } from './app.js';
import { startBackground } from './background.js';
import type { Config } from './config.js';
import type { Db } from './db/db.js';
import { migrate } from './db/migrate.js';
import { openDb } from './db/open-db.js';
import { openReading, type Reading } from './db/reader/open-reading.js';
import { readCatalogue } from './price-book/catalogue.js';
import { createPriceBookService } from './price-book/price-book.js';

const MIGRATIONS = new URL('../migrations/', import.meta.url);

export interface RunningServer {
  readonly url: string;
  readonly engine: Db['engine'];
  readonly reading: Reading;
  /** Answers what was accepted, ends the jobs, closes the database. */
  stop(): Promise<void>;
}

export interface StartOptions {
  /**
   * `serve`: the product. `command`: one command of the CLI while no server runs; on a free loopback port, without jobs,
   * and also where nobody has a key yet, because making the first one is what it is for.
   */
  readonly purpose: 'serve' | 'command';
}

/**
 * Opens the database, brings its schema and price book up to date, and serves.
 * @throws Error that says what to do when a setting, the database or the address is wrong
 */
export async function startServer(
  config: Config,
  logger: Logger,
  { purpose }: StartOptions,
): Promise<RunningServer> {
  config.warnings.forEach((warning) => logger.warn(warning));
  const db = await openDb({ databaseUrl: config.databaseUrl ?? undefined, dataDir: config.dataDir, logger });
  try {
    const { version: schema } = await migrate(db, MIGRATIONS, logger);
    if (purpose === 'serve') await refuseKeylessStart(config, db);
    const reading = await openReading(db, {
      ...{ password: config.readerPassword, dataDir: config.dataDir, logger },
      port: purpose === 'serve' ? config.embeddedPgPort : null,
    });
    const prices = createPriceBookService({
      db,
      readCatalogue,
      pricesFile: config.pricesFile,
      now: Date.now,
    });
    await prices.reload();
    const localAdmin = createLocalAdmin(config.dataDir);
    const version = await packageVersion();
    const app = createApp({ config, db, logger, localAdmin, prices, schema, version, reading });
    const address =
      purpose === 'serve' ? { host: config.host, port: config.port } : { host: '127.0.0.1', port: 0 };
    const { url } = await app.listener.listen(address.host, address.port);
    await localAdmin.publish(url);
    const background =
      purpose === 'serve' ? startBackground({ pipeline: app.pipeline, prices, logger }) : null;
    const stop = async (): Promise<void> => {
      await localAdmin.withdraw();
      await closeInOrder(app, background, db);
    };
    return { url, engine: db.engine, reading, stop };
  } catch (error) {
    await db.close();
    throw error;
  }
}

/** Requests (they need the writer) and jobs (a request may wait for one), then the writer, then the database. */
async function closeInOrder(app: App, background: { stop(): Promise<void> } | null, db: Db): Promise<void> {
  await Promise.all([background?.stop(), app.pipeline.stop(), app.listener.close()]);
  await app.writer.drain();
  await db.close();
}

async function refuseKeylessStart(config: Config, db: Db): Promise<void> {
  const problem = startupProblem({
    host: config.host,
    embedded: db.engine === 'embedded',
    hasConfiguredKey: config.adminKey !== null || config.configuredKeys.ingest !== null,
    grafana: config.grafana !== null,
    liveKeys: (await liveKeys(db)).filter(({ scopes }) => !scopes.includes('grafana')).length,
  });
  if (problem !== null) throw new Error(problem);
}

async function packageVersion(): Promise<string> {
  const text = await readFile(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
