import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sql from 'sql-template-tag';
import { silentLogger } from '../../../../test/support/database.js';
import { MIGRATIONS } from '../migration-files.js';
import { migrate } from '../migrate.js';
import { isRetryable } from '../is-retryable.js';
import { openEmbedded, type EmbeddedDb } from './open-embedded.js';

let dataDir: string;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'tokenledger-'));
});
afterAll(() => rm(dataDir, { recursive: true }));

const open = (): Promise<EmbeddedDb> => openEmbedded({ dataDir, logger: silentLogger });
const count = async (db: EmbeddedDb): Promise<unknown> =>
  (await db.query(sql`select count(*)::int as n from kept`)).rows[0]?.n;

it('keeps its rows when it is closed and opened again, with working continuous aggregates', async () => {
  const first = await open();
  await migrate(first, MIGRATIONS, silentLogger);
  await first.withConnection((c) => c.script('create table kept (v int); insert into kept values (1)'));
  await first.close();

  const second = await open();
  try {
    expect(await count(second)).toBe(1);
    await second.query(
      sql`call refresh_continuous_aggregate('usage_15m', now() - interval '2 days', now() - interval '1 day')`,
    );
    expect((await second.query(sql`select count(*)::int as n from usage_15m`)).rows).toEqual([{ n: 0 }]);
  } finally {
    await second.close();
  }
});

it('opens the engine again when it died, with every committed row and none of the open transaction', async () => {
  const db = await open();
  try {
    await db.query(sql`insert into kept values (2)`);
    const cut = db.transaction(async (tx) => {
      await tx.query(sql`insert into kept values (3)`);
      await db.crash();
      await tx.query(sql`insert into kept values (4)`);
    });
    const error = await cut.catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: '57P02' });
    expect(isRetryable(error)).toBe(true);
    expect(await count(db)).toBe(2);
    await db.query(
      sql`call refresh_continuous_aggregate('usage_15m', now() - interval '2 days', now() - interval '1 day')`,
    );
  } finally {
    await db.close();
  }
});

it('survives a query that kills the engine', async () => {
  const db = await open();
  try {
    await db.withConnection((c) =>
      c.script(
        'create or replace function deep(n int) returns int language plpgsql as $$ begin return deep(n + 1); end $$',
      ),
    );
    const before = await count(db);
    const error = await db.query(sql`select deep(0)`).catch((reason: unknown) => reason);
    expect(isRetryable(error)).toBe(true);
    expect(await count(db)).toBe(before);
  } finally {
    await db.close();
  }
});
