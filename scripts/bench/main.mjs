import { writeFileSync } from 'node:fs';
import { benchIngest } from './ingest.mjs';
import { benchJobs } from './jobs.mjs';
import { benchPricing } from './pricing.mjs';
import { benchQueries } from './queries.mjs';
import { openBenchDb } from './database.mjs';

/**
 * `npm run bench [-- --only SECTION] [--json FILE]`; the sections are pricing, ingest, queries, reprice, settle, close. Ratios against a bare database measured in the same run, because the machine's own
 * speed changes from run to run. BENCH_CALLS are the numbers of raw calls that queries are measured with, ',' between
 * (100000 unless told), BENCH_JOB_CALLS those of each background job (100000; with fewer the start of the process shows). Embedded unless DATABASE_URL names a database that may be filled and dropped.
 *
 * @typedef {{ value: number, unit: string, target: number, met: boolean }} Metric
 */
const say = (/** @type {string} */ text) => process.stdout.write(`${text}\n`);

/** @type {Record<string, Metric>} */
const metrics = {};
/** @param {string} name @param {number} value @param {string} unit @param {number} target @param {boolean} [atMost] */
const record = (name, value, unit, target, atMost = false) => {
  const met = atMost ? value <= target : value >= target;
  metrics[name] = { value: Number(value.toPrecision(3)), unit, target, met };
};

/** @param {string} flag */
const argument = (flag) => process.argv[process.argv.indexOf(flag) + 1 || Infinity];
const only = argument('--only');
const isWanted = (/** @type {string} */ section) => only === undefined || only === section;

if (isWanted('pricing')) {
  const pricing = await benchPricing();
  say(
    `priceUsage            ${thousands(pricing.perSecond)} calls/s   (${pricing.calls.toLocaleString('en')} calls of ${pricing.models} models)`,
  );
  record('price_usage', pricing.perSecond, 'calls/s', 500_000);
}

const bench = await openBenchDb();
say(
  `\ndatabase              ${bench.engine}; bare = INSERT … SELECT FROM unnest of the same rows, 500 a statement, ${bench.connections} connections`,
);
try {
  for (const kind of isWanted('ingest') ? /** @type {const} */ (['json', 'otlp']) : []) {
    const result = await benchIngest(bench, kind);
    const title = kind === 'json' ? 'ingest JSON × 500' : 'ingest OTLP × 500';
    say(
      `${title.padEnd(22)}${thousands(result.rate)} events/s   bare ${thousands(result.bareBefore)} before, ${thousands(result.bareAfter)} after   ratio ${result.ratio.toFixed(2)}`,
    );
    say(`${''.padEnd(22)}${result.stages}`);
    record(`ingest_${kind}_ratio`, result.ratio, 'of bare insert', kind === 'json' ? 0.5 : 0.4);
    record(`ingest_${kind}_rate`, result.rate, 'events/s', 0);
  }
  const sizes = isWanted('queries') ? (process.env['BENCH_CALLS'] ?? '100000').split(',').map(Number) : [];
  for (const calls of sizes) {
    await bench.reset();
    const result = await benchQueries(bench.db, calls);
    say(
      `\nqueries over 30 days  ${result.calls.toLocaleString('en')} raw calls, loaded in ${result.loadSeconds.toFixed(0)} s      p50        p95`,
    );
    for (const { name, one, p50, p95 } of result.times) {
      say(
        `  ${name.padEnd(26)}${(one ? 'one organisation' : 'all').padEnd(18)}${p50.toFixed(1).padStart(8)} ms${p95.toFixed(1).padStart(8)} ms`,
      );
    }
    for (const one of [true, false]) {
      const slowest = Math.max(...result.times.filter((time) => time.one === one).map(({ p95 }) => p95));
      record(`query_${one ? 'one' : 'all'}_${calls}`, slowest, 'ms', one ? 50 : 300, true);
    }
  }
  await benchJobs(bench, { isWanted, say, record });
} finally {
  await bench.close();
}

say('\nmetric                value      target');
for (const [name, { value, target, met }] of Object.entries(metrics)) {
  if (target > 0)
    say(
      `${name.padEnd(22)}${String(value).padEnd(11)}${String(target).padEnd(10)}${met ? 'met' : 'NOT MET'}`,
    );
}
const file = argument('--json');
if (file) writeFileSync(file, `${JSON.stringify(metrics, null, 2)}\n`);

/** @param {number} perSecond */
function thousands(perSecond) {
  return `${(perSecond / 1000).toFixed(1)}k`.padStart(8);
}
