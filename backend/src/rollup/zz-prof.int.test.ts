import sql, { Sql } from 'sql-template-tag';
import { openTestDb, truncateAll } from '../../../test/support/database.js';
import { usageEvent, owned, tokens } from '../../../test/support/usage-events.js';
import { createEventStore } from '../event-store/event-store.js';
import { settleAndPrice } from '../event-store/settle-and-price.js';
import { createPriceBook } from '../pricing/price-book.js';
import { createPriceBookService } from '../price-book/price-book.js';
import { readCatalogue } from '../price-book/catalogue.js';
import { callGroups, sliceGroups, readGroups } from './reprice-store.js';
import { createPriceChange } from './reprice-plan.js';

const DAY = Date.UTC(2026, 9, 1);
const N = 50_000;
it(`prof`, async () => {
  const db = await openTestDb();
  await truncateAll(db);
  const prices = createPriceBookService({ db, readCatalogue, pricesFile: null, now: Date.now });
  await prices.importCatalogue();
  const empty = createPriceBook([]);
  const log = (o: unknown) => process.stderr.write((typeof o === 'string' ? o : JSON.stringify(o)) + '\n');
  let timing = false;
  const wrap = (q: any) => ({ ...q, query: async (s: Sql) => { const t = performance.now(); const r = await q.query(s); if (timing) log({ ms: performance.now() - t | 0, sql: s.sql.slice(0, 60).replace(/\s+/g, ' ') });
     return r; } });
  const wdb: any = { ...wrap(db), transaction: (w: any) => db.transaction(async (tx) => { const t = performance.now(); const r = await w(wrap(tx)); if (timing) log({ tx: performance.now() - t | 0 }); return r; }) };
  const events = createEventStore({ db: wdb, priceBook: prices.current, onWritten: () => {} });
  for (let i = 0; i < N; i += 5000) {
      const rows = settleAndPrice(Array.from({ length: 5000 }, (_, k) => usageEvent({
        spanId: (i + k).toString(16).padStart(16, '0'), traceId: (((i + k) * 2654435761) >>> 0).toString(16).padStart(8, '0').padStart(32, 'a') , startedAt: DAY + Math.floor((i + k) * 86_000_000 / N),
        own: owned({ orgId: `org${(i + k) % 200}`, assistantId: `a${k % 5}`, queryType: 'chat', environment: 'prod' }), usage: tokens(1000 + k, 50, { cache_read: 10 }),
      })), empty);
      await events.acceptDay(rows.map((row) => ({ row, request: 0 })));
  }
  await db.query(sql`vacuum analyze usage_events`);
  timing = true;
  const choice = { status: 'pending', endedFrom: -Infinity, orgIds: null, afterRequest: null } as const;
  const change = createPriceChange(prices.current(), () => true);
  const groups = await callGroups(wdb, choice, []);
  const slices = await sliceGroups(wdb, DAY, choice, groups);
  for (const slice of slices.slice(0, 4)) {
    const t0 = performance.now();
    const rows = await readGroups(wdb, slice, choice, groups);
    const t1 = performance.now();
    const changes = rows.map((before) => ({ before, after: change.apply(before)! }));
    const t2 = performance.now();
    await events.changeDay(changes, { reason: 'repriced', part: 'settled' });
    log({ n: rows.length, read: t1 - t0 | 0, price: t2 - t1 | 0, write: performance.now() - t2 | 0 });
  }
  // explain
  const slice = slices[5]!;
  const explain: any = { query: async (s: Sql) => { if (/^\s*(update|select 'raw'|\s*with calls)/.test(s.sql)) { 
     const e = new Sql(['explain (analyze, buffers, timing off) ' + s.strings[0]!, ...s.strings.slice(1)], s.values);
     const { rows } = await db.query<any>(e); log(rows.map((r: any) => r['QUERY PLAN'].slice(0, 250)).join('\n')); } return db.query(s); } };
  await sliceGroups(explain, DAY, choice, groups);
  const rows = await readGroups(explain, slice, choice, groups);
  const e2 = createEventStore({ db: { transaction: (w: any) => db.transaction((tx) => w({ query: async (s: Sql) => { if (/^update/.test(s.sql)) { 
     const e = new Sql(['explain (analyze, buffers, timing off) ' + s.strings[0]!, ...s.strings.slice(1)], s.values);
     const r = await tx.query<any>(e); log(r.rows.map((x: any) => x['QUERY PLAN'].slice(0, 250)).join('\n')); } return tx.query(s); } })) } as any, priceBook: prices.current, onWritten: () => {} });
  await e2.changeDay(rows.map((before) => ({ before, after: change.apply(before)! })), { reason: 'repriced', part: 'settled' });
  await db.close();
}, 300_000);
