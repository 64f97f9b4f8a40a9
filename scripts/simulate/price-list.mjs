/**
 * The simulator's own price list and arithmetic, so that a mistake of the product's cannot hide in both.
 *
 * @typedef {{ input: string, output: string, cache_read: string }} Prices decimal USD per million tokens, ≤ 6 decimals
 * @typedef {{ model: string, orgId: string | null, from: number, prices: Prices }} PriceEntry `from`: Unix ms
 * @typedef {{ input: number, output: number, cacheRead: number | null }} Usage cacheRead is a part of input
 */

/** 1e-18 USD in one millionth of a millionth. */
const PICO = 10n ** 6n;

/** Entries in the order they were recorded; the last recorded at one `from` holds. */
export function createPriceList() {
  /** @type {PriceEntry[]} */
  const entries = [];
  /** @param {string | null} orgId @param {string} model @param {number} at */
  const find = (orgId, model, at) => {
    /** @type {PriceEntry | null} */
    let best = null;
    for (const entry of entries) {
      if (entry.model !== model || entry.orgId !== orgId || entry.from > at) continue;
      if (best === null || entry.from >= best.from) best = entry;
    }
    return best;
  };
  return {
    /** @param {PriceEntry} entry */
    record: (entry) => void entries.push(entry),
    /**
     * The cost of a call that ended `at`, in 1e-18 USD: the organisation's contract, else the list price; null: no price.
     * @param {string | null} orgId @param {string} model @param {number} at @param {Usage} usage
     */
    cost(orgId, model, at, usage) {
      const entry = (orgId === null ? null : find(orgId, model, at)) ?? find(null, model, at);
      if (entry === null) return null;
      const cached = usage.cacheRead ?? 0;
      const { input, output, cache_read: cacheRead } = entry.prices;
      return (
        PICO *
        (BigInt(usage.input - cached) * micros(input) +
          BigInt(cached) * micros(cacheRead) +
          BigInt(usage.output) * micros(output))
      );
    },
  };
}

/** @param {string} price */
function micros(price) {
  const [whole = '0', fraction = ''] = price.split('.');
  return BigInt(whole) * 1_000_000n + BigInt(fraction.padEnd(6, '0'));
}

/** A decimal amount of USD as 1e-18 USD. @param {string} text */
export function parseUsd(text) {
  const [, sign, whole = '', fraction = ''] = /^(-?)(\d+)(?:\.(\d{1,18}))?$/.exec(text) ?? [];
  if (whole === '') throw new Error(`"${text}" is no amount of USD`);
  const amount = BigInt(whole) * 10n ** 18n + BigInt(fraction.padEnd(18, '0'));
  return sign === '-' ? -amount : amount;
}

/** @param {bigint} amount 1e-18 USD */
export function formatUsd(amount) {
  const digits = (amount < 0n ? -amount : amount).toString().padStart(19, '0');
  const fraction = digits.slice(-18).replace(/0+$/, '');
  return `${amount < 0n ? '-' : ''}${digits.slice(0, -18)}${fraction === '' ? '' : `.${fraction}`}`;
}
