import { besideLists } from './copies-beside.js';
import type { CallFacts } from './event.js';
import { MAX_LOOK_BACK, byTime, listsBy, responseOf } from './event-order.js';
import { LOG_REACH_MS, HAND_OVER_MS, overlap } from './same-call.js';

/** A partner of a call starts or ends at most this long before or after it (ms): no likeness reaches further. */
export const PARTNER_REACH_MS = LOG_REACH_MS + HAND_OVER_MS;

/**
 * Whether two spans of different traces may tell of one call: what `findCopies` would look at if it had both. What it
 * then decides depends on the other copies of either, so two calls that may be copies have to be settled together.
 */
export const mayBeCopies = (a: CallFacts, b: CallFacts): boolean =>
  partnersAmong([a, b]).next().done !== true;

/**
 * Every pair of calls of different traces that may tell of one call, by their indices. Needs only spans that
 * `findCopies` could take for candidates: calls, and wrappers that tell usage. O(n log n); a pair may come twice.
 */
export function* partnersAmong(calls: readonly CallFacts[]): Generator<readonly [number, number]> {
  const all = [...calls.keys()].sort((a, b) => byTime(calls, a, b));
  const ofOneResponse = (a: CallFacts, b: CallFacts): boolean => a.scopeName !== b.scopeName && overlap(a, b);
  for (const list of listsBy(calls, all, responseOf)) yield* pairsOf(calls, list, ofOneResponse);
  for (const { list, agree } of besideLists(calls, all)) yield* pairsOf(calls, list, agree);
}

function* pairsOf(
  calls: readonly CallFacts[],
  list: readonly number[],
  agree: (earlier: CallFacts, later: CallFacts) => boolean,
): Generator<readonly [number, number]> {
  const scope = calls[list[0] ?? 0]?.scopeName;
  if (list.every((index) => calls[index]?.scopeName === scope)) return;
  for (const [place, index] of list.entries()) {
    const call = calls[index];
    for (let back = place - 1; call && back >= 0 && back >= place - MAX_LOOK_BACK; back--) {
      const earlier = list[back] ?? -1;
      const other = calls[earlier];
      if (other && other.traceId !== call.traceId && agree(other, call)) yield [earlier, index];
    }
  }
}
