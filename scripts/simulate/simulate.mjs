import { createPlayer } from './player.mjs';
import { runJob } from './jobs.mjs';
import { compare, CUTS, explain, isoDay, queryOf } from './judge.mjs';
import { planDecisions } from './price-plan.mjs';
import { startProduct } from './product.mjs';
import { createRandom } from './random.mjs';
import { createRecount, DAY_MS, dayOf } from './recount.mjs';
import { openDatabase } from './database.mjs';
import { planWorld } from './world.mjs';

/**
 * @typedef {object} SimulationOptions
 * @property {number} days
 * @property {number} seed
 * @property {number} requests per simulated day
 * @property {number} kills how often a process is killed, over the whole run
 * @property {number} cuts how often the database ends all connections (server only)
 * @property {number} replicas (server only)
 * @property {number} judgeEvery simulated days
 * @property {boolean} keep leaves the database to be looked at
 * @property {(line: string) => void} say
 *
 * @typedef {object} Verdict
 * @property {number} wrongDays
 * @property {string[]} problems the first difference, explained; empty when nothing is wrong
 */
const ADMIN_KEY = 'simulation-admin-key-0123456789abcdef';

/** Plays the simulated days into a product of its own and compares. @param {SimulationOptions} options @returns {Promise<Verdict>} */
export async function simulate(options) {
  const { days, seed, say } = options;
  const long = days >= 30;
  const closeAfterDays = long ? 2 : 1;
  const retentionDays = long ? 12 : 4;
  const start = dayOf(Date.now()) - days * DAY_MS;
  const world = planWorld({ ...options, start, closeAfterDays, retentionDays, random: createRandom(seed) });
  const database = await openDatabase();
  const replicas = database.engine === 'server' ? options.replicas : 1;
  say(
    `${days} days from ${isoDay(start)}, seed ${seed}, ${database.engine}, ${replicas} process${replicas > 1 ? 'es' : ''}; closed after ${closeAfterDays} d, raw kept ${retentionDays} d`,
  );
  const product = await startProduct({
    replicas,
    adminKey: ADMIN_KEY,
    environment: {
      ...database.environment,
      TOKENLEDGER_ADMIN_KEY: ADMIN_KEY,
      CLOSE_AFTER: `${closeAfterDays}d`,
      RAW_RETENTION: `${retentionDays}d`,
    },
  });
  const recount = createRecount();
  const player = await createPlayer({ ...options, replicas, product, recount, database, retentionDays });
  const decisions = planDecisions({ start, days });
  const judge = createJudge({ product, recount, from: start - DAY_MS, to: start + (days + 1) * DAY_MS });
  const began = Date.now();
  try {
    for (const [day, sent] of world.entries()) {
      await player.day(day, decisions(day), sent);
      const changed = await judge.closed(dayOf(player.now() - closeAfterDays * DAY_MS));
      if (changed.length > 0) return { wrongDays: changed.length, problems: changed };
      const last = day === days - 1;
      if (!last && (day + 1) % options.judgeEvery !== 0) continue;
      const verdict = await judge.all();
      const seconds = ((Date.now() - began) / 1000).toFixed(0);
      say(
        `day ${String(day + 1).padStart(2)}  ${recount.events()} events sent, ${recount.calls().length} calls, ${product.kills()} kills, ${player.cuts()} cuts, ${seconds} s: ${verdict.wrongDays} days wrong`,
      );
      if (verdict.wrongDays > 0 || last) return verdict;
    }
    throw new Error('a simulation needs at least one day');
  } catch (error) {
    say(`the product's log ends with\n${product.log().split('\n').slice(-12).join('\n')}`);
    throw error;
  } finally {
    await product.stop();
    await database.close(options.keep);
    if (options.keep) say(`the data stays in ${database.place}`);
  }
}

const DAYS_OF_ORGANISATIONS = { groupBy: ['org_id'], zone: 'UTC', offset: 0 };

/** @param {{ product: import('./product.mjs').Product, recount: import('./recount.mjs').Recount, from: number, to: number }} deps */
function createJudge({ product, recount, from, to }) {
  /** What was first answered for a closed day and organisation as closed. @type {Map<string, string>} */
  const asClosed = new Map();

  /** @param {import('./judge.mjs').Cut} cut @param {object} more @returns {Promise<Record<string, any>[]>} */
  const ask = async (cut, more = {}) => {
    const question = { ...queryOf(from, to, cut), ...more };
    const { status, body } = await product.call('POST', '/api/v1/query', question);
    if (status !== 200) throw new Error(`query: ${status} ${JSON.stringify(body)}`);
    return body.rows;
  };

  return {
    /** Remembers days as they were closed; tells which have changed since. @param {number} closedBefore Unix ms */
    async closed(closedBefore) {
      if (closedBefore <= from) return [];
      const rows = await ask(DAYS_OF_ORGANISATIONS, {
        as_of: 'closed',
        to: new Date(closedBefore).toISOString(),
      });
      const found = new Map(
        rows.map((row) => [`${String(row['time']).slice(0, 10)} ${row['org_id']}`, JSON.stringify(row)]),
      );
      const changed = [...asClosed].filter(([key, row]) => found.get(key) !== row);
      for (const [key, row] of found) if (!asClosed.has(key)) asClosed.set(key, row);
      return changed.map(([key, row]) => `${key}: as closed was ${row} and is ${found.get(key)}`);
    },
    /** @returns {Promise<Verdict>} */
    async all() {
      // everything that arrived is settled, priced and shown
      await runJob(product, 'minute');
      const calls = recount.calls();
      const wrong = new Set();
      const problems = [];
      for (const cut of CUTS) {
        const differences = compare(calls, await ask(cut), cut);
        for (const { day } of differences) wrong.add(day);
        const [first] = differences;
        if (!first || problems.length > 0) continue;
        for (const { day, group, what, expected, got } of differences.slice(0, 12))
          problems.push(`${day} ${group}: ${what} expected ${expected}, got ${got}`);
        const events = await eventsOf(product, first.from);
        problems.push(...explain(calls, events, first).slice(0, 20));
      }
      const { body } = await product.call('GET', '/api/v1/jobs');
      const unproved = body.backlog.days_with_differences;
      if (unproved > 0) problems.push(`the product's own checks found differences on ${unproved} days`);
      return { wrongDays: Math.max(wrong.size, unproved), problems };
    },
  };
}

/** Every stored event of a day. @param {import('./product.mjs').Product} product @param {number} start */
async function eventsOf(product, start) {
  const events = [];
  const from = new Date(start).toISOString();
  const to = new Date(start + DAY_MS).toISOString();
  for (let cursor = ''; ;) {
    const page = await product.call(
      'GET',
      `/api/v1/events?kind=all&limit=1000&from=${from}&to=${to}${cursor}`,
    );
    events.push(...page.body.events);
    if (page.body.next_cursor === null) return events;
    cursor = `&cursor=${page.body.next_cursor}`;
  }
}
