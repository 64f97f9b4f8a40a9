import { MAX_COUNT } from './counts.js';
import type { Usage, UsageProblem } from './usage.js';

/**
 * Why usage that a sender states in canonical form cannot be believed, or null: every count a whole number from 0 to
 * 1e12, parts within their whole, and something told at all. 0 in and 0 out on a call is a missing count, not a gift.
 */
export function checkUsage({ other, ...counts }: Usage): UsageProblem | null {
  const told = Object.values(counts).filter((count) => count !== null);
  const units = Object.values(other);
  if ([...told, ...units].some((count) => !isCount(count))) return 'inconsistent_usage';
  if ([...told, ...units].every((count) => count === 0)) return 'no_usage';
  const input = sum(
    counts.cache_read,
    counts.cache_write_5m,
    counts.cache_write_1h,
    counts.input_audio,
    counts.input_image,
  );
  const output = sum(counts.reasoning, counts.output_audio, counts.output_image);
  const contradicts =
    input > sum(counts.input_tokens) ||
    output > sum(counts.output_tokens) ||
    sum(counts.cache_read_audio) > sum(counts.cache_read);
  return contradicts ? 'inconsistent_usage' : null;
}

const isCount = (count: number): boolean => Number.isInteger(count) && count >= 0 && count <= MAX_COUNT;
const sum = (...counts: readonly (number | null)[]): number =>
  counts.reduce<number>((total, count) => total + (count ?? 0), 0);
