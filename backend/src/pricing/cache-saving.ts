import type { Money } from '../ledger/money.js';
import { costOf, rateFor } from './compile-price.js';
import type { MeterRates } from './compile-price.js';
import type { Meter } from './price-version.js';

/** What a token would have been billed as, had there been no cache. */
const WITHOUT_CACHE: Readonly<Partial<Record<Meter, Meter>>> = {
  cache_read: 'input_uncached',
  cache_read_audio: 'input_audio',
  cache_write_5m: 'input_uncached',
  cache_write_1h: 'input_uncached',
};

/**
 * What one call would have cost more without caches, in 1e-18 USD, at the prices and the context tier it was billed by.
 * Reading usually saves; writing costs more than uncached input at some providers, so the result may be negative.
 * @returns null when the call used no cache, or when its price has none for uncached tokens
 */
export function cacheSaving(
  quantities: readonly (readonly [Meter, number])[],
  rates: MeterRates,
  inputTokens: number,
): Money | null {
  let saved: Money | null = null;
  for (const [meter, quantity] of quantities) {
    const plain = WITHOUT_CACHE[meter];
    if (plain === undefined) continue;
    const [billed, uncached] = [rates[meter], rates[plain]];
    if (!billed || !uncached) return null;
    const without = costOf(quantity, rateFor(uncached, inputTokens));
    saved = (saved ?? 0n) + without - costOf(quantity, rateFor(billed, inputTokens));
  }
  return saved;
}
