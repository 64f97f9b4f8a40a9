import { createGroups, type Groups } from './copy-groups.js';
import { joinBeside } from './copies-beside.js';
import type { UsageEvent } from './event.js';
import { MAX_LOOK_BACK, listsBy, responseOf } from './event-order.js';
import {
  modelsAgree,
  sameSide,
  nearlySameTokens,
  operationsAgree,
  overlap,
  providersAgree,
  sameTokens,
} from './same-call.js';
import type { SpanTree } from './span-tree.js';

/** Candidates grouped by the call they tell of. */
export interface Copies {
  /** The group of a candidate, named by one of its members. */
  groupOf(candidate: number): number;
  /** All members of a group. */
  membersOf(group: number): readonly number[];
  /** Candidates whose usage is the sum of the calls below them, with the first of those. */
  readonly sums: ReadonlyMap<number, number>;
}

/**
 * Finds the events that tell of one call (design section 3, settle), among `candidates`:
 * 1. equal response ids, overlapping time, different scopes or ancestor and descendant;
 * 2. a call nested in a call, when nothing told contradicts: no second response id, same model, equal tokens where
 *    both tell them (between different scopes one side suffices: input may lack cached tokens, output thoughts);
 * 3. different scopes, at least one without response id, same service, provider, model and tokens (or one side of them
 *    where not both are exact, or one that tells none), one interval containing the other; or both refused.
 * Two different response ids are never joined; unrelated spans neither when they are of one scope or of two known
 * organisations. So every group holds at most one unrelated span per scope: paired one to one.
 * @param orgIds the organisations of the events, inherited values included.
 */
export function findCopies(
  events: readonly UsageEvent[],
  candidates: readonly number[],
  tree: SpanTree,
  orgIds: readonly (string | null)[],
): Copies {
  const groups = createGroups(events, candidates, orgIds);
  const finder = { events, tree, groups };
  joinEqualIds(finder, candidates);
  const sums = joinNested(finder, candidates);
  joinBeside(events, candidates, groups);
  return {
    groupOf: (candidate) => groups.find(candidate),
    membersOf: (group) => groups.membersOf(group),
    sums,
  };
}

interface Finder {
  readonly events: readonly UsageEvent[];
  readonly tree: SpanTree;
  readonly groups: Groups;
}

function joinEqualIds({ events, tree, groups }: Finder, candidates: readonly number[]): void {
  for (const list of listsBy(events, candidates, responseOf)) {
    for (const [place, index] of list.entries()) {
      const event = events[index];
      for (let back = place - 1; event && back >= 0 && back >= place - MAX_LOOK_BACK; back--) {
        const other = list[back] ?? -1;
        const earlier = events[other];
        if (!earlier || !overlap(earlier, event)) continue;
        const related = tree.isAncestor(other, index) || tree.isAncestor(index, other);
        if (related || earlier.scopeName !== event.scopeName) groups.join(other, index, related);
      }
    }
  }
}

/** Joins every candidate with the nearest candidate above it, one child per parent. */
function joinNested(finder: Finder, candidates: readonly number[]): Map<number, number> {
  const { events, groups } = finder;
  const sums = new Map<number, number>();
  for (const [above, below] of nearestBelow(finder, candidates)) {
    const parent = events[above];
    if (!parent) continue;
    if (
      isSum(
        parent,
        below.map((index) => events[index]),
      )
    ) {
      sums.set(above, below[0] ?? above);
      continue;
    }
    let best = -1;
    let bestLikeness = 0;
    for (const index of below) {
      const child = events[index];
      const likeness = child ? likenessOfNested(parent, child) : 0;
      if (likeness > bestLikeness) [best, bestLikeness] = [index, likeness];
    }
    if (best !== -1) groups.join(above, best, true);
  }
  return sums;
}

/** Agents and tools inside a call make calls of their own, so the search upwards ends at them. */
function nearestBelow({ events, tree }: Finder, candidates: readonly number[]): Map<number, number[]> {
  const isCandidate = new Uint8Array(events.length);
  for (const index of candidates) isCandidate[index] = 1;
  const nearest = new Int32Array(events.length).fill(-1);
  const below = new Map<number, number[]>();
  for (const index of tree.order) {
    const parent = tree.parent[index] ?? -1;
    if (parent === -1) continue;
    const operation = events[parent]?.operation;
    if (isCandidate[parent] === 1) nearest[index] = parent;
    else if (operation !== 'execute_tool' && operation !== 'invoke_agent')
      nearest[index] = nearest[parent] ?? -1;
    const above = nearest[index] ?? -1;
    if (above === -1 || isCandidate[index] === 0) continue;
    const list = below.get(above);
    if (list) list.push(index);
    else below.set(above, [index]);
  }
  return below;
}

/** Whether a call's usage is what the calls directly below it add up to: a wrapper that calls itself a call. */
function isSum(parent: UsageEvent, below: readonly (UsageEvent | undefined)[]): boolean {
  const told = below.flatMap((child) => (child?.usage ? [child.usage] : []));
  if (told.length < 2 || !parent.usage) return false;
  const sum = (key: 'input_tokens' | 'output_tokens'): number =>
    told.reduce((total, usage) => total + (usage[key] ?? 0), 0);
  return (
    sum('input_tokens') === (parent.usage.input_tokens ?? 0) &&
    sum('output_tokens') === (parent.usage.output_tokens ?? 0)
  );
}

/** How surely a child tells of its parent's call; 0 when something contradicts. */
function likenessOfNested(parent: UsageEvent, child: UsageEvent): number {
  const ids = parent.responseId !== null && child.responseId !== null;
  if (ids && parent.responseId !== child.responseId) return 0;
  if (!providersAgree(parent, child) || !modelsAgree(parent, child) || !operationsAgree(parent, child))
    return 0;
  if (ids) return overlap(parent, child) ? 6 : 0;
  if (parent.usage && child.usage) {
    if (sameTokens(parent, child)) return 5;
    if (nearlySameTokens(parent, child)) return 4;
    return parent.scopeName !== child.scopeName && sameSide(parent, child) ? 3 : 0;
  }
  if (!overlap(parent, child)) return 0;
  // one of them tells no tokens: a refused child of an answered call is a retry, anything else a poorer view of it;
  // below a parent that tells nothing (LangSmith, for a refused call too) an answered child comes first
  if (child.failed && !parent.failed) return parent.usage ? 0 : 0.5;
  return child.usage ? 2 : 1;
}
