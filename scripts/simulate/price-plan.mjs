import { DAY_MS } from './recount.mjs';
import { MODELS } from './world.mjs';

/**
 * What people do to prices while the world runs, by simulated day: prices known before they hold, prices that come long
 * after the calls, contracts, corrections that reach back over open, closed and retired days, and calls given up.
 *
 * @typedef {import('./price-list.mjs').PriceEntry} PriceEntry
 * @typedef {{ model: string, before: number }} WriteOff
 * @typedef {{ prices: PriceEntry[], writeOffs: WriteOff[] }} Decisions
 */

/** @param {{ start: number, days: number }} world @returns {(day: number) => Decisions} */
export function planDecisions({ start, days }) {
  /** A simulated day by its share of the whole. @param {number} share */
  const dayAt = (share) => Math.floor(days * share);
  /** @param {number} share */
  const at = (share) => start + dayAt(share) * DAY_MS;
  const beginning = start - DAY_MS;
  /** @param {string} model @param {number} from @param {[string, string, string]} prices @param {string | null} orgId @returns {PriceEntry} */
  const price = (model, from, [input, output, cacheRead], orgId = null) => ({
    ...{ model, orgId, from },
    prices: { input, output, cache_read: cacheRead },
  });
  const { steady, moving, late, never } = MODELS;
  /** @type {[number, PriceEntry][]} */
  const prices = [
    [0, price(steady, beginning, ['2.5', '10', '0.25'])],
    [0, price(moving, beginning, ['0.15', '0.6', '0.075'])],
    // known before it holds, and from the middle of a day
    [0.1, price(moving, at(0.3) + DAY_MS / 2, ['0.2', '0.8', '0.1'])],
    [0.2, price(steady, at(0.2), ['2', '8.123456', '0.2'], 'acme')],
    // a contract told late
    [0.4, price(moving, at(0.25), ['0.1', '0.5', '0.05'], 'globex')],
    // a price told long after the calls, in two steps
    [0.5, price(late, at(0.3), ['4', '16', '0.4'])],
    [0.55, price(late, beginning, ['3', '12', '0.3'])],
    // corrections: over everything, then of the last days only
    [0.6, price(steady, at(0.1), ['2.75', '11', '0.275'])],
    [0.8, price(moving, at(0.3) + DAY_MS / 2, ['0.19', '0.777777', '0.09'])],
    [0.9, price(steady, at(0.85), ['2.6', '10.4', '0.26'])],
  ];
  /** @type {[number, WriteOff][]} */
  const writeOffs = [
    [0.7, { model: never, before: at(0.5) }],
    [0.95, { model: never, before: at(0.9) }],
  ];
  return (day) => ({
    prices: prices.filter(([share]) => dayAt(share) === day).map(([, entry]) => entry),
    writeOffs: writeOffs.filter(([share]) => dayAt(share) === day).map(([, writeOff]) => writeOff),
  });
}
