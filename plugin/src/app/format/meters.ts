import { countText } from './number';

const METER_LABELS: Readonly<Record<string, string>> = {
  input_uncached: 'Input',
  cache_read: 'Input read from cache',
  cache_write_5m: 'Input written to cache, 5 minutes',
  cache_write_1h: 'Input written to cache, 1 hour',
  input_audio: 'Audio input',
  cache_read_audio: 'Audio input read from cache',
  input_image: 'Image input',
  output: 'Output',
  output_reasoning: 'Reasoning',
  output_audio: 'Audio output',
  output_image: 'Image output',
  request: 'Requests',
  web_search: 'Web searches',
  storage_search: 'Storage searches',
  code_execution: 'Code executions',
  rerank: 'Reranks',
  image: 'Images',
  page: 'Pages',
  character: 'Characters',
  audio_ms: 'Audio, milliseconds',
};

/** A kind of unit that is paid for; one of a newer backend by its name. */
export const meterLabel = (meter: string): string => METER_LABELS[meter] ?? meter;

const SOURCE_LABELS: Readonly<Record<string, string>> = {
  contract: 'Contract of the organisation',
  override: 'Your own price',
  catalogue: 'Catalogue',
};

export const priceSourceLabel = (source: string): string => SOURCE_LABELS[source] ?? source;

/** What a price is for: "per million", "each", "per 1,000". */
export function perText(per: number): string {
  if (per === 1) {
    return 'each';
  }
  return per === 1_000_000 ? 'per million' : `per ${countText(per)}`;
}
