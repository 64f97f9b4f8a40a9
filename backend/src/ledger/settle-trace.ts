import { instrumentationOf } from '../usage/instrumentations.js';
import { findCopies, type Copies } from './copies.js';
import type { Attribution, Settlement, UsageEvent } from './event.js';
import { completeAttribution, NOBODY } from './attribution.js';
import { byTime } from './event-order.js';
import { buildSpanTree, type SpanTree } from './span-tree.js';

/**
 * Decides, over the events of a set of traces, what one span cannot know: which are calls, which repeat another's call,
 * and whom each belongs to. Pure, and independent of the order of the events. O(n log n).
 *
 * - Of the copies of a call the one with the greatest `detail` stays a call; the others are repeats (`duplicate`).
 * - A wrapper with a call below it is a repeat (`wrapper`). One without is a step; but when it tells usage, and its
 *   library is not known always to tell its calls apart, it is the only trace of what was spent: it becomes the call,
 *   never `exact` (readSpan sees to that). No call is missing, no wrapper is billed beside its calls.
 * - Attribution is an event's own, then its nearest ancestor's that has a value, then its copies'.
 * @returns one settlement per event, in the order of the events.
 */
export function settleEvents(events: readonly UsageEvent[]): Settlement[] {
  // settled in an order of their own, so that nothing below can depend on how they arrived
  const order = [...events.keys()].sort((a, b) => byTime(events, a, b));
  const settled = settleSorted(order.flatMap((index) => events[index] ?? []));
  const settlements = new Array<Settlement>(events.length);
  for (const [place, settlement] of settled.entries()) settlements[order[place] ?? place] = settlement;
  return settlements;
}

function settleSorted(events: readonly UsageEvent[]): Settlement[] {
  const tree = buildSpanTree(events);
  const attribution = inherit(events, tree);
  const candidates = findCandidates(events, tree);
  const orgIds = attribution.map(({ orgId }) => orgId);
  const copies = findCopies(events, candidates, tree, orgIds);
  const calls = chooseCalls(events, candidates, copies);
  const kinds = decideKinds(events, tree, copies, calls);
  shareAttribution(events, copies, candidates, attribution);
  return events.map((_, index) => {
    const kind = kinds[index] ?? STEP;
    const target = kind.of === null ? undefined : events[kind.of];
    return {
      kind: kind.kind,
      repeatReason: kind.reason,
      repeatOf: target
        ? { traceId: target.traceId, spanId: target.spanId, startedAt: target.startedAt }
        : null,
      attribution: attribution[index] ?? NOBODY,
    };
  });
}

/** Parents come before their children, so one pass brings every value down. */
function inherit(events: readonly UsageEvent[], tree: SpanTree): Attribution[] {
  const resolved: Attribution[] = events.map(({ own }) => own);
  for (const index of tree.order) {
    const above = resolved[tree.parent[index] ?? -1];
    const own = resolved[index];
    if (above && own) resolved[index] = completeAttribution(own, above);
  }
  return resolved;
}

/** All calls, and the wrappers that are the only witness of what was spent below them. */
function findCandidates(events: readonly UsageEvent[], tree: SpanTree): number[] {
  const callBelow = new Uint8Array(events.length);
  const candidates: number[] = [];
  for (let place = tree.order.length - 1; place >= 0; place--) {
    const index = tree.order[place] ?? -1;
    const event = events[index];
    if (!event) continue;
    const candidate = event.spanClass === 'call' || (isWitness(event) && callBelow[index] === 0);
    if (candidate) candidates.push(index);
    const parent = tree.parent[index] ?? -1;
    if (parent !== -1 && (candidate || callBelow[index] === 1)) callBelow[parent] = 1;
  }
  return candidates.sort((a, b) => byTime(events, a, b));
}

const isWitness = (event: UsageEvent): boolean =>
  event.spanClass === 'wrapper' &&
  event.usage !== null &&
  instrumentationOf(event.scopeName, event.scopeVersion, event.provider)?.leaves !== 'always';

/** The richest copy of each group, by the group's name. */
function chooseCalls(
  events: readonly UsageEvent[],
  candidates: readonly number[],
  copies: Copies,
): ReadonlyMap<number, number> {
  const calls = new Map<number, number>();
  for (const index of candidates) {
    const group = copies.groupOf(index);
    const chosen = calls.get(group);
    if (chosen === undefined || isRicher(events, index, chosen)) calls.set(group, index);
  }
  return calls;
}

function isRicher(events: readonly UsageEvent[], index: number, chosen: number): boolean {
  const difference = (events[index]?.detail ?? 0) - (events[chosen]?.detail ?? 0);
  return difference === 0 ? byTime(events, index, chosen) < 0 : difference > 0;
}

interface Kind {
  readonly kind: Settlement['kind'];
  readonly reason: Settlement['repeatReason'];
  /** The call a repeat is about. */
  readonly of: number | null;
}
const STEP: Kind = { kind: 'step', reason: null, of: null };

function decideKinds(
  events: readonly UsageEvent[],
  tree: SpanTree,
  copies: Copies,
  calls: ReadonlyMap<number, number>,
): Kind[] {
  const kinds: Kind[] = events.map(() => STEP);
  for (const [group, chosen] of calls) {
    const sum = copies.membersOf(group).find((member) => copies.sums.has(member));
    const below = sum === undefined ? undefined : callBelow(sum, copies, calls);
    for (const member of copies.membersOf(group)) {
      if (below !== undefined) kinds[member] = { kind: 'repeat', reason: 'wrapper', of: below };
      else if (member === chosen) kinds[member] = { kind: 'call', reason: null, of: null };
      else kinds[member] = { kind: 'repeat', reason: 'duplicate', of: chosen };
    }
  }
  wrapCalls(events, tree, kinds);
  return kinds;
}

/** Follows a sum to the first call below it; a sum may hold sums. */
function callBelow(sum: number, copies: Copies, calls: ReadonlyMap<number, number>): number | undefined {
  const seen = new Set<number>();
  for (let at: number | undefined = sum; at !== undefined;) {
    const group = copies.groupOf(at);
    if (seen.has(group)) return undefined;
    seen.add(group);
    const next = copies.membersOf(group).find((member) => copies.sums.has(member));
    if (next === undefined) return calls.get(group);
    at = copies.sums.get(next);
  }
  return undefined;
}

/** Points every wrapper left at the first call (or the call of the first repeat) below it. */
function wrapCalls(events: readonly UsageEvent[], tree: SpanTree, kinds: Kind[]): void {
  const next = new Int32Array(tree.order.length + 1).fill(tree.order.length);
  for (let place = tree.order.length - 1; place >= 0; place--) {
    const index = tree.order[place] ?? -1;
    next[place] = kinds[index] === STEP ? (next[place + 1] ?? 0) : place;
  }
  const wrapped: [number, number][] = [];
  for (const [index, event] of events.entries()) {
    if (event.spanClass !== 'wrapper' || kinds[index] !== STEP) continue;
    const place = next[(tree.enter[index] ?? 0) + 1] ?? tree.order.length;
    if (place >= (tree.leave[index] ?? 0)) continue;
    const below = tree.order[place] ?? -1;
    wrapped.push([index, kinds[below]?.of ?? below]);
  }
  for (const [index, of] of wrapped) kinds[index] = { kind: 'repeat', reason: 'wrapper', of };
}

/** A call and its copies are one call: whoever any of them knows, all of them belong to. */
function shareAttribution(
  events: readonly UsageEvent[],
  copies: Copies,
  candidates: readonly number[],
  attribution: Attribution[],
): void {
  for (const index of candidates) {
    const members = copies.membersOf(index);
    if (members.length < 2) continue;
    const richestFirst = [...members].sort((a, b) => (isRicher(events, a, b) ? -1 : 1));
    const shared = richestFirst.reduce(
      (known, member) => completeAttribution(known, attribution[member] ?? NOBODY),
      NOBODY,
    );
    for (const member of members)
      attribution[member] = completeAttribution(attribution[member] ?? NOBODY, shared);
  }
}
