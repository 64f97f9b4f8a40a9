import type { CallFacts } from './event.js';

/** Looking further back than this for a partner would be quadratic where thousands of equal calls run at once. */
export const MAX_LOOK_BACK = 64;

/** Lists of two and more with one key (null: in none), each by start, the longer first: the outer before the inner. */
export function listsBy<T extends CallFacts>(
  events: readonly T[],
  indices: readonly number[],
  keyOf: (event: T) => string | null,
): number[][] {
  const lists = new Map<string, number[]>();
  for (const index of indices) {
    const event = events[index];
    if (!event) continue;
    const key = keyOf(event);
    if (key === null) continue;
    const list = lists.get(key);
    if (list) list.push(index);
    else lists.set(key, [index]);
  }
  const long = [...lists.values()].filter((list) => list.length > 1);
  for (const list of long) list.sort((a, b) => byTime(events, a, b));
  return long;
}

/** A total order that does not depend on how the events arrived. */
export function byTime(events: readonly CallFacts[], a: number, b: number): number {
  const [left, right] = [events[a], events[b]];
  if (!left || !right) return a - b;
  if (left.startedAt !== right.startedAt) return left.startedAt - right.startedAt;
  if (left.durationUs !== right.durationUs) return right.durationUs - left.durationUs;
  if (left.traceId !== right.traceId) return left.traceId < right.traceId ? -1 : 1;
  if (left.spanId !== right.spanId) return left.spanId < right.spanId ? -1 : 1;
  if (left.realm !== right.realm) return left.realm < right.realm ? -1 : 1;
  return right.detail - left.detail || a - b;
}

/** A response of a realm: what only the spans of one call share. */
export const responseOf = ({ realm, responseId }: CallFacts): string | null =>
  responseId === null ? null : `${realm}\n${responseId}`;
