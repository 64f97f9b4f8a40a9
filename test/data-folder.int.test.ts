import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import sql from 'sql-template-tag';
import { lockHolder } from '../backend/src/db/embedded/directory-lock.js';
import { openEmbedded } from '../backend/src/db/embedded/open-embedded.js';
import { silentLogger } from './support/database.js';

const CHILD = fileURLToPath(new URL('./support/embedded-child.mjs', import.meta.url));

it('one process holds the folder; killed with -9, every row it acknowledged is there', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'tokenledger-'));
  const child = spawn(process.execPath, [CHILD, dataDir], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  try {
    let acknowledged = 0;
    const lines = createInterface({ input: child.stdout });
    for await (const line of lines) {
      acknowledged = Number(line);
      if (acknowledged === 1) {
        expect(lockHolder(dataDir)?.pid).toBe(child.pid);
        await expect(openEmbedded({ dataDir, logger: silentLogger })).rejects.toThrow(
          `in use by process ${child.pid}`,
        );
      }
      if (acknowledged === 200) child.kill('SIGKILL');
    }
    await exited;
    expect(acknowledged).toBeGreaterThanOrEqual(200);
    expect(lockHolder(dataDir)).toBeNull();

    const db = await openEmbedded({ dataDir, logger: silentLogger });
    try {
      const { rows } = await db.query(
        sql`select count(*)::int as n from acknowledged where id <= ${acknowledged}`,
      );
      expect(rows).toEqual([{ n: acknowledged }]);
    } finally {
      await db.close();
    }
  } finally {
    child.kill('SIGKILL');
    await exited;
    await rm(dataDir, { recursive: true });
  }
});
