import fc from 'fast-check';
import { billable, bookOf, metersOf, usageOf, version } from '../../../test/support/billable-call.js';
import type { Usage } from '../usage/usage.js';
import { compileRates, costOf } from './compile-price.js';
import { explainCost, priceUsage } from './price-usage.js';
import type { PriceVersion } from './price-version.js';

const AT = Date.parse('2026-11-22T12:00:00Z');

const tokens = fc.integer({ min: 0, max: 1_000_000_000 });
const usages = fc
  .record({
    uncached: tokens,
    read: tokens,
    write5m: tokens,
    write1h: tokens,
    output: tokens,
    reasoning: tokens,
  })
  .map(({ uncached, read, write5m, write1h, output, reasoning }) =>
    usageOf({
      input_tokens: uncached + read + write5m + write1h,
      cache_read: read,
      cache_write_5m: write5m,
      cache_write_1h: write1h,
      output_tokens: output + reasoning,
      reasoning,
    }),
  );
const usd = fc
  .tuple(fc.integer({ min: 0, max: 999 }), fc.integer({ min: 0, max: 999_999_999_999 }))
  .map(([whole, rest]) => `${whole}.${`${rest}`.padStart(12, '0')}`);
const prices = fc.record({
  input_uncached: usd,
  cache_read: usd,
  cache_write_5m: usd,
  cache_write_1h: usd,
  output: usd,
});

describe('properties', () => {
  const costOfCall = (usage: Usage, meters: PriceVersion['meters']): bigint => {
    const priced = priceUsage({ ...billable('openai', 'gpt-x', {}), usage }, AT, bookOf({ meters }));
    if (priced.status !== 'priced') throw new Error(priced.reason);
    return priced.costUsd;
  };
  it('the lines of a cost add up to it', () => {
    fc.assert(
      fc.property(usages, prices, (usage, told) => {
        const explained = explainCost(
          { ...billable('openai', 'gpt-x', {}), usage },
          AT,
          bookOf({ meters: metersOf(told) }),
        );
        if (explained.status !== 'priced') throw new Error(explained.reason);
        expect(explained.components.reduce((sum, line) => sum + line.cost, 0n)).toBe(explained.costUsd);
      }),
    );
  });
  it('a token price of at most 12 decimals per million is exact: cost × 1e6 is the rational sum', () => {
    fc.assert(
      fc.property(usages, prices, (usage, told) => {
        // In 1e-12 USD per million tokens, so tokens × price is in 1e-18 USD.
        const scaled = (text: string): bigint => BigInt(text.replace('.', ''));
        const {
          input_tokens: input = 0,
          cache_read: read,
          cache_write_5m: w5,
          cache_write_1h: w1,
          output_tokens: output,
        } = usage;
        const uncached = (input ?? 0) - (read ?? 0) - (w5 ?? 0) - (w1 ?? 0);
        const exact =
          BigInt(uncached) * scaled(told.input_uncached) +
          BigInt(read ?? 0) * scaled(told.cache_read) +
          BigInt(w5 ?? 0) * scaled(told.cache_write_5m) +
          BigInt(w1 ?? 0) * scaled(told.cache_write_1h) +
          BigInt(output ?? 0) * scaled(told.output);
        expect(costOfCall(usage, metersOf(told))).toBe(exact);
      }),
    );
  });
  it('more tokens never cost less', () => {
    fc.assert(
      fc.property(usages, prices, tokens, fc.boolean(), (usage, told, more, ofOutput) => {
        const grown = ofOutput
          ? { ...usage, output_tokens: (usage.output_tokens ?? 0) + more }
          : { ...usage, input_tokens: (usage.input_tokens ?? 0) + more };
        expect(costOfCall(grown, metersOf(told)) >= costOfCall(usage, metersOf(told))).toBe(true);
      }),
    );
  });
  it('rounds half to even, once, where a divisor leaves a rest: at most half a unit off', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1e9 }),
        usd,
        fc.constantFrom(3600, 3_600_000, 7, 1e9),
        (quantity, text, per) => {
          const { rates } = compileRates(version({ meters: { page: { price: text, per } } }), '1');
          const rate = rates.page?.base;
          if (!rate) throw new Error('no rate');
          const rest =
            BigInt(quantity) * BigInt(text.replace('.', '')) * 1_000_000n -
            costOf(quantity, rate) * BigInt(per);
          const twice = (rest < 0n ? -rest : rest) * 2n;
          expect(twice < BigInt(per) || (twice === BigInt(per) && costOf(quantity, rate) % 2n === 0n)).toBe(
            true,
          );
        },
      ),
    );
  });
  it('a call without usage is never priced', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('openai', 'azure', 'x', null),
        fc.string(),
        prices,
        (provider, model, told) => {
          const pricing = priceUsage(
            { ...billable(provider, model, {}), usage: null },
            AT,
            bookOf({ meters: metersOf(told) }),
          );
          expect(pricing.status).toBe('pending');
        },
      ),
    );
  });
});
