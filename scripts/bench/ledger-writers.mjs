import { randomBytes } from 'node:crypto';
import pino from 'pino';
import { openDb } from '../../backend/dist/db/open-db.js';
import { createEventStore } from '../../backend/dist/event-store/event-store.js';
import { acceptEvents } from '../../backend/dist/ingest/accept-events.js';
import { createAttributionReader } from '../../backend/dist/ingest/attribution.js';
import { createPriceBook } from '../../backend/dist/pricing/price-book.js';
import { readSpan } from '../../backend/dist/usage/read-span.js';
import { jsonBodies } from './bodies.mjs';

/** Of requests of one to some hundred events a server's batch has up to 500 rows (app.ts). */
const SIZES = [100, 250, 500];
const book = createPriceBook([]);

/** Writes batches as ingest commits them, until told to stop; answers once when it is under way, and then its rows per second. */
process.once(
  'message',
  async (/** @type {{ databaseUrl: string, writers: number }} */ { databaseUrl, writers }) => {
    const db = await openDb({ databaseUrl, dataDir: null, logger: pino({ level: 'warn' }) });
    const events = createEventStore({ db, priceBook: () => book, onWritten: () => {} });
    const batches = SIZES.map((size) => rowsOf(size));
    let stopped = false;
    let written = 0;
    process.once('message', () => (stopped = true));
    const started = process.hrtime.bigint();
    const write = async (/** @type {unknown} */ _, /** @type {number} */ writer) => {
      for (let turn = writer; !stopped; turn += 1) {
        const batch = batches[turn % batches.length] ?? [];
        const accepted = await events.acceptDay(batch.map(anew));
        written += accepted.written;
        if (turn === 0) process.send?.('under way');
      }
    };
    await Promise.all(Array.from({ length: writers }, write));
    process.send?.(written / (Number(process.hrtime.bigint() - started) / 1e9));
    await db.close();
    process.disconnect?.();
  },
);

/** @param {number} size */
function rowsOf(size) {
  const [body] = jsonBodies(1, size);
  const context = {
    ...{ realm: 'team', boundOrgId: null, now: Date.now(), lateEventsMaxAgeMs: 400 * 86_400_000 },
    ...{ readSpan, readAttribution: createAttributionReader() },
  };
  return acceptEvents(JSON.parse(String(body)), context, book).rows.map(({ row }) => row);
}

/** The same call as another. @param {import('../../backend/dist/event-store/ledger-row.js').LedgerRow} row */
const anew = (row) => ({
  row: { ...row, event: { ...row.event, traceId: randomBytes(16).toString('hex') } },
  request: 0,
});
