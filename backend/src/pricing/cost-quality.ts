import type { CostQuality } from '../usage/usage.js';

/** What may be claimed of a cost when both `a` and `b` hold of its parts: too high and too low at once is an estimate. */
export function worseQuality(a: CostQuality, b: CostQuality): CostQuality {
  if (a === b || b === 'exact') return a;
  return a === 'exact' ? b : 'estimated';
}
