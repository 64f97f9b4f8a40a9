import sql from 'sql-template-tag';
import { openTestDb, truncateAll } from '../../../test/support/database.js';
import { priceVersion } from '../../../test/support/prices.js';
import { usageEvent, owned, tokens } from '../../../test/support/usage-events.js';
import { createEventStore } from '../event-store/event-store.js';
import { settleAndPrice } from '../event-store/settle-and-price.js';
import { createPriceBook } from '../pricing/price-book.js';
import { createReprice } from './reprice.js';
import { createPriceBookService } from '../price-book/price-book.js';
import { readCatalogue } from '../price-book/catalogue.js';
import { insertVersions } from '../price-book/store.js';

const DAY = Date.UTC(2026, 9, 1);
const N = 100_000;
for (const days of [1, 30])
  it(`bench ${days}`, async () => {
    const db = await openTestDb();
    await truncateAll(db);
    const prices = createPriceBookService({ db, readCatalogue, pricesFile: null, now: Date.now });
    await prices.importCatalogue();
    const empty = createPriceBook([]);
    const events = createEventStore({ db, priceBook: prices.current, onWritten: () => {} });
    for (let d = 0; d < days; d++) {
      const per = (N / days) | 0;
      for (let i = 0; i < per; i += 5000) {
        const rows = settleAndPrice(
          Array.from({ length: Math.min(5000, per - i) }, (_, k) =>
            usageEvent({
              spanId: (d * N + i + k).toString(16).padStart(16, '0'),
              traceId: (((i + k) * 2654435761) >>> 0).toString(16).padStart(8, '0').padStart(32, 'a'),
              startedAt: DAY + d * 86_400_000 + Math.floor(((i + k) * 86_000_000) / per),
              own: owned({
                orgId: `org${(i + k) % 200}`,
                assistantId: `a${k % 5}`,
                queryType: 'chat',
                environment: 'prod',
              }),
              usage: tokens(1000 + k, 50, { cache_read: 10 }),
            }),
          ),
          empty,
        );
        await events.acceptDay(rows.map((row) => ({ row, request: 0 })));
      }
    }
    await db.query(sql`vacuum analyze usage_events`);
    await db.withConnection((c) =>
      c.query(
        sql`call refresh_continuous_aggregate('usage_15m', '2026-01-01'::timestamptz, '2026-12-01'::timestamptz)`,
      ),
    );
    const reprice = createReprice({ db, events, prices });
    const t0 = performance.now();
    await reprice.preview(prices.current());
    const t1 = performance.now();
    const detail = await reprice.run({ signal: new AbortController().signal, forced: false });
    const t2 = performance.now();
    await db.withConnection((c) =>
      c.query(
        sql`call refresh_continuous_aggregate('usage_15m', '2026-01-01'::timestamptz, '2026-12-01'::timestamptz)`,
      ),
    );
    const t3 = performance.now();
    const rows = (await db.query(sql`select cost_status, count(*) as n from usage_events group by 1`)).rows;
    await insertVersions(db, [{ ...priceVersion({ id: '0', source: 'override' }), recordedAt: Date.now() }]);
    const t4 = performance.now();
    const d2 = await reprice.run({ signal: new AbortController().signal, forced: false });
    const t5 = performance.now();
    process.stderr.write(
      JSON.stringify({
        engine: db.engine,
        days,
        preview: (t1 - t0) | 0,
        run: (t2 - t1) | 0,
        refresh: (t3 - t2) | 0,
        rate: ((N / (t2 - t1)) * 1000) | 0,
        withRefresh: ((N / (t3 - t1)) * 1000) | 0,
        detail,
        rows,
        correct: (t5 - t4) | 0,
        rate2: ((N / (t5 - t4)) * 1000) | 0,
        d2,
      }) + '\n',
    );
    await db.close();
  }, 300_000);
