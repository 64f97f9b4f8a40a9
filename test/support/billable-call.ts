/** Builders for tests of pricing: a call, a price version, and a short text of what a call came to. */
import { formatMoney } from '../../backend/src/ledger/money.js';
import { createPriceBook, type PriceBook } from '../../backend/src/pricing/price-book.js';
import type { BillableCall, Pricing } from '../../backend/src/pricing/price-usage.js';
import type { Meter, MeterPrice, PriceVersion } from '../../backend/src/pricing/price-version.js';
import type { Usage } from '../../backend/src/usage/usage.js';

export const usageOf = (told: Partial<Usage>): Usage => ({
  input_tokens: null,
  cache_read: null,
  cache_write_5m: null,
  cache_write_1h: null,
  input_audio: null,
  cache_read_audio: null,
  input_image: null,
  output_tokens: null,
  reasoning: null,
  output_audio: null,
  output_image: null,
  other: {},
  ...told,
});

export const billable = (
  provider: string | null,
  model: string | readonly string[],
  usage: Partial<Usage>,
  more: Partial<BillableCall> = {},
): BillableCall => ({
  orgId: null,
  provider,
  models: [model].flat(),
  serviceTier: null,
  usage: usageOf(usage),
  usageQuality: 'exact',
  usageProblem: null,
  ...more,
});

/** `0.0065 exact`, `pending unknown_model`, `pending no_price_for_meter cache_write_1h`. */
export const outcome = (pricing: Pricing): string =>
  pricing.status === 'priced'
    ? `${formatMoney(pricing.costUsd)} ${pricing.quality}`
    : ['pending', pricing.reason, pricing.detail].filter(Boolean).join(' ');

/** Token prices per million, tools per unit; a value with its quality: `['2', 'upper_bound']`. */
export function metersOf(prices: Partial<Record<Meter, string>>): Partial<Record<Meter, MeterPrice>> {
  const units = new Set(['request', 'web_search', 'page', 'image']);
  return Object.fromEntries(
    Object.entries(prices).map(([meter, price]) => [meter, { price, per: units.has(meter) ? 1 : 1_000_000 }]),
  );
}

/** A catalogue price of `openai/gpt-x` since ever, unless told otherwise. */
export const version = (told: Partial<PriceVersion> = {}): PriceVersion => ({
  id: '1',
  source: 'catalogue',
  sourceVersion: 'test',
  orgId: null,
  provider: 'openai',
  model: 'gpt-x',
  match: [{ kind: 'exact', model: told.model ?? 'gpt-x' }],
  serviceTier: 'standard',
  effectiveFrom: -Infinity,
  certainFrom: -Infinity,
  recordedAt: 0,
  meters: metersOf({ input_uncached: '2', output: '8' }),
  windows: [],
  basis: null,
  empty: false,
  refused: null,
  ended: false,
  withdrawn: false,
  byHand: false,
  author: null,
  note: null,
  ...told,
});

/** A price book of these versions, numbered in their order. */
export const bookOf = (...versions: Partial<PriceVersion>[]): PriceBook =>
  createPriceBook(versions.map((told, index) => version({ id: `${index + 1}`, ...told })));
