import { setTimeout as sleep } from 'node:timers/promises';

/**
 * What breaks, and when: processes are killed and the database ends its connections a random moment after something
 * began, spread evenly over the days and, on each, over what is done then.
 *
 * @typedef {'send' | 'minute' | 'night'} Stage
 */
const STAGES = /** @type {const} */ (['send', 'minute', 'night', 'night']);

/**
 * @param {{ kills: number, cuts: number, days: number, random: import('./random.mjs').Random,
 *   product: import('./product.mjs').Product, database: import('./database.mjs').Database }} deps
 */
export function createTrouble({ kills, cuts, days, random, product, database }) {
  let killsLeft = kills;
  let cutsLeft = database.cut ? cuts : 0;
  let cutsMade = 0;
  /** @type {Stage[]} */
  let today = [];
  /** How long each stage takes without trouble, in ms. @type {Record<Stage, number>} */
  const usual = { send: 300, minute: 300, night: 300 };

  const strike = async () => {
    const left = killsLeft + cutsLeft;
    if (left === 0) return;
    if (database.cut && random.int(1, left) > killsLeft) {
      cutsLeft -= 1;
      cutsMade += 1;
      await database.cut();
    } else {
      killsLeft -= 1;
      await product.kill(random.int(0, product.replicas - 1));
    }
  };

  return {
    cuts: () => cutsMade,
    /** @param {number} day */
    begin(day) {
      const share = (killsLeft + cutsLeft) / (days - day);
      const count = Math.floor(share) + (random.chance(share % 1) ? 1 : 0);
      today = Array.from({ length: count }, () => random.pick(STAGES));
    },
    /** Does the work, and today's damage to it. @template T @param {Stage} stage @param {() => Promise<T>} work @returns {Promise<T>} */
    async during(stage, work) {
      const strikes = today.filter((one) => one === stage).length;
      const began = Date.now();
      const running = work();
      // Waited for below; until then a failure must not end the process unheard.
      running.catch(() => undefined);
      for (let round = 0; round < strikes; round += 1) {
        await sleep(random.int(0, Math.ceil(usual[stage])));
        await strike();
      }
      const result = await running;
      if (strikes === 0) usual[stage] = 0.7 * usual[stage] + 0.3 * (Date.now() - began);
      return result;
    },
  };
}
