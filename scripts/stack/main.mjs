import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { findGrafana } from '../grafana/find.mjs';
import { isFree } from '../grafana/free-port.mjs';
import { startGrafana } from '../grafana/start.mjs';
import { TOKENLEDGER } from './data-sources.mjs';
import { startDemo } from './demo.mjs';
import { prepareStack } from './prepare.mjs';
import { startProduct } from './product.mjs';
import { linkProvisioning } from './provisioning.mjs';
import { sqlAddress } from './sql-address.mjs';

/**
 * `npm run stack`: what docker-compose.yml does, without containers. The same start step, the same provisioning files and
 * the same settings, over the embedded database or DATABASE_URL, with a Grafana that is installed on this machine.
 * `--demo` fills it.
 */
const say = (/** @type {string} */ text) => process.stdout.write(`${text}\n`);
const root = resolve(process.env['STACK_FOLDER'] || './data/stack');
const grafanaPort = Number(process.env['GRAFANA_PORT'] || 3000);
const backendPort = Number(process.env['PORT'] || 4318);
const dataDir = join(root, 'backend');
/** What runs, in the order of its start. @type {{ stop(): Promise<void> }[]} */
const running = [];
let isStopping = false;
const isStopped = new Promise((stopped) => {
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM']))
    process.on(signal, () => {
      isStopping = true;
      stopped(0);
    });
});

try {
  process.exitCode = await run();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
} finally {
  for (const part of running.splice(0).reverse()) await part.stop();
}

/** @returns {Promise<number>} the exit code */
async function run() {
  const found = findGrafana(process.env);
  if ('missing' in found) {
    throw new Error(`There is no Grafana to start: ${found.missing}
Without one: npm start is the backend alone, npm run demo shows it at work, docker compose up brings its own Grafana.`);
  }
  await needPort(grafanaPort, 'GRAFANA_PORT', 'Grafana');
  await needPort(backendPort, 'PORT', 'the backend');
  const run = join(root, 'for', 'grafana');
  const backendUrl = `http://127.0.0.1:${backendPort}`;
  prepareStack({ root, backendUrl, sql: sqlAddress(process.env), database: null });
  say(`Starting the backend and Grafana ${found.version}; everything is kept in ${root} …`);

  const backend = await startProduct({
    env: backendEnvironment(),
    logFile: join(root, 'backend.log'),
    detached: true,
  });
  running.push(backend);
  const grafana = await startGrafana({
    grafana: found,
    folder: join(root, 'grafana'),
    run,
    ...linkProvisioning({ folder: root, run }),
    port: grafanaPort,
    dataSource: TOKENLEDGER,
    detached: true,
  });
  running.push(grafana);
  const adminKey = readFileSync(join(root, 'secrets', 'admin-key'), 'utf8').trim();
  if (process.argv.includes('--demo'))
    running.push(await startDemo({ url: backend.url, adminKey, root, dataDir, say }));
  sayWhere(grafana, backend.url);

  return Promise.race([
    isStopped,
    backend.ended.then(() => failed('The backend ended', join(root, 'backend.log'))),
    grafana.ended.then(() => failed('Grafana ended', join(root, 'grafana', 'grafana.log'))),
  ]);
}

/** Settings of the backend may be given as ever; what belongs together is set here. */
function backendEnvironment() {
  const given = join(root, 'for', 'backend');
  const url = `http://127.0.0.1:${grafanaPort}`;
  return {
    ...process.env,
    PORT: String(backendPort),
    DATA_DIR: dataDir,
    GRAFANA_URL: url,
    GRAFANA_ISSUER: `${url}/`,
    TOKENLEDGER_ADMIN_KEY: '',
    TOKENLEDGER_ADMIN_KEY_FILE: join(given, 'admin-key'),
    INGEST_KEY: '',
    INGEST_KEY_FILE: join(given, 'ingest-key'),
    GRAFANA_KEY: '',
    GRAFANA_KEY_FILE: join(given, 'grafana-key'),
    READER_PASSWORD: '',
    READER_PASSWORD_FILE: join(given, 'reader-password'),
  };
}

/** @param {number} port @param {string} setting @param {string} what */
async function needPort(port, setting, what) {
  if (await isFree(port)) return;
  throw new Error(
    `Port ${port} of this machine is taken. Stop what listens there, or set ${setting} to another port for ${what}.`,
  );
}

/** @param {import('../grafana/start.mjs').RunningGrafana} grafana @param {string} backendUrl */
function sayWhere(grafana, backendUrl) {
  const secrets = join(root, 'secrets');
  say(`
  Grafana    ${grafana.url}
  user       admin
  password   ${grafana.passwordKept ? `cat ${join(secrets, 'grafana-admin-password')}` : 'the one you have given it'}

  backend    ${backendUrl}   (every request needs a key)
  send spans OTEL_EXPORTER_OTLP_ENDPOINT=${backendUrl} OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf \\
             OTEL_EXPORTER_OTLP_HEADERS="Authorization=Bearer%20$(cat ${join(secrets, 'ingest-key')})" your-app
  commands   DATA_DIR=${dataDir} npm run -s tokenledger -- --help

Serving until Ctrl-C.`);
}

/** @param {string} what @param {string} log @returns {number} */
function failed(what, log) {
  // Whatever ended first takes the others with it, and they are not to blame.
  if (isStopping) return 0;
  isStopping = true;
  process.stderr.write(`${what}; everything is stopped. Its log: ${log}\n`);
  return 1;
}
