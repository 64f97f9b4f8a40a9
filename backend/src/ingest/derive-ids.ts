import { createHash } from 'node:crypto';

export interface DerivedIds {
  readonly traceId: string;
  readonly spanId: string;
}

/** Ids in W3C form from any material: the same material gives the same ids, so a retry is the same event. */
export function deriveIds(kind: 'id' | 'item', ...material: readonly string[]): DerivedIds {
  const hash = createHash('sha256').update(`tokenledger/${kind}`);
  // Lengths in front keep ("ab","c") and ("a","bc") apart.
  for (const part of material) hash.update(`\0${part.length}\0`).update(part);
  const digest = hash.digest('hex');
  return { traceId: digest.slice(0, 32), spanId: digest.slice(32, 48) };
}

/** JSON with sorted keys: equal items give equal text whatever the order they were written in. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
