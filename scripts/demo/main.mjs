import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createClient } from './client.mjs';
import { resolvePending } from './house-model.mjs';
import { DAYS } from './product.mjs';
import { usageTable } from './table.mjs';
import { createTraffic } from './traffic.mjs';

/**
 * `npm run demo`: starts the product on an embedded database of its own and plays 35 days of several customers into it
 * through the public OTLP endpoint, then a trickle of live calls. It is a client like any other: everything printed is
 * read back over the API.
 */
const DAY_MS = 86_400_000;
const DATA_DIR = process.env['DATA_DIR'] ?? './data/demo';
/** Beside a Grafana every request needs a key, the demo's too. */
const withGrafana = Boolean(process.env['GRAFANA_URL']);
const adminKey =
  process.env['TOKENLEDGER_ADMIN_KEY'] || (withGrafana ? randomBytes(32).toString('hex') : null);
const MEASURES = ['calls', 'input_tokens', 'output_tokens', 'cost_usd', 'pending_calls', 'coverage'];

const say = (/** @type {string} */ text) => process.stdout.write(`${text}\n`);

async function startProduct() {
  say('Tokenledger demo: starting on an embedded database …\n');
  if (!process.env['DATA_DIR']) rmSync(DATA_DIR, { recursive: true, force: true });
  const main = fileURLToPath(new URL('../../backend/dist/main.js', import.meta.url));
  const env = {
    ...process.env,
    DATA_DIR,
    DATABASE_URL: '',
    DATABASE_URL_FILE: '',
    LOG_LEVEL: process.env['LOG_LEVEL'] ?? 'warn',
    ...(adminKey && { TOKENLEDGER_ADMIN_KEY: adminKey }),
  };
  // A group of its own: Ctrl-C reaches this process, which then stops the server once.
  const child = spawn(process.execPath, [main], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM']))
    process.on(signal, () => child.kill('SIGTERM'));
  process.on('exit', () => child.kill('SIGTERM'));
  // A server that ends has said why on its own stderr.
  child.on('exit', (code) => process.exit(code ?? 1));
  const greeting = await new Promise((resolve) => child.stdout.once('data', (text) => resolve(String(text))));
  say(greeting);
  return { url: /http:\/\/\S+/.exec(greeting)?.[0] ?? '', server: child };
}

async function playHistory() {
  const started = Date.now();
  await traffic.playHistory((days) => progress(days, traffic.sent()));
  say(
    `\n${traffic.sent().toLocaleString('en')} requests of real captured telemetry sent in ${((Date.now() - started) / 1000).toFixed(1)} s.\n`,
  );
}

/** @param {number} days @param {number} sent */
function progress(days, sent) {
  const bar = '█'.repeat(days).padEnd(DAYS, '░');
  const line = `  ${bar}  day ${String(days).padStart(2)} of ${DAYS}, ${sent.toLocaleString('en')} requests`;
  if (process.stdout.isTTY) process.stdout.write(`\r${line}`);
  else if (days % 7 === 0) say(line);
}

const firstDay = () => new Date(Math.floor(Date.now() / DAY_MS) * DAY_MS - DAYS * DAY_MS).toISOString();

/** Everything sent, grouped by organisation: the same answer that Grafana will draw. */
function usage() {
  return client.query({
    from: firstDay(),
    to: new Date(Date.now() + DAY_MS).toISOString(),
    interval: null,
    measures: MEASURES,
    group_by: ['org_id'],
    order_by: [{ field: 'cost_usd', direction: 'desc' }],
  });
}

async function printUsage() {
  const { rows, totals } = await usage();
  say(usageTable(rows, totals));
  say(
    '\nPending calls are not free: their price or usage is not known yet. Coverage = priced calls / billable calls.\n',
  );
}

async function sayWhereToLook() {
  if (withGrafana) {
    say(`In Grafana (${process.env['GRAFANA_URL']}), a data source of type Tokenledger
  URL of the backend   ${url}
  key                  ${await client.makeGrafanaKey()}

Every address below needs a key, as GRAFANA_URL is set: Authorization: Bearer ${adminKey}
`);
  }
  say(`Where to look next
  every endpoint, to read and to try   ${url}/docs
  the newest calls                     ${url}/api/v1/events?limit=5
  what has no price yet, and why       ${url}/api/v1/pending
  what the jobs did                    ${url}/api/v1/jobs
  the whole request of a call          ${url}/api/v1/traces/{trace_id}
  why it costs what it costs           ${url}/api/v1/events/{trace_id}/{span_id}/cost

Send your own
  OTEL_EXPORTER_OTLP_ENDPOINT=${url} OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf your-app

Serving until Ctrl-C. Live calls arrive now:`);
}

/** One request every other second, until the end. */
async function playLive() {
  while (server.exitCode === null) {
    await sleep(2_000);
    await traffic.playOne();
    const { totals } = await usage();
    const line = `  ${new Date().toISOString().slice(11, 19)} UTC  ${Number(totals.calls).toLocaleString('en')} calls  ${totals.cost_usd ?? '–'} USD  ${totals.pending_calls} pending`;
    if (process.stdout.isTTY) process.stdout.write(`\r${line} `);
    else if (traffic.sent() % 30 === 0) say(line);
  }
}

const { url, server } = await startProduct();
const client = createClient(url, adminKey);
const traffic = createTraffic(client);
try {
  await playHistory();
  await printUsage();
  await resolvePending({ say, query: client.query, from: firstDay(), dataDir: DATA_DIR });
  await sayWhereToLook();
  await playLive();
} catch (error) {
  // When the server was stopped its exit ends this process; what else goes wrong is told.
  await sleep(1_000);
  process.stderr.write(`the demo stopped: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
