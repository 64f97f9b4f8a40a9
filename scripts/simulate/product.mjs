import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/**
 * The product under test: one process, or two replicas on one database, killed and started again at any moment and
 * spoken to over HTTP only.
 *
 * @typedef {{ child: import('node:child_process').ChildProcess | null, url: string, ready: Promise<void> }} Replica
 * @typedef {{ status: number, body: any }} Answer
 * @typedef {Awaited<ReturnType<typeof startProduct>>} Product
 */
const MAIN = fileURLToPath(new URL('../../backend/dist/main.js', import.meta.url));
/** A sender gives up on a product that does not come back. */
const PATIENCE_MS = 120_000;

/** @param {{ environment: Record<string, string>, replicas: number, adminKey: string }} options */
export async function startProduct({ environment, replicas: count, adminKey }) {
  /** @type {Replica[]} */
  const replicas = Array.from({ length: count }, () => ({ child: null, url: '', ready: Promise.resolve() }));
  let turn = 0;
  let kills = 0;
  let resends = 0;
  /** @type {string[]} */
  const log = [];

  /** @param {Replica} replica */
  const start = (replica) => {
    const giveUp = Date.now() + PATIENCE_MS;
    const untilItListens = async () => {
      for (;;) {
        try {
          return await spawnProduct(environment, log);
        } catch (error) {
          // as a supervisor does, while the database is away
          if (count === 1 || Date.now() > giveUp) throw error;
          await sleep(500);
        }
      }
    };
    replica.ready = untilItListens().then(({ child, url }) => {
      Object.assign(replica, { child, url });
    });
    return replica.ready;
  };
  for (const replica of replicas) await start(replica);

  /** @param {Replica} replica */
  const kill = async (replica) => {
    const { child } = replica;
    if (!child || child.exitCode !== null) return;
    replica.child = null;
    kills += 1;
    const ended = new Promise((resolve) => child.once('close', resolve));
    child.kill('SIGKILL');
    replica.ready = ended.then(() => start(replica));
    await replica.ready;
  };

  /** One try; null when there was no answer. @param {string} method @param {string} path @param {unknown} body @param {string} key @returns {Promise<Answer | null>} */
  const attempt = async (method, path, body, key) => {
    const replica = /** @type {Replica} */ (replicas[turn++ % replicas.length]);
    await replica.ready;
    try {
      const response = await fetch(replica.url + path, {
        method,
        headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      return { status: response.status, body: text === '' ? null : JSON.parse(text) };
    } catch {
      return null;
    }
  };

  return {
    attempt,
    /** As a sender does: until there is an answer that does not say "later". @param {string} method @param {string} path @param {unknown} [body] @param {string} [key] */
    async call(method, path, body, key = adminKey) {
      const giveUp = Date.now() + PATIENCE_MS;
      for (;;) {
        const answer = await attempt(method, path, body, key);
        if (answer && answer.status !== 429 && answer.status !== 503) return answer;
        if (Date.now() > giveUp)
          throw new Error(
            `${method} ${path}: no answer for two minutes (${answer?.status})\n${log.slice(-20).join('')}`,
          );
        resends += 1;
        await sleep(100);
      }
    },
    /** Kills a replica with -9 and starts it again. @param {number} index */
    kill: (index) => kill(/** @type {Replica} */ (replicas[index % replicas.length])),
    replicas: count,
    kills: () => kills,
    resends: () => resends,
    log: () => log.join(''),
    async stop() {
      for (const { child, ready } of replicas) {
        await ready;
        if (!child || child.exitCode !== null) continue;
        const ended = new Promise((resolve) => child.once('close', resolve));
        child.kill('SIGTERM');
        await ended;
      }
    },
  };
}

/** @param {Record<string, string>} environment @param {string[]} log @returns {Promise<{ child: import('node:child_process').ChildProcess, url: string }>} */
function spawnProduct(environment, log) {
  const child = spawn(process.execPath, [MAIN], {
    env: { PATH: process.env['PATH'], PORT: '0', EMBEDDED_PG_PORT: '0', LOG_LEVEL: 'warn', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  // Whatever ends the simulation ends its product.
  const end = () => child.kill('SIGKILL');
  process.once('exit', end);
  child.once('close', () => process.off('exit', end));
  const output = /** @type {string[]} */ ([]);
  return new Promise((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
        output.push(text);
        log.push(text);
        const [, url] = /^Tokenledger listens on (\S+)$/m.exec(output.join('')) ?? [];
        if (url !== undefined) resolve({ child, url });
      });
    }
    child.once('close', () => reject(new Error(`the product ended before it listened:\n${output.join('')}`)));
  });
}
