import type { Queryable } from '../db/db.js';
import { eventKey } from '../event-store/ledger-row.js';
import { partnersAmong } from '../ledger/partners.js';
import {
  callsAt,
  timesOfManyScopes,
  type Marks,
  type RealmTime,
  type Requests,
  type TraceTime,
} from './settle-store.js';
import type { StoredCall } from './stored-call.js';
import { mergeRanges } from './time-ranges.js';

/** Finds the traces that have to be settled together because calls of theirs may be copies. */
export interface PartnerSearch {
  /** Reads the calls that ran at these times, unless it has. Where all are of one scope there are no partners. */
  cover(times: readonly RealmTime[]): Promise<void>;
  /** Among the calls read: traces with possible partners that came with another request than they, one of them in `requests`. */
  tracesApart(requests: Requests): TraceTime[];
  /** Among the calls read: the traces with possible partners in this one. */
  neighboursOf(trace: string): Iterable<TraceTime>;
}

export const traceKey = ({ realm, traceId }: Pick<TraceTime, 'realm' | 'traceId'>): string =>
  `${traceId}/${realm}`;

/** Two reads less than this apart are one. */
const GAP_MS = 60_000;
/** Calls read of one time at most (some 100 MB): a realm that runs more at once has partners that are not found. */
const MOST_CALLS = 100_000;

export function createPartnerSearch(db: Queryable, marks: Marks): PartnerSearch {
  const calls = new Map<string, StoredCall>();
  const covered = new Map<string, RealmTime[]>();
  let known: Pairs | null = null;
  const pairs = (): Pairs => (known ??= findPairs([...calls.values()], calls));

  const isCovered = ({ realm, from, to }: RealmTime): boolean =>
    covered.get(realm)?.some((range) => range.from <= from && to <= range.to) === true;

  return {
    async cover(times) {
      const fresh = mergeRanges(
        times.filter((time) => !isCovered(time)),
        GAP_MS,
      );
      for (const time of await timesOfManyScopes(db, fresh, marks)) {
        known = null;
        for (const call of await callsAt(db, time, marks, MOST_CALLS)) calls.set(eventKey(call), call);
      }
      for (const time of fresh) {
        const list = covered.get(time.realm);
        if (list) list.push(time);
        else covered.set(time.realm, [time]);
      }
    },
    tracesApart({ from, to }) {
      const [low, high] = [BigInt(from), BigInt(to)];
      const isOf = ({ requestNumber }: StoredCall): boolean =>
        requestNumber !== null && BigInt(requestNumber) > low && BigInt(requestNumber) <= high;
      return pairs()
        .list.filter(([a, b]) => a.requestNumber !== b.requestNumber && (isOf(a) || isOf(b)))
        .flatMap(([a, b]) => [timeOf(a), timeOf(b)]);
    },
    neighboursOf: (trace) => pairs().neighbours.get(trace)?.values() ?? [],
  };
}

interface Pairs {
  readonly list: readonly (readonly [StoredCall, StoredCall])[];
  readonly neighbours: ReadonlyMap<string, ReadonlyMap<string, TraceTime>>;
}

function findPairs(calls: readonly StoredCall[], byKey: ReadonlyMap<string, StoredCall>): Pairs {
  const list: [StoredCall, StoredCall][] = partnersAmong(calls).flatMap(([a, b]) => {
    const [one, two] = [calls[a], calls[b]];
    return one && two ? [[one, two]] : [];
  });
  // once found to be copies: the call may have told more since, and be another
  for (const call of calls) {
    if (call.repeatOf === null || call.repeatOf.traceId === call.traceId) continue;
    const target = byKey.get(eventKey({ realm: call.realm, ...call.repeatOf }));
    if (target) list.push([call, target]);
  }
  const neighbours = new Map<string, Map<string, TraceTime>>();
  const add = (from: StoredCall, to: StoredCall): void => {
    const of = neighbours.get(traceKey(from)) ?? new Map<string, TraceTime>();
    neighbours.set(traceKey(from), of);
    of.set(traceKey(to), union(of.get(traceKey(to)), timeOf(to)));
  };
  for (const [a, b] of list) {
    add(a, b);
    add(b, a);
  }
  return { list, neighbours };
}

const timeOf = ({ realm, traceId, startedAt }: StoredCall): TraceTime => ({
  ...{ realm, traceId, first: startedAt, last: startedAt },
});

const union = (a: TraceTime | undefined, b: TraceTime): TraceTime =>
  a ? { ...b, first: Math.min(a.first, b.first), last: Math.max(a.last, b.last) } : b;
