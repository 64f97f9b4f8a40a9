import fc from 'fast-check';
import { billable, bookOf, metersOf } from '../../../test/support/billable-call.js';
import { formatMoney } from '../ledger/money.js';
import type { Usage } from '../usage/usage.js';
import { priceUsage, type PricedCall } from './price-usage.js';
import type { PriceVersion } from './price-version.js';

const AT = Date.parse('2026-11-22T12:00:00Z');
const priced = (usage: Partial<Usage>, version: Partial<PriceVersion>): PricedCall => {
  const pricing = priceUsage(billable('openai', 'gpt-x', usage), AT, bookOf(version));
  if (pricing.status !== 'priced') throw new Error(pricing.reason);
  return pricing;
};
const saved = (usage: Partial<Usage>, prices: Parameters<typeof metersOf>[0]): string | null => {
  const { cacheSavedUsd } = priced(usage, { meters: metersOf(prices) });
  return cacheSavedUsd === null ? null : formatMoney(cacheSavedUsd);
};
/** In USD per million tokens, as one provider has them. */
const PRICES = {
  input_uncached: '3',
  cache_read: '0.3',
  cache_write_5m: '3.75',
  cache_write_1h: '6',
  output: '15',
};

it('tells what reading a cache saved', () => {
  expect(saved({ input_tokens: 1_000_000, cache_read: 900_000, output_tokens: 10 }, PRICES)).toBe('2.43');
});
it('takes off what writing it cost more, down to a loss', () => {
  expect(
    saved(
      { input_tokens: 1_000_000, cache_read: 500_000, cache_write_1h: 100_000, output_tokens: 1 },
      PRICES,
    ),
  ).toBe('1.05');
  expect(saved({ input_tokens: 1_000_000, cache_write_5m: 1_000_000, output_tokens: 1 }, PRICES)).toBe(
    '-0.75',
  );
});
it('is nothing, not zero, for a call that used no cache', () => {
  expect(saved({ input_tokens: 1000, cache_read: 0, output_tokens: 1 }, PRICES)).toBeNull();
  expect(saved({ input_tokens: 1000, output_tokens: 1 }, PRICES)).toBeNull();
});
it('is unknown where uncached tokens have no price', () => {
  expect(
    saved({ input_tokens: 1000, cache_read: 1000, output_tokens: 1 }, { cache_read: '1', output: '1' }),
  ).toBe(null);
});
it('compares cached sound with sound', () => {
  const prices = {
    input_uncached: '1',
    cache_read: '0.5',
    input_audio: '40',
    cache_read_audio: '2.5',
    output: '1',
  };
  const usage = {
    input_tokens: 2_000_000,
    cache_read: 2_000_000,
    cache_read_audio: 1_000_000,
    output_tokens: 1,
  };
  expect(saved(usage, prices)).toBe('38');
});
it('uses the tier that the whole call was billed by', () => {
  const tiered = (price: string, above: string) => ({
    price,
    per: 1_000_000,
    tiers: [{ above: 200_000, price: above }],
  });
  const meters = {
    input_uncached: tiered('3', '6'),
    cache_read: tiered('0.3', '0.6'),
    output: tiered('15', '22.5'),
  };
  const of = (input: number): string =>
    formatMoney(
      priced({ input_tokens: input, cache_read: 100_000, output_tokens: 1 }, { meters }).cacheSavedUsd ?? 0n,
    );
  expect(of(200_000)).toBe('0.27');
  expect(of(200_001)).toBe('0.54');
});

const tokens = fc.integer({ min: 0, max: 1_000_000_000 });
const usd = fc.integer({ min: 0, max: 999_999_999 }).map((micros) => (micros / 1e6).toFixed(6));
it('the cost and what was saved are the cost of the same call without caches, to the last digit', () => {
  fc.assert(
    fc.property(
      fc.record({
        plain: tokens,
        read: tokens,
        write5m: tokens,
        write1h: tokens,
        sound: tokens,
        output: tokens,
      }),
      fc.record({
        ...{ input_uncached: usd, cache_read: usd, cache_write_5m: usd, cache_write_1h: usd },
        ...{ input_audio: usd, cache_read_audio: usd, output: usd },
      }),
      ({ plain, read, write5m, write1h, sound, output }, told) => {
        const input_tokens = plain + read + write5m + write1h + sound;
        const meters = metersOf(told);
        const cached = priced(
          {
            ...{ input_tokens, cache_read: read + sound, cache_read_audio: sound },
            ...{ cache_write_5m: write5m, cache_write_1h: write1h, output_tokens: output },
          },
          { meters },
        );
        const without = priced({ input_tokens, input_audio: sound, output_tokens: output }, { meters });
        expect(cached.costUsd + (cached.cacheSavedUsd ?? 0n)).toBe(without.costUsd);
      },
    ),
  );
});
