import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { dataSourcesFile } from './data-sources.mjs';
import { keepSecrets } from './secrets.mjs';

/**
 * The start step, before anything runs: makes the secrets that are missing in `<root>/secrets` and hands to each part of
 * the stack, in `<root>/for/<part>`, what it needs and no more. In docker-compose.yml each of these folders is a volume.
 * Running it again changes nothing but what the settings say otherwise.
 *
 * @typedef {object} StackSettings
 * @property {string} root
 * @property {string} [grafanaFolder] `<root>/for/grafana`, as Grafana's server finds it
 * @property {string} backendUrl as Grafana's server reaches it
 * @property {{ address: string, database: string, sslmode: string } | null} sql where the reporting views are read
 * @property {string | null} database address of the TimescaleDB that is made with our password; null: somebody else's
 * @property {boolean} [editable] data sources can be changed in Grafana
 * @property {Parameters<typeof keepSecrets>[1]} [given] secrets to begin with
 *
 * @param {StackSettings} settings
 */
export function prepareStack({ root, grafanaFolder, backendUrl, sql, database, editable = false, given }) {
  const secrets = keepSecrets(join(root, 'secrets'), given);
  const folder = grafanaFolder ?? join(root, 'for', 'grafana');
  const files = {
    database: { 'database-password': secrets['database-password'] },
    backend: {
      ...(database && { 'database-url': databaseUrl(database, secrets['database-password']) }),
      'admin-key': secrets['admin-key'],
      'ingest-key': secrets['ingest-key'],
      'grafana-key': secrets['grafana-key'],
      'reader-password': secrets['reader-password'],
    },
    grafana: {
      'grafana-admin-password': secrets['grafana-admin-password'],
      'grafana-secret-key': secrets['grafana-secret-key'],
      'grafana-key': secrets['grafana-key'],
      'reader-password': secrets['reader-password'],
      'datasources/tokenledger.yaml': dataSourcesFile({
        url: backendUrl,
        keyFile: join(folder, 'grafana-key'),
        sql: sql && { ...sql, passwordFile: join(folder, 'reader-password') },
        editable,
      }),
    },
    collector: { 'ingest-key': secrets['ingest-key'] },
  };
  for (const [part, contents] of Object.entries(files)) {
    for (const [name, content] of Object.entries(contents)) hand(join(root, 'for', part, name), content);
  }
}

/** @param {string} address @param {string} password */
const databaseUrl = (address, password) =>
  `postgres://tokenledger:${encodeURIComponent(password)}@${address}/tokenledger`;

/**
 * Readable by the group, for each part runs as a user of its own; by nobody else. A reader never meets half a file.
 *
 * @param {string} path @param {string} content
 */
function hand(path, content) {
  if (isSame(path, content)) return;
  mkdirSync(dirname(path), { recursive: true, mode: 0o750 });
  const draft = `${path}.${process.pid}`;
  rmSync(draft, { force: true });
  writeFileSync(draft, content, { mode: 0o440, flag: 'wx' });
  renameSync(draft, path);
}

/** @param {string} path @param {string} content */
function isSame(path, content) {
  try {
    return readFileSync(path, 'utf8') === content;
  } catch {
    return false;
  }
}
