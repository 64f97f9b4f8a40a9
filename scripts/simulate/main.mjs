import { parseArgs } from 'node:util';
import { simulate } from './simulate.mjs';

/**
 * `npm run simulate -- [--days 60] [--seed N] [--requests 60] [--kills 30] [--cuts 10] [--replicas 2] [--judge-every 5]
 * [--keep]`: plays simulated days of several customers into the product and compares its answers with an independent
 * recount, day by day. Embedded unless DATABASE_URL names a server, where it makes a database of its own; replicas and
 * cuts (of all database connections) are for that. `--keep` leaves the data to be looked at.
 */
const { values } = parseArgs({
  options: {
    days: { type: 'string', default: '60' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    requests: { type: 'string', default: '60' },
    kills: { type: 'string', default: '30' },
    cuts: { type: 'string', default: '10' },
    replicas: { type: 'string', default: '2' },
    keep: { type: 'boolean', default: false },
    'judge-every': { type: 'string', default: '5' },
  },
});
const say = (/** @type {string} */ line) => process.stdout.write(`${line}\n`);

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));
const days = Number(values.days);
const { wrongDays, problems } = await simulate({
  ...{ days, seed: Number(values.seed), requests: Number(values.requests), kills: Number(values.kills) },
  ...{
    cuts: Number(values.cuts),
    replicas: Number(values.replicas),
    keep: values.keep,
    judgeEvery: Number(values['judge-every']),
    say,
  },
});
for (const problem of problems) say(`  ${problem}`);
say(`${wrongDays} of ${days} days wrong`);
process.exitCode = wrongDays === 0 ? 0 : 1;
