/** A source of chance that gives the same numbers in every run, so that a failure can be repeated. */
export interface Chance {
  /** A whole number from 0 to `below` - 1. */
  int(below: number): number;
  pick<T>(list: readonly T[]): T;
  /** True in `percent` of 100 cases. */
  odds(percent: number): boolean;
  bytes(length: number): Buffer;
}

/** Marsaglia's xorshift with 32 bits: not for secrets. */
export function createChance(seed: number): Chance {
  let state = Math.imul(seed + 1, 0x9e3779b1) | 1;
  const next = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
  for (let i = 0; i < 8; i += 1) next();
  const int = (below: number): number => next() % Math.max(1, below);
  return {
    int,
    pick: <T>(list: readonly T[]): T => {
      if (list.length === 0) throw new RangeError('nothing to pick from');
      return list[int(list.length)] as T;
    },
    odds: (percent) => int(100) < percent,
    bytes: (length) => Buffer.from(Array.from({ length }, () => next() & 255)),
  };
}
