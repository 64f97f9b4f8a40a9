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
  const counts = [
    input,
    cached,
    write5m,
    write1h,
    inputAudio,
    cachedAudio,
    inputImage,
    output,
    reasoning,
    outputAudio,
  ];
  counts.push(outputImage, text, answer, cached - cachedAudio);
  if (!counts.every((count) => Number.isSafeInteger(count) && count >= 0)) return 'inconsistent_usage';
  const apartImage = rates.input_image ? inputImage : 0;
  const apartReasoning = rates.output_reasoning ? reasoning : 0;
  const all: [Meter, number][] = [
    ['input_uncached', text + inputImage - apartImage],
    ['cache_read', cached - cachedAudio],
    ['cache_read_audio', cachedAudio],
    ['cache_write_5m', write5m],
    ['cache_write_1h', write1h],
    ['input_audio', inputAudio],
    ['input_image', apartImage],
    ['output', answer + reasoning - apartReasoning],
    ['output_reasoning', apartReasoning],
    ['output_audio', outputAudio],
    ['output_image', outputImage],
  ];
  return all.filter(([, quantity]) => quantity > 0);
}
