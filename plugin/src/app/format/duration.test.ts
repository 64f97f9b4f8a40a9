import { agoText, durationText, untilText } from './duration';

describe('durationText', () => {
  it.each([
    [0, '0 ms'],
    [0.25, '0.3 ms'],
    [850.4, '850 ms'],
    [1840, '1.84 s'],
    [12_340, '12.3 s'],
    [125_000, '2 min 5 s'],
    [120_000, '2 min'],
    [11_520_000, '3 h 12 min'],
    [93_600_000, '1 d 2 h'],
    [null, '—'],
  ])('%s ms is %s', (ms, text) => {
    expect(durationText(ms)).toBe(text);
  });
});

describe('agoText', () => {
  it.each([
    [-3000, 'just now'],
    [1200, 'just now'],
    [59_000, '59 s ago'],
    [60_000, '1 min ago'],
    [3 * 3_600_000, '3 h ago'],
    [47 * 3_600_000, '47 h ago'],
    [10 * 86_400_000, '10 days ago'],
  ])('%s ms is %s', (ms, text) => {
    expect(agoText(ms)).toBe(text);
  });
});

it('says until when', () => {
  expect(untilText(-5)).toBe('now');
  expect(untilText(25_000)).toBe('in 25 s');
  expect(untilText(2_400_000)).toBe('in 40 min');
});
