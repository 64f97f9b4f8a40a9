import type { Groups } from './copy-groups.js';
import type { CallFacts } from './event.js';
import { MAX_LOOK_BACK, listsBy } from './event-order.js';
import {
  HAND_OVER_MS,
  SLACK_MS,
  contains,
  endOf,
  modelKeys,
  modelsAgree,
  operationsAgree,
  providersAgree,
} from './same-call.js';

/** One way in which two spans that are not nested can be seen to tell of one call. */
interface Likeness {
  /** What both must have in common; null leaves an event out. */
  readonly keyOf: (event: CallFacts) => string | null;
  readonly agree: (a: CallFacts, b: CallFacts) => boolean;
}

const isSilent = ({ usage, failed }: CallFacts): boolean => usage === null && !failed;
const isDoubtful = (a: CallFacts, b: CallFacts): boolean =>
  a.usageQuality !== 'exact' || b.usageQuality !== 'exact';
const areNamed = (a: CallFacts, b: CallFacts): boolean => modelKeys(a).length > 0 && modelKeys(b).length > 0;
const either = (a: CallFacts, b: CallFacts): boolean => contains(a, b) || contains(b, a);

function follows(a: CallFacts, b: CallFacts): boolean {
  const gap = b.startedAt - endOf(a);
  return gap >= -SLACK_MS && gap <= HAND_OVER_MS;
}

/** Two views of one request by one process; without tokens to compare, nothing looser is believed. */
const AT_ONCE_MS = 5;
const atOnce = (a: CallFacts, b: CallFacts): boolean =>
  Math.abs(a.startedAt - b.startedAt) <= AT_ONCE_MS && Math.abs(endOf(a) - endOf(b)) <= AT_ONCE_MS;

const tokensOf = ({ usage, failed }: CallFacts): string | null =>
  usage ? `${usage.input_tokens}\n${usage.output_tokens}` : failed ? 'refused' : null;
const silence = (event: CallFacts): string | null => (isSilent(event) ? 'silent' : null);

/** The surest first, so that nothing doubtful takes a partner away. */
const LIKENESSES: readonly Likeness[] = [
  { keyOf: tokensOf, agree: either },
  // an input without cached tokens beside one with them; an output without thoughts beside one with them
  {
    keyOf: ({ usage }) => (usage?.output_tokens ? `output ${usage.output_tokens}` : null),
    agree: (a, b) => isDoubtful(a, b) && either(a, b),
  },
  {
    keyOf: ({ usage }) => (usage?.input_tokens ? `input ${usage.input_tokens}` : null),
    agree: (a, b) => isDoubtful(a, b) && either(a, b),
  },
  { keyOf: (event) => (event.usage ? tokensOf(event) : silence(event)), agree: follows },
  { keyOf: silence, agree: (a, b) => areNamed(a, b) && either(a, b) },
  {
    keyOf: (event) => (event.failed ? null : 'any'),
    agree: (a, b) => isSilent(a) !== isSilent(b) && areNamed(a, b) && atOnce(a, b),
  },
];

/**
 * Joins spans of different scopes that are not nested in one another (Python instrumentors often start a trace of
 * their own), one to one: same realm and service, provider, model and kind of operation, at most one response id.
 */
export function joinBeside(
  events: readonly CallFacts[],
  candidates: readonly number[],
  groups: Groups,
): void {
  for (const { list, agree } of besideLists(events, candidates)) joinList(events, list, groups, agree);
}

/** Events that one likeness may join: two of them tell of one call only if they `agree`, the earlier one first. */
export interface BesideList {
  readonly list: readonly number[];
  readonly agree: (earlier: CallFacts, later: CallFacts) => boolean;
}

/**
 * Every list, the surest likeness first, each by start. Who tells no service has no neighbours: plain JSON events of many
 * senders with few tokens would be taken for copies of each other's spans.
 */
export function* besideLists(
  events: readonly CallFacts[],
  candidates: readonly number[],
): Generator<BesideList> {
  for (const { keyOf, agree } of LIKENESSES) {
    const withWhere = (event: CallFacts): string | null => {
      const key = event.serviceName === null ? null : keyOf(event);
      return key === null ? null : `${event.realm}\n${event.serviceName}\n${key}`;
    };
    const mayAgree: BesideList['agree'] = (a, b) =>
      a.scopeName !== b.scopeName && agree(a, b) && mayBeOne(a, b);
    for (const list of listsBy(events, candidates, withWhere)) yield { list, agree: mayAgree };
  }
}

function joinList(
  events: readonly CallFacts[],
  list: readonly number[],
  groups: Groups,
  agree: BesideList['agree'],
): void {
  for (const [place, index] of list.entries()) {
    const event = events[index];
    if (!event) continue;
    let best = -1;
    let bestEnd = Number.POSITIVE_INFINITY;
    for (let back = place - 1; back >= 0 && back >= place - MAX_LOOK_BACK; back--) {
      const earlier = list[back] ?? -1;
      const other = events[earlier];
      if (!other || endOf(other) >= bestEnd || !agree(other, event)) continue;
      if (groups.find(earlier) === groups.find(index) || !groups.compatible(earlier, index)) continue;
      [best, bestEnd] = [earlier, endOf(other)];
    }
    if (best !== -1) groups.join(best, index, false);
  }
}

function mayBeOne(a: CallFacts, b: CallFacts): boolean {
  if (a.responseId !== null && b.responseId !== null) return false;
  return providersAgree(a, b) && modelsAgree(a, b) && operationsAgree(a, b);
}
