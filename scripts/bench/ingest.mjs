import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import pino from 'pino';
import sql from 'sql-template-tag';
import { createLocalAdmin } from '../../backend/dist/access/local-admin.js';
import { createApp } from '../../backend/dist/app.js';
import { readConfig } from '../../backend/dist/config.js';
import { readCatalogue } from '../../backend/dist/price-book/catalogue.js';
import { createPriceBookService } from '../../backend/dist/price-book/price-book.js';
import { acceptEvents } from '../../backend/dist/ingest/accept-events.js';
import { acceptSpans } from '../../backend/dist/ingest/accept-spans.js';
import { createAttributionReader } from '../../backend/dist/ingest/attribution.js';
import { decodeOtlpProtobuf } from '../../backend/dist/ingest/otlp-protobuf.js';
import { readSpan } from '../../backend/dist/usage/read-span.js';
import { BATCH } from './database.mjs';
import { jsonBodies, otlpBodies } from './bodies.mjs';

const BATCHES = Number(process.env['BENCH_BATCHES'] ?? 80);
const CLIENTS = 4;
const ADMIN_KEY = 'bench-key-bench-key-bench-key-bench-key';

/**
 * Events acknowledged per second over HTTP, against the same rows inserted bare, before and after: the mean of the two is
 * the yardstick, because a neighbour's load alone moved such a ratio between 0.45 and 0.97.
 *
 * @param {Awaited<ReturnType<typeof import('./database.mjs').openBenchDb>>} bench @param {'json' | 'otlp'} kind
 */
export async function benchIngest(bench, kind) {
  const { db } = bench;
  const prices = createPriceBookService({ db, readCatalogue, pricesFile: null, now: Date.now });
  await prices.reload();
  const bodies = kind === 'json' ? jsonBodies(BATCHES, BATCH) : otlpBodies(BATCHES, BATCH);
  const { batches, stages } = rowsOf(kind, bodies, prices.current());

  await bench.reset();
  await bench.insertBare(batches.slice(0, 8));
  await bench.reset();
  const bareBefore = await bench.insertBare(batches);
  await bench.reset();
  const rate = await ingestRate(db, prices, kind, bodies);
  await bench.reset();
  const bareAfter = await bench.insertBare(batches);
  return { rate, bareBefore, bareAfter, ratio: rate / ((bareBefore + bareAfter) / 2), stages };
}

/** The rows the product makes of the bodies, and how long each stage takes on the main thread. */
function rowsOf(
  /** @type {'json' | 'otlp'} */ kind,
  /** @type {Buffer[]} */ bodies,
  /** @type {import('../../backend/dist/pricing/price-book.js').PriceBook} */ book,
) {
  const context = {
    realm: 'team',
    boundOrgId: null,
    now: Date.now(),
    lateEventsMaxAgeMs: 400 * 86_400_000,
    readSpan,
    readAttribution: createAttributionReader(),
  };
  /** @type {Record<string, bigint>} */
  const spent = {};
  /** @template T @param {string} stage @param {() => T} work @returns {T} */
  const timed = (stage, work) => {
    const started = process.hrtime.bigint();
    const result = work();
    spent[stage] = (spent[stage] ?? 0n) + process.hrtime.bigint() - started;
    return result;
  };
  const batches = bodies.map((body) => {
    if (kind === 'json') {
      const items = timed('parse', () => JSON.parse(body.toString()));
      return timed('validate, settle, price', () => acceptEvents(items, context, book)).rows.map(
        ({ row }) => row,
      );
    }
    const spans = timed('decode', () => decodeOtlpProtobuf(body));
    return timed('read, settle, price', () => acceptSpans(spans, context, book)).rows;
  });
  const events = batches.flat().length;
  const stages = Object.entries(spent).map(
    ([stage, nanos]) => `${stage} ${(Number(nanos) / 1000 / events).toFixed(1)} µs/event`,
  );
  return { batches, stages: stages.join(', ') };
}

/** @param {import('../../backend/dist/db/db.js').Db} db @param {import('../../backend/dist/price-book/price-book.js').PriceBookService} prices @param {'json' | 'otlp'} kind @param {Buffer[]} bodies */
async function ingestRate(db, prices, kind, bodies) {
  const config = readConfig({ TOKENLEDGER_ADMIN_KEY: ADMIN_KEY, PORT: '0' });
  const app = createApp({
    config,
    db,
    logger: pino({ level: 'warn' }),
    localAdmin: createLocalAdmin('.'),
    prices,
    schema: 0,
    version: 'bench',
    reading: { problem: null, port: null },
  });
  const { url } = await app.listener.listen('127.0.0.1', 0);
  // The sender is a process of its own with bodies made beforehand, so that it takes little of the two cores.
  const sender = fork(fileURLToPath(new URL('./sender.mjs', import.meta.url)), { serialization: 'advanced' });
  const seconds = await new Promise((resolve, reject) => {
    sender.once('error', reject);
    sender.once('message', resolve);
    sender.send({ url, kind, bodies, clients: CLIENTS, key: ADMIN_KEY });
  });
  sender.kill();
  await app.listener.close();
  const { rows } = await db.query(sql`select count(*) as events from usage_events`);
  const events = Number(rows[0]?.['events']);
  if (events !== bodies.length * BATCH)
    throw new Error(`${events} events are stored, ${bodies.length * BATCH} were sent`);
  return events / Number(seconds);
}
