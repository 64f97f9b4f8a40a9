import { isRetryable } from './is-retryable.js';

const coded = (code: string): Error => Object.assign(new Error('x'), { code });

it.each([
  '57P01',
  '57P02',
  '57P03',
  '40001',
  '40P01',
  '40003',
  '08006',
  '25006',
  '25P03',
  '53100',
  'ECONNRESET',
])('%s is worth a repetition', (code) => expect(isRetryable(coded(code))).toBe(true));

it.each(['23505', '22P02', '42601', '57014', '28P01', '53400', '0A000'])('%s would only fail again', (code) =>
  expect(isRetryable(coded(code))).toBe(false),
);

it('knows the errors pg gives no code', () => {
  expect(isRetryable(new Error('Connection terminated unexpectedly'))).toBe(true);
  expect(isRetryable(new Error('Cannot read properties of undefined'))).toBe(false);
  expect(isRetryable('57P01')).toBe(false);
});
