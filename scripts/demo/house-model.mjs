import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/**
 * A model that no catalogue knows: one customer's calls go to a server of our own. They wait for a price, and get one
 * while the reader watches.
 */
const PROVIDER = 'house';
const MODEL = 'house-llm-7b';
const ORGANISATION = 'hooli';
const CALLS_PER_DAY = 3;
const PRICE = { input: '0.20', output: '0.60' };

/**
 * The JSON events of a day. Their ids make a second run of the same day a resend.
 *
 * @param {number} dayStart Unix ms of a UTC midnight @param {number} until Unix ms; nothing starts later
 */
export function houseCallsOfDay(dayStart, until) {
  return Array.from({ length: CALLS_PER_DAY }, (_, index) => dayStart + (index + 1) * 5 * 3_600_000)
    .filter((startsAt) => startsAt < until)
    .map((startsAt, index) => ({
      id: `house-${startsAt}`,
      started_at: new Date(startsAt).toISOString(),
      duration_ms: 900,
      org_id: ORGANISATION,
      assistant_id: 'summariser',
      query_type: 'summarise',
      provider: PROVIDER,
      model: MODEL,
      usage: { input_tokens: 2_000 + 100 * index, output_tokens: 300 },
    }));
}

/**
 * Shows the calls waiting, sets a price with the command anybody would use, and waits until they have it.
 *
 * @param {{ say: (text: string) => void, query: (body: object) => Promise<{ totals: Record<string, unknown> }>, from: string, dataDir: string }} deps
 */
export async function resolvePending({ say, query, from, dataDir }) {
  const ask = () =>
    query({
      from,
      to: new Date(Date.now() + 86_400_000).toISOString(),
      measures: ['calls', 'pending_calls', 'cost_usd'],
      filters: [{ dimension: 'provider', operator: '=', values: [PROVIDER] }],
    });
  const { totals: before } = await ask();
  if (before['pending_calls'] === 0) return;
  say(`Watch pending calls get their price
  ${before['pending_calls']} calls of ${MODEL} on our own server wait: no catalogue knows a price. So somebody says it:

  $ npm run -s tokenledger -- prices set --provider ${PROVIDER} --model ${MODEL} --input ${PRICE.input} --output ${PRICE.output}`);
  await setPrice(dataDir);
  const started = Date.now();
  for (;;) {
    const { totals } = await ask();
    if (totals['pending_calls'] === 0) {
      const seconds = ((Date.now() - started) / 1000).toFixed(1);
      say(
        `\n  ${totals['calls']} calls priced, ${totals['cost_usd']} USD, ${seconds} s later: each at the price of its day.\n`,
      );
      return;
    }
    if (Date.now() - started > 60_000) {
      say(`\n  ${totals['pending_calls']} still wait; see GET /api/v1/jobs\n`);
      return;
    }
    await sleep(200);
  }
}

/** As on a terminal; what the command says is kept for when it fails. @param {string} dataDir */
async function setPrice(dataDir) {
  const cli = fileURLToPath(new URL('../../backend/dist/cli.js', import.meta.url));
  const price = [
    '--input',
    PRICE.input,
    '--output',
    PRICE.output,
    '--note',
    'cost of our own server',
    '--yes',
  ];
  const command = spawn(
    process.execPath,
    [cli, 'prices', 'set', '--provider', PROVIDER, '--model', MODEL, ...price],
    {
      env: { ...process.env, DATA_DIR: dataDir, DATABASE_URL: '', DATABASE_URL_FILE: '' },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let told = '';
  for (const stream of [command.stdout, command.stderr]) stream.on('data', (text) => (told += text));
  const code = await new Promise((resolve) => command.on('close', resolve));
  if (code !== 0) throw new Error(`the price was not taken:\n${told}`);
}
