import { benchClose } from './close.mjs';
import { benchReprice } from './reprice.mjs';
import { benchSettle } from './settle.mjs';
import { benchWatermark, RAISES, WRITERS } from './watermark.mjs';

const CALLS = Number(process.env['BENCH_JOB_CALLS'] ?? 100_000);
/** A day of 10 million calls a month. */
const DAY_CALLS = 333_000;

/**
 * The background jobs, each beside a bare statement that writes as much.
 *
 * @typedef {{ rate: number, cpuMicros: number, rssMiB: number }} Done
 * @param {Awaited<ReturnType<typeof import('./database.mjs').openBenchDb>>} bench
 * @param {{
 *   isWanted: (section: string) => boolean, say: (text: string) => void,
 *   record: (name: string, value: number, unit: string, target: number, atMost?: boolean) => void,
 * }} out
 */
export async function benchJobs({ db, databaseUrl, reset }, { isWanted, say, record }) {
  const tell = (
    /** @type {string} */ name,
    /** @type {Done} */ { rate, cpuMicros, rssMiB },
    /** @type {string} */ bare,
  ) => {
    const whole = `${(rate / 1000).toFixed(1)}k`.padStart(8);
    say(
      `${name.padEnd(22)}${whole} rows/s     ${bare}   process ${cpuMicros.toFixed(0)} µs/row, ${rssMiB.toFixed(0)} MiB`,
    );
    record(`${name.replaceAll(/\W+/g, '_')}_memory`, rssMiB, 'MiB', databaseUrl ? 300 : 0, true);
  };
  const wanted = ['reprice', 'settle', 'close'].filter(isWanted);
  if (wanted.length === 0) return;
  await reset();
  say(
    `\njobs over ${CALLS.toLocaleString('en')} rows; bare = the same rows changed by UPDATE … FROM unnest, 5,000 a statement`,
  );
  if (isWanted('reprice')) {
    const result = await benchReprice(db, CALLS);
    const ratio = (result.rate / result.bare).toFixed(2);
    tell(
      're-price',
      result,
      `bare ${(result.bare / 1000).toFixed(1)}k   ratio ${ratio}   aggregates ${result.refreshSeconds.toFixed(1)} s of ${(result.seconds + result.refreshSeconds).toFixed(1)} s`,
    );
    say(
      `${''.padEnd(22)}with the latency aggregates, which follow within five minutes: ${(result.rateWithLatency / 1000).toFixed(1)}k rows/s (${result.latencySeconds.toFixed(1)} s more)`,
    );
    record('reprice', result.rate, 'calls/s', 20_000);
  }
  if (isWanted('settle')) {
    const result = await benchSettle(db, CALLS);
    tell(
      'settle split traces',
      result,
      `bare ${(result.bare / 1000).toFixed(1)}k   ratio ${(result.rate / result.bare).toFixed(2)}`,
    );
    record('settle', result.rate, 'spans/s', 20_000);
  }
  if (isWanted('close')) {
    const result = await benchClose(db, CALLS);
    const ratio = (result.bareSeconds / result.seconds).toFixed(2);
    tell(
      'close a day',
      result,
      `bare sums ${result.bareSeconds.toFixed(2)} s   ratio ${ratio}   333,000 calls: ${(DAY_CALLS / result.rate).toFixed(1)} s`,
    );
    record('close_day', DAY_CALLS / result.rate, 's', 10, true);
    await tellWatermark(db, databaseUrl, say, record);
  }
}

/**
 * @param {import('../../backend/dist/db/db.js').Db} db @param {string | undefined} databaseUrl
 * @param {(text: string) => void} say @param {(name: string, value: number, unit: string, target: number, atMost?: boolean) => void} record
 */
async function tellWatermark(db, databaseUrl, say, record) {
  if (databaseUrl === undefined)
    return say(
      'raise a watermark     not measured: the embedded engine has one session, nobody waits for a lock',
    );
  const { median, longest, rate } = await benchWatermark(db, databaseUrl);
  say(
    `raise a watermark     ${median.toFixed(0).padStart(8)} ms median, ${longest.toFixed(0)} ms at most of ${RAISES}, under ${WRITERS} writers of ${(rate / 1000).toFixed(1)}k rows/s`,
  );
  record('raise_watermark', longest, 'ms', 100, true);
}
