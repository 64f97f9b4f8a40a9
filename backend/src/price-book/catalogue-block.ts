import type { Meter, MeterPrice, MeterPrices } from '../pricing/price-version.js';
import { decimalText } from './decimal-text.js';
import { reviewed } from './reviewed-prices.js';

type CatalogueValue =
  number | { readonly base: number; readonly tiers: readonly { start: number; price: number }[] };
export type PriceBlock = Readonly<Record<string, CatalogueValue | undefined>>;

const MILLION = 1_000_000;
const THOUSAND = 1000;
const HOUR_MS = 3_600_000;

/** The catalogue's units that are ours. A write without a lifetime is the 5-minute one. */
const UNITS: Readonly<Record<string, { readonly meter: Meter; readonly per: number }>> = {
  input_mtok: { meter: 'input_uncached', per: MILLION },
  cache_read_mtok: { meter: 'cache_read', per: MILLION },
  cache_write_mtok: { meter: 'cache_write_5m', per: MILLION },
  cache_write_1h_mtok: { meter: 'cache_write_1h', per: MILLION },
  input_audio_mtok: { meter: 'input_audio', per: MILLION },
  cache_audio_read_mtok: { meter: 'cache_read_audio', per: MILLION },
  input_image_mtok: { meter: 'input_image', per: MILLION },
  output_mtok: { meter: 'output', per: MILLION },
  output_reasoning_mtok: { meter: 'output_reasoning', per: MILLION },
  output_audio_mtok: { meter: 'output_audio', per: MILLION },
  output_image_mtok: { meter: 'output_image', per: MILLION },
  audio_hours: { meter: 'audio_ms', per: HOUR_MS },
  input_document_kpages: { meter: 'page', per: THOUSAND },
  input_mchars: { meter: 'character', per: MILLION },
  requests_kcount: { meter: 'request', per: THOUSAND },
  web_searches_kcount: { meter: 'web_search', per: THOUSAND },
  storage_searches_kcount: { meter: 'storage_search', per: THOUSAND },
  code_executions_kcount: { meter: 'code_execution', per: THOUSAND },
  rerank_searches_kcount: { meter: 'rerank', per: THOUSAND },
};

/**
 * Reads one price block of the catalogue.
 * @returns the prices by meter, or why the whole block is refused: a model is never priced in part.
 */
export function readBlock(provider: string, model: string, block: PriceBlock): MeterPrices | string {
  const meters: Partial<Record<Meter, MeterPrice>> = {};
  for (const [key, value] of Object.entries(block)) {
    if (value === undefined || isTold(block, key, value)) continue;
    const unit = UNITS[key];
    if (!unit) return `unit ${key} is not one of ours`;
    const price = readPrice(value, unit.per);
    if (!price) return `${key} is no decimal price with at most 12 decimals: ${JSON.stringify(value)}`;
    meters[unit.meter] = price;
  }
  return reviewed(provider, model, meters, block);
}

/** Units that say again what another one says, or that reviewed-prices.ts takes up. */
function isTold(block: PriceBlock, key: string, value: CatalogueValue): boolean {
  return (key === 'input_audio_hours' && block['audio_hours'] === value) || key === 'cache_image_read_mtok';
}

function readPrice(value: CatalogueValue, per: number): MeterPrice | null {
  if (typeof value === 'number') {
    const price = decimalText(value);
    return price === null ? null : { price, per };
  }
  const price = decimalText(value.base);
  const tiers = value.tiers.map((tier) => ({ above: tier.start, price: decimalText(tier.price) }));
  const known = tiers.filter((tier): tier is { above: number; price: string } => tier.price !== null);
  if (
    price === null ||
    known.length < tiers.length ||
    !known.every((tier) => Number.isSafeInteger(tier.above))
  )
    return null;
  return { price, per, tiers: known };
}
