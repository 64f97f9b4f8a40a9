import type { UsageEvent } from './event.js';

/** The parents of a set of events, for constant-time questions about ancestry. Events are named by their index. */
export interface SpanTree {
  /** The parent within the set, or -1. */
  readonly parent: readonly number[];
  /** Every index, each parent before its children, children by start. */
  readonly order: readonly number[];
  /** Whether `ancestor` is a proper ancestor of `descendant`. */
  isAncestor(ancestor: number, descendant: number): boolean;
  /** Place of the event in `order`, and the place after its last descendant. */
  readonly enter: readonly number[];
  readonly leave: readonly number[];
}

/**
 * Links events to their parents by realm, trace and span id. Hostile input cannot break it: a circle of parents is cut
 * at its first event, a span that is its own parent is a root, of two events with one id the first is the parent.
 * O(n log n).
 */
export function buildSpanTree(events: readonly UsageEvent[]): SpanTree {
  const parent = linkParents(events);
  cutCircles(parent);
  const children = listChildren(events, parent);
  const { order, enter, leave } = walk(parent, children);
  return {
    parent,
    order,
    enter,
    leave,
    isAncestor: (ancestor, descendant) =>
      ancestor !== descendant &&
      (enter[ancestor] ?? 0) < (enter[descendant] ?? 0) &&
      (enter[descendant] ?? 0) < (leave[ancestor] ?? 0),
  };
}

const idOf = (realm: string, traceId: string, spanId: string): string => `${traceId}${spanId}${realm}`;

function linkParents(events: readonly UsageEvent[]): number[] {
  const byId = new Map<string, number>();
  for (const [index, { realm, traceId, spanId }] of events.entries()) {
    const id = idOf(realm, traceId, spanId);
    if (!byId.has(id)) byId.set(id, index);
  }
  return events.map(({ realm, traceId, parentSpanId }, index) => {
    const found = parentSpanId === null ? undefined : byId.get(idOf(realm, traceId, parentSpanId));
    return found === undefined || found === index ? -1 : found;
  });
}

/** Walks up from every event once; meeting the present walk again is a circle, cut where it was entered. */
function cutCircles(parent: number[]): void {
  const walkOf = new Int32Array(parent.length).fill(-1);
  for (let start = 0; start < parent.length; start++) {
    let at = start;
    while (at !== -1 && walkOf[at] === -1) {
      walkOf[at] = start;
      at = parent[at] ?? -1;
    }
    if (at !== -1 && walkOf[at] === start) parent[at] = -1;
  }
}

function listChildren(events: readonly UsageEvent[], parent: readonly number[]): readonly number[][] {
  const children: number[][] = events.map(() => []);
  for (const [index, above] of parent.entries()) if (above !== -1) children[above]?.push(index);
  for (const list of children) if (list.length > 1) list.sort((a, b) => byStart(events, a, b));
  return children;
}

const byStart = (events: readonly UsageEvent[], a: number, b: number): number =>
  (events[a]?.startedAt ?? 0) - (events[b]?.startedAt ?? 0);

function walk(
  parent: readonly number[],
  children: readonly number[][],
): { order: number[]; enter: number[]; leave: number[] } {
  const order: number[] = [];
  const enter = new Array<number>(parent.length).fill(0);
  const leave = new Array<number>(parent.length).fill(0);
  const stack: number[] = [];
  for (let root = 0; root < parent.length; root++) {
    if (parent[root] !== -1) continue;
    stack.push(root);
    while (stack.length > 0) {
      const top = stack.pop() ?? -1;
      if (top < 0) {
        leave[-top - 1] = order.length;
        continue;
      }
      enter[top] = order.length;
      order.push(top);
      stack.push(-top - 1);
      const below = children[top] ?? [];
      for (let child = below.length - 1; child >= 0; child--) stack.push(below[child] ?? 0);
    }
  }
  return { order, enter, leave };
}
