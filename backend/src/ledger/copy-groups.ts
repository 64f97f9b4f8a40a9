import type { UsageEvent } from './event.js';

/** Events that tell of one call, joined step by step (union-find). */
export interface Groups {
  find(candidate: number): number;
  membersOf(group: number): readonly number[];
  /** Whether two unrelated candidates' groups may be joined. */
  compatible(a: number, b: number): boolean;
  /** Joins two candidates' groups unless that would contradict; `related` allows one scope twice. */
  join(a: number, b: number, related: boolean): void;
}

interface Group {
  readonly members: number[];
  readonly scopes: Set<string>;
  responseId: string | null;
  orgId: string | null;
}

/** Every candidate begins as a group of its own. */
export function createGroups(
  events: readonly UsageEvent[],
  candidates: readonly number[],
  orgIds: readonly (string | null)[],
): Groups {
  const leader = new Int32Array(events.length).map((_, index) => index);
  const groups = new Map<number, Group>();
  for (const index of candidates) {
    const event = events[index];
    if (!event) continue;
    const scopes = new Set([event.scopeName]);
    groups.set(index, {
      members: [index],
      scopes,
      responseId: event.responseId,
      orgId: orgIds[index] ?? null,
    });
  }
  const find = (candidate: number): number => {
    let at = candidate;
    while (leader[at] !== at) {
      leader[at] = leader[leader[at] ?? at] ?? at;
      at = leader[at] ?? at;
    }
    return at;
  };
  return {
    find,
    membersOf: (group) => groups.get(group)?.members ?? [],
    compatible(a, b) {
      const [one, two] = [groups.get(find(a)), groups.get(find(b))];
      return one !== undefined && two !== undefined && !contradict(one, two, false);
    },
    join(a, b, related) {
      const [left, right] = [find(a), find(b)];
      const [one, two] = [groups.get(left), groups.get(right)];
      if (left === right || !one || !two || contradict(one, two, related)) return;
      const [keep, kept, gone, lost] =
        one.members.length >= two.members.length ? [left, one, right, two] : [right, two, left, one];
      leader[gone] = keep;
      for (const member of lost.members) kept.members.push(member);
      for (const scope of lost.scopes) kept.scopes.add(scope);
      kept.responseId ??= lost.responseId;
      kept.orgId ??= lost.orgId;
      groups.delete(gone);
    },
  };
}

function contradict(one: Group, two: Group, related: boolean): boolean {
  const differ = (a: string | null, b: string | null): boolean => a !== null && b !== null && a !== b;
  if (differ(one.responseId, two.responseId)) return true;
  // a span inside another is the same request, by whatever name each knows the customer: LiteLLM tells the
  // organisation of a key on the call and only its team on the raw request below it
  if (related) return false;
  if (differ(one.orgId, two.orgId)) return true;
  const [few, many] =
    one.scopes.size <= two.scopes.size ? [one.scopes, two.scopes] : [two.scopes, one.scopes];
  for (const scope of few) if (many.has(scope)) return true;
  return false;
}
