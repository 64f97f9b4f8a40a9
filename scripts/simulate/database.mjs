import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import pg from 'pg';

/**
 * Where the product under test keeps its data: a folder of the embedded engine, or a database of its own on the server
 * of DATABASE_URL, dropped at the end.
 *
 * @typedef {Awaited<ReturnType<typeof openDatabase>>} Database
 */
export async function openDatabase(serverUrl = process.env['DATABASE_URL'] ?? '') {
  const dataDir = mkdtempSync(join(tmpdir(), 'tokenledger-simulate-'));
  const removeFolder = () => rmSync(dataDir, { recursive: true, force: true });
  if (serverUrl === '') {
    return {
      engine: 'embedded',
      environment: { DATA_DIR: dataDir },
      cut: null,
      place: dataDir,
      close: async (keep = false) => void (keep || removeFolder()),
    };
  }
  const name = `tokenledger_simulate_${randomUUID().replaceAll('-', '')}`;
  const admin = new pg.Client({ connectionString: serverUrl });
  await admin.connect();
  await admin.query(`create database ${name}`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return {
    engine: 'server',
    environment: { DATA_DIR: dataDir, DATABASE_URL: String(url) },
    /** Ends every connection of the product's, in whatever it is at. @returns {Promise<number>} how many */
    async cut() {
      const { rowCount } = await admin.query(
        'select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and backend_type = $2',
        [name, 'client backend'],
      );
      return rowCount ?? 0;
    },
    place: name,
    /** @param {boolean} [keep] leaves everything to be looked at */
    async close(keep = false) {
      if (!keep) await admin.query(`drop database ${name} with (force)`);
      await admin.end();
      if (!keep) removeFolder();
    },
  };
}
