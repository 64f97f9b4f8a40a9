import type { Usage } from '../usage/usage.js';
import type { MeterRates } from './compile-price.js';
import type { Meter } from './price-version.js';

/**
 * Splits inclusive token counts into disjoint meters, zero quantities left out. Reasoning, image input and cached audio
 * are parts that cost what the whole costs unless they have a price of their own; sound is always apart (its price is
 * a multiple of the text's, so one without a price must be missed, not hidden in the text).
 * @returns `inconsistent_usage` when a part is larger than its whole or no count.
 */
export function tokenQuantities(usage: Usage, rates: MeterRates): [Meter, number][] | 'inconsistent_usage' {
  const input = usage.input_tokens ?? 0;
  const cached = usage.cache_read ?? 0;
  const write5m = usage.cache_write_5m ?? 0;
  const write1h = usage.cache_write_1h ?? 0;
  const inputAudio = usage.input_audio ?? 0;
  const cachedAudio = usage.cache_read_audio ?? 0;
  const inputImage = usage.input_image ?? 0;
  const output = usage.output_tokens ?? 0;
  const reasoning = usage.reasoning ?? 0;
  const outputAudio = usage.output_audio ?? 0;
  const outputImage = usage.output_image ?? 0;
  const text = input - cached - write5m - write1h - inputAudio - inputImage;
  const answer = output - reasoning - outputAudio - outputImage;
  const sound =
    isCount(input) &&
    isCount(cached) &&
    isCount(write5m) &&
    isCount(write1h) &&
    isCount(inputAudio) &&
    isCount(cachedAudio) &&
    isCount(inputImage) &&
    isCount(output) &&
    isCount(reasoning) &&
    isCount(outputAudio) &&
    isCount(outputImage) &&
    isCount(text) &&
    isCount(answer) &&
    isCount(cached - cachedAudio);
  if (!sound) return 'inconsistent_usage';
  const apartImage = rates.input_image ? inputImage : 0;
  const apartReasoning = rates.output_reasoning ? reasoning : 0;
  // Filled one by one: lists of counts, made and filtered for every call, took half the time of pricing.
  const quantities: [Meter, number][] = [];
  const add = (meter: Meter, quantity: number): void => {
    if (quantity > 0) quantities.push([meter, quantity]);
  };
  add('input_uncached', text + inputImage - apartImage);
  add('cache_read', cached - cachedAudio);
  add('cache_read_audio', cachedAudio);
  add('cache_write_5m', write5m);
  add('cache_write_1h', write1h);
  add('input_audio', inputAudio);
  add('input_image', apartImage);
  add('output', answer + reasoning - apartReasoning);
  add('output_reasoning', apartReasoning);
  add('output_audio', outputAudio);
  add('output_image', outputImage);
  return quantities;
}

const isCount = (count: number): boolean => Number.isSafeInteger(count) && count >= 0;
