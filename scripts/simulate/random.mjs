import { sequence } from '../demo/product.mjs';

/** @typedef {ReturnType<typeof createRandom>} Random */

/** Choices that are the same in every run with one seed. @param {number} seed */
export function createRandom(seed) {
  const next = sequence(seed);
  /** Whole numbers from `from` to `to`, both included. @param {number} from @param {number} to */
  const int = (from, to) => from + Math.floor(next() * (to - from + 1));
  return {
    next,
    int,
    /** @param {number} probability */
    chance: (probability) => next() < probability,
    /** @template T @param {readonly T[]} list @returns {T} */
    pick: (list) => /** @type {T} */ (list[Math.floor(next() * list.length)]),
    /** @template T @param {readonly T[]} list @returns {T[]} */
    shuffle(list) {
      const shuffled = [...list];
      for (let last = shuffled.length - 1; last > 0; last -= 1) {
        const other = Math.floor(next() * (last + 1));
        const held = /** @type {T} */ (shuffled[last]);
        shuffled[last] = /** @type {T} */ (shuffled[other]);
        shuffled[other] = held;
      }
      return shuffled;
    },
    /** @param {number} digits */
    hex(digits) {
      let text = '';
      while (text.length < digits) text += int(0, 0xffff).toString(16).padStart(4, '0');
      return text.slice(0, digits);
    },
  };
}
