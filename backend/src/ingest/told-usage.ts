import type { z } from 'zod';
import type { JsonUsage } from './json-event-schema.js';
import { checkUsage } from '../usage/check-usage.js';
import type { CostQuality, Usage, UsageProblem } from '../usage/usage.js';

/** What a sender tells in canonical form. */
export interface ToldUsage {
  /** As told, also where there is a problem with it. */
  readonly usage: Usage;
  readonly problem: UsageProblem | null;
  readonly quality: CostQuality;
  readonly lost: readonly string[];
}

/** JSON usage is canonical and complete by contract: richer than anything but the best spans. */
export const JSON_DETAIL = 1_000;

/** Reads the usage of a JSON event or of a correction. */
export function toldUsage(told: z.output<typeof JsonUsage>): ToldUsage {
  const { cache_write, other, ...counts } = told;
  const short = counts.cache_write_5m ?? null;
  const usage: Usage = {
    input_tokens: counts.input_tokens ?? null,
    cache_read: counts.cache_read ?? null,
    cache_write_5m: cache_write == null ? short : (short ?? 0) + cache_write,
    cache_write_1h: counts.cache_write_1h ?? null,
    input_audio: counts.input_audio ?? null,
    cache_read_audio: counts.cache_read_audio ?? null,
    input_image: counts.input_image ?? null,
    output_tokens: counts.output_tokens ?? null,
    reasoning: counts.reasoning ?? null,
    output_audio: counts.output_audio ?? null,
    output_image: counts.output_image ?? null,
    other: other ?? {},
  };
  const lifetimeUnknown = cache_write != null && cache_write > 0;
  return {
    usage,
    problem: checkUsage(usage),
    quality: lifetimeUnknown ? 'estimated' : 'exact',
    lost: lifetimeUnknown ? ['1h split'] : [],
  };
}
