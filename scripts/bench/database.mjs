import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import sql, { Sql } from 'sql-template-tag';
import { openDb } from '../../backend/dist/db/open-db.js';
import { migrate } from '../../backend/dist/db/migrate.js';
import { MIGRATIONS } from '../../backend/dist/db/migration-files.js';
import { upsertParts } from '../../backend/dist/event-store/columns.js';

export const CONNECTIONS = 4;
export const BATCH = 500;

/** A migrated database for the bench, with a bare twin of usage_events: same columns, indexes and chunks. */
export async function openBenchDb() {
  const databaseUrl = process.env['DATABASE_URL'] || undefined;
  const dataDir = mkdtempSync(join(tmpdir(), 'tokenledger-bench-'));
  const db = await openDb({ databaseUrl, dataDir, logger: pino({ level: 'warn' }) });
  await migrate(db, MIGRATIONS, pino({ level: 'warn' }));
  const reset = async () => {
    await db.query(sql`truncate usage_events, quarantine`);
    await db.query(sql`drop table if exists bare_events`);
    await db.query(sql`create table bare_events (like usage_events including all)`);
    await db.query(
      sql`select create_hypertable('bare_events', by_range('started_at', interval '1 day'), create_default_indexes => false)`,
    );
    if (db.engine === 'embedded') await db.query(sql`checkpoint`);
  };
  return {
    db,
    engine: db.engine,
    databaseUrl,
    connections: CONNECTIONS,
    reset,
    /** Inserts row batches with nothing around: the yardstick. @param {readonly (readonly import('../../backend/dist/event-store/ledger-row.js').LedgerRow[])[]} batches */
    async insertBare(batches) {
      const statements = batches.map((rows) => bareStatement(rows));
      const started = process.hrtime.bigint();
      let next = 0;
      const worker = async () => {
        for (let statement = statements[next++]; statement; statement = statements[next++])
          await db.query(statement());
      };
      await Promise.all(Array.from({ length: CONNECTIONS }, worker));
      return batches.flat().length / (Number(process.hrtime.bigint() - started) / 1e9);
    },
    async close() {
      if (databaseUrl) await db.query(sql`drop table if exists bare_events`);
      await db.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** The product's insert of these rows, into the bare table, without its conflict clause, arrays as pg writes them. @param {readonly import('../../backend/dist/event-store/ledger-row.js').LedgerRow[]} rows */
function bareStatement(rows) {
  const { text, values } = upsertParts(rows);
  const bare = text.map((part) =>
    part.replace('into usage_events', 'into bare_events').replace(/on conflict[\s\S]*$/, ''),
  );
  return () => new Sql(bare, values);
}
