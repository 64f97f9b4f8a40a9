import pino from 'pino';
import { createLocalAdmin } from '../../backend/src/access/local-admin.js';
import { createApp, type App } from '../../backend/src/app.js';
import { readConfig } from '../../backend/src/config.js';
import type { Db } from '../../backend/src/db/db.js';
import { schemaVersion } from '../../backend/src/db/migrate.js';
import { readCatalogue } from '../../backend/src/price-book/catalogue.js';
import { createPriceBookService } from '../../backend/src/price-book/price-book.js';
import { callApi, type CallApi } from './call-api.js';
import { openTestDb } from './database.js';

export const ADMIN_KEY = 'test-admin-key-of-32-characters-and-more';

/** The whole product over a fresh test database, on a random loopback port. */
export interface Product {
  readonly url: string;
  readonly db: Db;
  readonly app: App;
  /** With the admin key unless told another. */
  readonly call: CallApi;
  stop(): Promise<void>;
}

/** Over a database of its own, or over `shared`, which stays open when it stops. */
export async function openProduct(environment: Record<string, string> = {}, shared?: Db): Promise<Product> {
  const config = readConfig({ TOKENLEDGER_ADMIN_KEY: ADMIN_KEY, ...environment });
  const db = shared ?? (await openTestDb());
  const prices = createPriceBookService({ db, readCatalogue, pricesFile: config.pricesFile, now: Date.now });
  await prices.reload();
  const app = createApp({
    config,
    db,
    logger: pino({ level: 'silent' }),
    localAdmin: createLocalAdmin('/nonexistent'),
    prices,
    schema: await schemaVersion(db),
    version: '0.0.0-test',
    reading: { problem: null, port: null },
  });
  const { url } = await app.listener.listen('127.0.0.1', 0);
  return {
    url,
    db,
    app,
    call: callApi(url, ADMIN_KEY),
    async stop() {
      await app.pipeline.stop();
      await app.listener.close();
      await app.writer.drain();
      if (!shared) await db.close();
    },
  };
}
