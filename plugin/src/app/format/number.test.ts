import { callsText, countText, percentText, shortCountText } from './number';

describe('percentText', () => {
  it.each([
    [1, '100 %'],
    [0.99999, '99.9 %'],
    [0.872, '87.2 %'],
    [0.29, '29 %'],
    [0.00001, '< 0.1 %'],
    [0, '0 %'],
    [null, '—'],
  ])('shows %s as %s', (share, text) => {
    expect(percentText(share)).toBe(text);
  });
});

it('groups counts', () => {
  expect(countText(1234567)).toBe('1,234,567');
  expect(countText(0)).toBe('0');
  expect(countText(null)).toBe('—');
});

it('shortens great counts', () => {
  expect(shortCountText(6154391)).toBe('6.15M');
  expect(shortCountText(999)).toBe('999');
  expect(shortCountText(null)).toBe('—');
});

it('counts calls in words', () => {
  expect(callsText(1)).toBe('1 call');
  expect(callsText(1500)).toBe('1,500 calls');
});
