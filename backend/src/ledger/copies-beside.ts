import type { Groups } from './copy-groups.js';
import type { UsageEvent } from './event.js';
import { MAX_LOOK_BACK, listsBy } from './event-order.js';
import {
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
  readonly keyOf: (event: UsageEvent) => string | null;
  readonly agree: (a: UsageEvent, b: UsageEvent) => boolean;
}

const isSilent = ({ usage, failed }: UsageEvent): boolean => usage === null && !failed;
const isDoubtful = (a: UsageEvent, b: UsageEvent): boolean =>
  a.usageQuality !== 'exact' || b.usageQuality !== 'exact';
const areNamed = (a: UsageEvent, b: UsageEvent): boolean =>
  modelKeys(a).length > 0 && modelKeys(b).length > 0;
const either = (a: UsageEvent, b: UsageEvent): boolean => contains(a, b) || contains(b, a);

/** LlamaIndex ends a stream's span when it hands out the generator; the client's span begins when it is first read. */
const HAND_OVER_MS = 100;
function follows(a: UsageEvent, b: UsageEvent): boolean {
  const gap = b.startedAt - endOf(a);
  return gap >= -SLACK_MS && gap <= HAND_OVER_MS;
}

/** Two views of one request by one process; without tokens to compare, nothing looser is believed. */
const AT_ONCE_MS = 5;
const atOnce = (a: UsageEvent, b: UsageEvent): boolean =>
  Math.abs(a.startedAt - b.startedAt) <= AT_ONCE_MS && Math.abs(endOf(a) - endOf(b)) <= AT_ONCE_MS;

const tokensOf = ({ usage, failed }: UsageEvent): string | null =>
  usage ? `${usage.input_tokens}\n${usage.output_tokens}` : failed ? 'refused' : null;
const silence = (event: UsageEvent): string | null => (isSilent(event) ? 'silent' : null);

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
  events: readonly UsageEvent[],
  candidates: readonly number[],
  groups: Groups,
): void {
  for (const { keyOf, agree } of LIKENESSES) {
    const withWhere = (event: UsageEvent): string | null => {
      const key = keyOf(event);
      return key === null ? null : `${event.realm}\n${event.serviceName}\n${key}`;
    };
    for (const list of listsBy(events, candidates, withWhere)) joinList(events, list, groups, agree);
  }
}

function joinList(
  events: readonly UsageEvent[],
  list: readonly number[],
  groups: Groups,
  agree: Likeness['agree'],
): void {
  for (const [place, index] of list.entries()) {
    const event = events[index];
    if (!event) continue;
    let best = -1;
    let bestEnd = Number.POSITIVE_INFINITY;
    for (let back = place - 1; back >= 0 && back >= place - MAX_LOOK_BACK; back--) {
      const earlier = list[back] ?? -1;
      const other = events[earlier];
      if (!other || other.scopeName === event.scopeName || endOf(other) >= bestEnd) continue;
      if (!agree(other, event) || !mayBeOne(other, event)) continue;
      if (groups.find(earlier) === groups.find(index) || !groups.compatible(earlier, index)) continue;
      [best, bestEnd] = [earlier, endOf(other)];
    }
    if (best !== -1) groups.join(best, index, false);
  }
}

function mayBeOne(a: UsageEvent, b: UsageEvent): boolean {
  if (a.responseId !== null && b.responseId !== null) return false;
  return providersAgree(a, b) && modelsAgree(a, b) && operationsAgree(a, b);
}
