import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { dataSourcesFile } from '../stack/data-sources.mjs';

/** `npm run provisioning`: what a Grafana that is already there reads at its start. */
const OWN = fileURLToPath(new URL('../../provisioning/', import.meta.url));
const HELP = `Writes the provisioning files of Grafana: two data sources, the app, the dashboards.

  npm run -s provisioning -- --url http://127.0.0.1:4318 --key-file /etc/grafana/tokenledger-key

  --url URL                 the backend, as Grafana's server reaches it
  --key-file FILE           holds the key of the data source (GRAFANA_KEY, or of "keys create --scope grafana")
  --sql HOST:PORT           the reporting views, for SQL panels and alert rules: the database, or the embedded engine's port
  --sql-password-file FILE  holds READER_PASSWORD
  --sql-database NAME       tokenledger by default
  --sslmode MODE            disable by default; require, verify-full
  --to FOLDER               Grafana's provisioning folder; without it ./provisioning is completed, to point Grafana at
`;

/**
 * @param {string[]} args
 * @returns {{ to: string, dataSources: string } | { help: true }}
 * @throws Error that names the option
 */
export function readOptions(args) {
  const text = /** @type {const} */ ({ type: 'string' });
  const { values } = parseArgs({
    args,
    options: {
      ...{ url: text, 'key-file': text, to: text, help: { type: 'boolean', short: 'h' } },
      ...{ sql: text, 'sql-password-file': text, 'sql-database': text, sslmode: text },
    },
  });
  if (values.help) return { help: true };
  const url = values.url ?? '';
  if (!/^https?:\/\//.test(url) || !URL.canParse(url))
    throw new Error('--url must be an http or https address.');
  const keyFile = secretFile('--key-file', values['key-file']);
  const address = values.sql;
  if (address !== undefined && !/^[\w.:[\]-]+:\d{1,5}$/.test(address))
    throw new Error('--sql must be HOST:PORT.');
  const sql =
    address === undefined
      ? null
      : {
          address,
          database: values['sql-database'] ?? 'tokenledger',
          sslmode: values.sslmode ?? 'disable',
          passwordFile: secretFile('--sql-password-file', values['sql-password-file']),
        };
  return { to: resolve(values.to ?? OWN), dataSources: dataSourcesFile({ url, keyFile, sql }) };
}

/** Grafana does not start when a file it is told to read is missing. @param {string} option @param {string | undefined} path */
function secretFile(option, path) {
  if (!path) throw new Error(`${option} is needed: the file that holds it, as Grafana's server finds it.`);
  const file = resolve(path);
  const content = read(option, file);
  if (content === '') throw new Error(`${option}: ${file} is empty.`);
  return file;
}

/** @param {string} option @param {string} file */
function read(option, file) {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (cause) {
    const { code } = /** @type {NodeJS.ErrnoException} */ (cause);
    throw new Error(`${option}: ${file} cannot be read (${code}).`, { cause });
  }
}

/**
 * The data sources, and in a folder that is not this repository's own also the app and the dashboards. Files of others in it
 * are left alone.
 *
 * @param {{ to: string, dataSources: string }} options
 */
export function writeProvisioning({ to, dataSources }) {
  const write = (/** @type {string} */ kind, /** @type {string} */ content) => {
    mkdirSync(join(to, kind), { recursive: true });
    writeFileSync(join(to, kind, 'tokenledger.yaml'), content);
  };
  write('datasources', dataSources);
  if (resolve(to) === resolve(OWN)) return;
  write('plugins', readFileSync(join(OWN, 'plugins', 'tokenledger.yaml'), 'utf8'));
  const dashboards = join(to, 'dashboards', 'tokenledger');
  rmSync(dashboards, { recursive: true, force: true });
  cpSync(join(OWN, 'dashboards'), dashboards, { recursive: true, filter: (path) => !path.endsWith('.yaml') });
  const provider = readFileSync(join(OWN, 'dashboards', 'tokenledger.yaml'), 'utf8');
  write(
    'dashboards',
    provider.replace(/^#.*\n/gm, '').replace('$GF_PATHS_PROVISIONING/dashboards', dashboards),
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    const options = readOptions(process.argv.slice(2));
    if ('help' in options) process.stdout.write(HELP);
    else {
      writeProvisioning(options);
      process.stdout.write(
        `Written to ${options.to}. Grafana reads it when it starts; docs/existing-grafana.md has the rest.\n`,
      );
    }
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\nSee --help.\n`);
    process.exit(1);
  }
}
