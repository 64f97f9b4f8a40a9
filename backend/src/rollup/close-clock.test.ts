import { guardedNow } from './close-clock.js';

const DAY_MS = 86_400_000;
const NOW = Date.UTC(2026, 10, 20, 12);

describe('the time that closing goes by', () => {
  it('is never later than the newest event', () => {
    const newest = NOW - DAY_MS;
    expect(guardedNow({ database: NOW, newest, last: null }, false)).toBe(newest);
    expect(guardedNow({ database: NOW - 2 * DAY_MS, newest, last: null }, false)).toBe(NOW - 2 * DAY_MS);
  });

  it('goes on by one day a run at most', () => {
    const year = NOW + 365 * DAY_MS;
    expect(guardedNow({ database: year, newest: year, last: NOW }, false)).toBe(NOW + DAY_MS);
    expect(guardedNow({ database: NOW + 5, newest: NOW + 9, last: NOW }, false)).toBe(NOW + 5);
  });

  it("is the database's clock, and no later, when an operator forces it", () => {
    expect(guardedNow({ database: NOW, newest: NOW + DAY_MS, last: 0 }, true)).toBe(NOW);
  });

  it('is none while nothing is stored', () => {
    expect(guardedNow({ database: NOW, newest: null, last: NOW }, false)).toBeNull();
  });
});
