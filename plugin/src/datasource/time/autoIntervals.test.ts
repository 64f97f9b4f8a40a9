import { autoIntervals } from './autoIntervals';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

describe('autoIntervals', () => {
  it.each([
    [6 * HOUR, 1000, ['15m', '1h', '1d', '1w', '1mo']],
    [6 * HOUR, 10, ['1h', '1d', '1w', '1mo']],
    [7 * DAY, 1000, ['1h', '1d', '1w', '1mo']],
    [30 * DAY, 1000, ['1d', '1w', '1mo']],
    [30 * DAY, 20, ['1w', '1mo']],
    [400 * DAY, 1000, ['1w', '1mo']],
    [4000 * DAY, 100, ['1mo']],
    [DAY, 0, ['1d', '1w', '1mo']],
  ])('of %d ms for %d points', (length, points, expected) => {
    expect(autoIntervals({ from: 0, to: length }, points)).toEqual(expected);
  });
});
