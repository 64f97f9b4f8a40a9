import type { Usage } from '../../api/wire';

/** Input and output together; null when neither is told. */
export function totalTokens(usage: Usage | null): number | null {
  const told = [usage?.input_tokens ?? null, usage?.output_tokens ?? null].filter((count) => count !== null);
  return told.length === 0 ? null : told.reduce((sum, count) => sum + count, 0);
}
