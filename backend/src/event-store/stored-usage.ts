import type { Usage } from '../usage/usage.js';

type Count = string | number | null;

/** Usage as its columns hold it: the rare counts in `usage_more`. */
export interface StoredUsage {
  readonly input_tokens: Count;
  readonly cache_read: Count;
  readonly cache_write_5m: Count;
  readonly cache_write_1h: Count;
  readonly output_tokens: Count;
  readonly reasoning: Count;
  readonly usage_more: Readonly<Record<string, number>> | null;
}

const TOLD_APART = ['input_audio', 'cache_read_audio', 'input_image', 'output_audio', 'output_image'];

const countOf = (count: Count): number | null => (count === null ? null : Number(count));

const NO_OTHER: Usage['other'] = {};

/** The usage of a stored row; null when it tells none. */
export function usageOf(row: StoredUsage): Usage | null {
  const more = row.usage_more;
  const other = more === null ? NO_OTHER : otherOf(more);
  // Written out: a spread object has another shape, and V8 reads it fifteen times slower.
  const usage: Usage = {
    input_tokens: countOf(row.input_tokens),
    cache_read: countOf(row.cache_read),
    cache_write_5m: countOf(row.cache_write_5m),
    cache_write_1h: countOf(row.cache_write_1h),
    input_audio: more?.['input_audio'] ?? null,
    cache_read_audio: more?.['cache_read_audio'] ?? null,
    input_image: more?.['input_image'] ?? null,
    output_tokens: countOf(row.output_tokens),
    reasoning: countOf(row.reasoning),
    output_audio: more?.['output_audio'] ?? null,
    output_image: more?.['output_image'] ?? null,
    other,
  };
  return isTold(usage) ? usage : null;
}

function otherOf(more: Readonly<Record<string, number>>): Usage['other'] {
  const rest = Object.entries(more).filter(([meter]) => !TOLD_APART.includes(meter));
  return rest.length > 0 ? Object.fromEntries(rest) : NO_OTHER;
}

function isTold({ other, ...counts }: Usage): boolean {
  if (counts.input_tokens !== null || counts.output_tokens !== null) return true;
  return other !== NO_OTHER || Object.values(counts).some((count) => count !== null);
}
