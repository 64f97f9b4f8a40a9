import { createPriceBook, type PriceBook } from '../../backend/src/pricing/price-book.js';
import type { MeterPrices, PriceVersion } from '../../backend/src/pricing/price-version.js';

/** USD per million tokens as a meter price. */
export const perMillion = (price: string) => ({ price, per: 1_000_000 });

/** A catalogue version of openai's gpt-4o from the beginning of time, changed by `overrides`. */
export function priceVersion(overrides: Partial<PriceVersion> & { readonly id: string }): PriceVersion {
  const model = overrides.model ?? 'gpt-4o';
  return {
    source: 'catalogue',
    sourceVersion: 'test',
    orgId: null,
    provider: 'openai',
    model,
    match: [{ kind: 'exact', model }],
    serviceTier: 'standard',
    effectiveFrom: -Infinity,
    certainFrom: -Infinity,
    recordedAt: 0,
    meters: tokenPrices('2.5', '10'),
    windows: [],
    basis: null,
    empty: false,
    refused: null,
    ended: false,
    withdrawn: false,
    byHand: false,
    author: null,
    note: null,
    ...overrides,
  };
}

export const tokenPrices = (input: string, output: string): MeterPrices => ({
  input_uncached: perMillion(input),
  cache_read: perMillion(input),
  output: perMillion(output),
});

/** A book of gpt-4o (id 1) and a contract of acme with 10 % off (id 2). */
export const testBook = (...more: PriceVersion[]): PriceBook =>
  createPriceBook([
    priceVersion({ id: '1' }),
    priceVersion({
      id: '2',
      source: 'contract',
      orgId: 'acme',
      model: '*',
      match: [{ kind: 'any' }],
      meters: {},
      basis: { provider: null, model: null, multiplier: '0.9' },
    }),
    ...more,
  ]);
