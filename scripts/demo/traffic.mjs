import { readTraces, restage } from './captures.mjs';
import { houseCallsOfDay } from './house-model.mjs';
import { DAYS, ORGANISATIONS, pick, QUERY_TYPES, requestsOfDay, sequence } from './product.mjs';

const DAY_MS = 86_400_000;
const AT_ONCE = 8;

/**
 * Real captured telemetry as several customers' requests, the same in every run.
 *
 * @param {{ send: (path: string, body: object) => Promise<void> }} client
 * @param {{ sentBefore?: number }} [options] by an earlier process: no two requests have the same ids
 */
export function createTraffic({ send }, { sentBefore = 0 } = {}) {
  const random = sequence(20_261_122);
  const traces = readTraces();
  let requests = sentBefore;

  const nextRequest = (
    /** @type {typeof ORGANISATIONS[number]} */ organisation,
    /** @type {number} */ startsAt,
  ) => {
    requests += 1;
    return restage(pick(traces, random), {
      startsAt,
      seed: `de30${requests.toString(16).padStart(12, '0')}`,
      tags: {
        'app.org.id': organisation.id,
        'app.assistant.id': pick(organisation.assistants, random),
        'app.query.type': pick(QUERY_TYPES, random),
        'gen_ai.conversation.id': `${organisation.id}-${Math.floor(requests / 4)}`,
      },
    });
  };

  return {
    /** Requests sent so far. */
    sent: () => requests - sentBefore,

    /**
     * Days that end now (35, or the last of them), oldest first, in requests of one customer's trace each, a few at a time.
     *
     * @param {(daysDone: number) => void} onDay @param {number} [days]
     */
    async playHistory(onDay, days = DAYS) {
      const now = Date.now();
      const today = Math.floor(now / DAY_MS) * DAY_MS;
      for (let day = days - 1; day >= 0; day -= 1) {
        const dayStart = today - day * DAY_MS;
        const planned = requestsOfDay(dayStart, now, (DAYS - 1 - day) / (DAYS - 1), random);
        const bodies = planned.map(({ organisation, startsAt }) => nextRequest(organisation, startsAt));
        for (let index = 0; index < bodies.length; index += AT_ONCE)
          await Promise.all(bodies.slice(index, index + AT_ONCE).map((body) => send('/v1/traces', body)));
        const house = houseCallsOfDay(dayStart, now);
        if (house.length > 0) await send('/v1/events', house);
        onDay(days - day);
      }
    },

    /** One request that has just ended. */
    async playOne() {
      await send('/v1/traces', nextRequest(pick(ORGANISATIONS, random), Date.now() - 500));
    },
  };
}
