/** Unix ms, both ends included. */
export interface TimeRange {
  readonly from: number;
  readonly to: number;
}

/** Joins the ranges of each realm that overlap or lie within `gap` ms of each other; in order. */
export function mergeRanges<T extends TimeRange & { readonly realm: string }>(
  ranges: readonly T[],
  gap: number,
): { readonly realm: string; readonly from: number; readonly to: number }[] {
  const merged: { realm: string; from: number; to: number }[] = [];
  const order = [...ranges].sort((a, b) =>
    a.realm === b.realm ? a.from - b.from : a.realm < b.realm ? -1 : 1,
  );
  for (const { realm, from, to } of order) {
    const last = merged.at(-1);
    if (last?.realm === realm && from <= last.to + gap) last.to = Math.max(last.to, to);
    else merged.push({ realm, from, to });
  }
  return merged;
}

/** Calls of a realm within ten minutes of starts. */
export interface RealmTime extends TimeRange {
  readonly realm: string;
}
