import type { OtherMeter, Usage } from '../usage/usage.js';

/** Usage as its columns hold it: counts as decimal text, the rare ones in `usage_more`. */
export interface StoredUsage {
  readonly input_tokens: string | null;
  readonly cache_read: string | null;
  readonly cache_write_5m: string | null;
  readonly cache_write_1h: string | null;
  readonly output_tokens: string | null;
  readonly reasoning: string | null;
  readonly usage_more: Readonly<Record<string, number>> | null;
}

const TOLD_APART = ['input_audio', 'cache_read_audio', 'input_image', 'output_audio', 'output_image'];

const countOf = (text: string | null): number | null => (text === null ? null : Number(text));

/** The usage of a stored row; null when it tells none. */
export function usageOf(row: StoredUsage): Usage | null {
  const more = row.usage_more ?? {};
  const rest = Object.entries(more).filter(([meter]) => !TOLD_APART.includes(meter));
  const usage = {
    input_tokens: countOf(row.input_tokens),
    cache_read: countOf(row.cache_read),
    cache_write_5m: countOf(row.cache_write_5m),
    cache_write_1h: countOf(row.cache_write_1h),
    input_audio: more['input_audio'] ?? null,
    cache_read_audio: more['cache_read_audio'] ?? null,
    input_image: more['input_image'] ?? null,
    output_tokens: countOf(row.output_tokens),
    reasoning: countOf(row.reasoning),
    output_audio: more['output_audio'] ?? null,
    output_image: more['output_image'] ?? null,
  };
  const other = Object.fromEntries(rest) as Partial<Record<OtherMeter, number>>;
  const told = rest.length > 0 || Object.values(usage).some((value) => value !== null);
  return told ? { ...usage, other } : null;
}
