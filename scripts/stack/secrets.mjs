import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** @typedef {typeof SECRETS[number]} Secret */

/** What the parts of the stack must know of each other before any of them runs. */
export const SECRETS = /** @type {const} */ ([
  'database-password',
  'admin-key',
  'ingest-key',
  'grafana-key',
  'reader-password',
  'grafana-admin-password',
  'grafana-secret-key',
]);

/**
 * Makes what is missing in `folder`, a file per secret, and returns them all. What is there is never replaced: a database
 * and a Grafana have been made with it. Two that run at once end with the same secrets.
 *
 * @param {string} folder
 * @param {Partial<Record<Secret, string | undefined>>} [given] values to begin with, instead of random ones
 * @returns {Record<Secret, string>}
 */
export function keepSecrets(folder, given = {}) {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const kept = SECRETS.map((name) => [name, keepSecret(join(folder, name), given[name])]);
  return /** @type {Record<Secret, string>} */ (Object.fromEntries(kept));
}

/** @param {string} path @param {string | undefined} given */
function keepSecret(path, given) {
  if (readSecret(path) === null) makeSecret(path, given || randomBytes(32).toString('hex'));
  const secret = readSecret(path);
  if (!secret)
    throw new Error(`${path} is empty. Put it back from your back-up; it is not replaced by another.`);
  if (given && given !== secret) {
    throw new Error(
      `${path} holds another value than the environment gives. Unset that variable: what was kept counts.`,
    );
  }
  return secret;
}

/** Whole or not at all, and never over another: a link fails where the name is taken. @param {string} path @param {string} secret */
function makeSecret(path, secret) {
  const draft = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  writeFileSync(draft, `${secret}\n`, { mode: 0o400, flag: 'wx' });
  try {
    linkSync(draft, path);
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error;
  } finally {
    rmSync(draft);
  }
}

/** @param {string} path @returns {string | null} null: there is none */
function readSecret(path) {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'ENOENT') return null;
    throw error;
  }
}
