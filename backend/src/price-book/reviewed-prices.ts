import { multiplyDecimals } from '../pricing/compile-price.js';
import type { Meter, MeterPrice, MeterPrices } from '../pricing/price-version.js';

type Block = Readonly<Record<string, unknown>>;

/**
 * What we know beside the catalogue, each rule with its reason. They add what the vendor publishes and the catalogue
 * lacks, or say that a price is only a bound; none changes a price the catalogue has.
 */
export function reviewed(provider: string, model: string, meters: MeterPrices, block: Block): MeterPrices {
  const found: Partial<Record<Meter, MeterPrice>> = { ...meters };
  const { input_uncached: input, output } = meters;
  // Anthropic: a 1-hour write costs twice the input, in every cloud (docs.claude.com, prompt caching). The catalogue has
  // it for Anthropic itself and leaves it out for Bedrock and Vertex AI.
  if (input && meters.cache_write_5m && !meters.cache_write_1h && resellsClaude(provider, model)) {
    found.cache_write_1h = times(input, '2');
  }
  // A cached token never costs more than a fresh one: without a price for it, the full rate is an upper bound.
  if (input && !meters.cache_read) found.cache_read = { ...input, quality: 'upper_bound' };
  // Cached image tokens have a price of their own here, and no instrumentation tells them from cached text.
  const cachedImage = block['cache_image_read_mtok'];
  if (
    meters.cache_read &&
    typeof cachedImage === 'number' &&
    String(cachedImage) !== meters.cache_read.price
  ) {
    found.cache_read = { ...meters.cache_read, quality: 'lower_bound' };
  }
  // These models generate nothing but images: their output price is the image's.
  if (output && !meters.output_image && /^gpt-image-/.test(model)) found.output_image = output;
  // Perplexity's fee depends on the search context size, which is not told; the catalogue has that of the largest.
  if (meters.request && provider === 'perplexity')
    found.request = { ...meters.request, quality: 'upper_bound' };
  // Groq bills at least 10 seconds of sound.
  if (meters.audio_ms && provider === 'groq') found.audio_ms = { ...meters.audio_ms, quality: 'lower_bound' };
  return OUTDATED.has(`${provider}/${model}`) ? withQuality(found, 'estimated') : found;
}

/** Entries that other price lists contradict (comparison of 2026-11-22): priced, never called exact. */
const OUTDATED = new Set([
  'deepseek/deepseek-chat', // old price and an off-peak discount that has ended
  'deepseek/deepseek-reasoner', // the same
  'mistral/mistral-large', // `mistral-large-latest` is a cheaper model now
]);

const resellsClaude = (provider: string, model: string): boolean =>
  (provider === 'aws' || provider === 'google') && model.includes('claude');

function times(meter: MeterPrice, factor: string): MeterPrice {
  const tiers = meter.tiers?.map((tier) => ({
    above: tier.above,
    price: multiplyDecimals(tier.price, factor),
  }));
  return { ...meter, price: multiplyDecimals(meter.price, factor), ...(tiers && { tiers }) };
}

function withQuality(meters: MeterPrices, quality: 'estimated'): MeterPrices {
  const entries = Object.entries(meters) as [Meter, MeterPrice][];
  return Object.fromEntries(entries.map(([meter, price]) => [meter, { ...price, quality }]));
}
