/** The demo's customers: made up, their calls are real captures. `share` of the requests, `growth` over the 35 days. */
export const ORGANISATIONS = [
  { id: 'acme', share: 34, growth: 1.6, assistants: ['support-bot', 'sales-copilot'] },
  { id: 'globex', share: 24, growth: 1.0, assistants: ['research-agent'] },
  { id: 'initech', share: 18, growth: 2.4, assistants: ['support-bot', 'report-writer'] },
  { id: 'umbrella', share: 14, growth: 0.7, assistants: ['lab-notes'] },
  { id: 'hooli', share: 10, growth: 1.2, assistants: ['search-box', 'summariser'] },
];
export const QUERY_TYPES = ['chat', 'search', 'summarise', 'extract', 'classify'];
export const DAYS = 35;

const DAY_MS = 86_400_000;

/** Numbers from 0 to 1 that look random and are the same in every run. @param {number} seed */
export function sequence(seed) {
  let state = seed >>> 0;
  return () => {
    // mulberry32, https://gist.github.com/tommyettinger/46a874533244883189143505d203312c (public domain)
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * When which organisation asks what: requests of one day, busier in working hours and on working days.
 *
 * @param {number} dayStart Unix ms of a UTC midnight @param {number} until Unix ms; nothing starts later
 * @param {number} progress 0 on the first day, 1 on the last @param {() => number} random
 */
export function requestsOfDay(dayStart, until, progress, random) {
  const weekday = new Date(dayStart).getUTCDay();
  const weekly = weekday === 0 || weekday === 6 ? 0.4 : 1;
  return ORGANISATIONS.flatMap((organisation) => {
    const count = Math.round(
      organisation.share * weekly * (1 + (organisation.growth - 1) * progress) * (0.85 + 0.3 * random()),
    );
    return Array.from({ length: count }, () => ({
      organisation,
      // The mean of two uniform times has its peak at midday.
      startsAt: dayStart + Math.floor(((random() + random()) / 2) * DAY_MS),
    }));
  }).filter(({ startsAt }) => startsAt < until);
}

/** @template T @param {readonly T[]} list @param {() => number} random @returns {T} */
export const pick = (list, random) => /** @type {T} */ (list[Math.floor(random() * list.length)]);
