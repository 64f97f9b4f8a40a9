import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
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
  const admin = patientPool(serverUrl);
  await admin.query(`create database ${name}`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return {
    engine: 'server',
    environment: { DATA_DIR: dataDir, DATABASE_URL: String(url) },
    /** Ends every connection of the product's, in whatever it is at. @returns {Promise<number>} how many */
    async cut() {
      return admin.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}' and backend_type = 'client backend'`,
      );
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

/** The server may be stopped and started by whoever runs this: what is asked of it waits for it. @param {string} connectionString */
function patientPool(connectionString) {
  const pool = new pg.Pool({ connectionString, max: 1 });
  pool.on('error', () => undefined);
  return {
    /** @param {string} text @returns {Promise<number>} how many rows */
    async query(text) {
      for (let tries = 1; ; tries += 1) {
        try {
          return (await pool.query(text)).rowCount ?? 0;
        } catch (error) {
          if (tries === 120) throw error;
          await sleep(500);
        }
      }
    },
    end: () => pool.end(),
  };
}
