import type { Db } from '../db/db.js';
import { eventKey } from '../event-store/ledger-row.js';
import { partnersAmong } from '../ledger/partners.js';
import { callsAt, timesOfManyScopes } from './partner-store.js';
import { type Marks, type Requests, type TraceTime } from './store.js';
import type { StoredCall } from './stored-call.js';
import { mergeRanges, type RealmTime } from './time-ranges.js';

/** Finds the traces that have to be settled together because calls of theirs may be copies. */
export interface PartnerSearch {
  /** Reads the calls that ran at these times, unless it has. Where all are of one scope there are no partners. */
  cover(times: readonly RealmTime[]): Promise<void>;
  /** Among the calls read: related traces that came with more than one request, one of those given among them. */
  tracesApart(requests: Requests): TraceTime[];
  /** Among the calls read: the traces whose calls may be copies of this one's, of theirs, and so on; itself too. */
  relatedTo(trace: string): readonly TraceTime[];
}

export const traceKey = ({ realm, traceId }: Pick<TraceTime, 'realm' | 'traceId'>): string =>
  `${traceId}/${realm}`;

/** Two reads less than this apart are one. */
const GAP_MS = 60_000;
/** Calls read of one time at most (some 100 MB): a realm that runs more at once has partners that are not found. */
const MOST_CALLS = 100_000;
/** Times read in one statement. */
const TIMES_AT_ONCE = 200;

export function createPartnerSearch(db: Pick<Db, 'query' | 'transaction'>, marks: Marks): PartnerSearch {
  const calls = new Map<string, StoredCall>();
  const covered = new Map<string, RealmTime[]>();
  let known: ReadonlyMap<string, Relation> | null = null;
  const relations = (): ReadonlyMap<string, Relation> => (known ??= relate([...calls.values()]));

  const isCovered = ({ realm, from, to }: RealmTime): boolean =>
    covered.get(realm)?.some((range) => range.from <= from && to <= range.to) === true;

  return {
    async cover(given) {
      const fresh = mergeRanges(
        given.filter((time) => !isCovered(time)),
        GAP_MS,
      );
      const times = await timesOfManyScopes(db, fresh, marks);
      for (let start = 0; start < times.length; start += TIMES_AT_ONCE) {
        const some = times.slice(start, start + TIMES_AT_ONCE);
        for (const call of await callsAt(db, some, marks, MOST_CALLS)) calls.set(eventKey(call), call);
        known = null;
      }
      for (const time of fresh) {
        const list = covered.get(time.realm);
        if (list) list.push(time);
        else covered.set(time.realm, [time]);
      }
    },
    tracesApart({ from, to }) {
      const [low, high] = [BigInt(from), BigInt(to)];
      const isOf = (number: string | null): boolean =>
        number !== null && BigInt(number) > low && BigInt(number) <= high;
      return [...new Set(relations().values())]
        .filter(({ requests }) => requests.size > 1 && [...requests].some(isOf))
        .flatMap(({ traces }) => [...traces.values()]);
    },
    relatedTo: (trace) => [...(relations().get(trace)?.traces.values() ?? [])],
  };
}

/** Traces that may hold copies of one another's calls. */
interface Relation {
  readonly traces: Map<string, TraceTime>;
  /** The requests their calls came with. */
  readonly requests: Set<string | null>;
}

/** The relation of each trace that has one with another. */
function relate(calls: readonly StoredCall[]): Map<string, Relation> {
  const relations = new Map<string, Relation>();
  for (const [a, b] of pairsOf(calls)) join(relations, a, b);
  for (const call of calls) {
    const relation = relations.get(traceKey(call));
    if (!relation) continue;
    relation.requests.add(call.requestNumber);
    const known = relation.traces.get(traceKey(call));
    const { realm, traceId, startedAt } = call;
    const first = Math.min(known?.first ?? startedAt, startedAt);
    const last = Math.max(known?.last ?? startedAt, startedAt);
    relation.traces.set(traceKey(call), { realm, traceId, first, last });
  }
  return relations;
}

/** Calls that may be copies, and those once found to be: the other may have told more since, and be none any more. */
function* pairsOf(calls: readonly StoredCall[]): Generator<readonly [StoredCall, StoredCall]> {
  for (const [left, right] of partnersAmong(calls)) {
    const [a, b] = [calls[left], calls[right]];
    if (a && b) yield [a, b];
  }
  const byKey = new Map(calls.map((call) => [eventKey(call), call]));
  for (const call of calls) {
    if (call.repeatOf === null || call.repeatOf.traceId === call.traceId) continue;
    const target = byKey.get(eventKey({ realm: call.realm, ...call.repeatOf }));
    if (target) yield [call, target];
  }
}

/** The smaller relation becomes part of the larger, so that no trace moves more than log n times. */
function join(relations: Map<string, Relation>, a: StoredCall, b: StoredCall): void {
  const [one, two] = [relationOf(relations, a), relationOf(relations, b)];
  if (one === two) return;
  const [large, small] = one.traces.size >= two.traces.size ? [one, two] : [two, one];
  for (const [key, trace] of small.traces) {
    large.traces.set(key, trace);
    relations.set(key, large);
  }
}

function relationOf(relations: Map<string, Relation>, call: StoredCall): Relation {
  const key = traceKey(call);
  const known = relations.get(key);
  if (known) return known;
  const { realm, traceId, startedAt } = call;
  const trace = { realm, traceId, first: startedAt, last: startedAt };
  const relation: Relation = { traces: new Map([[key, trace]]), requests: new Set() };
  relations.set(key, relation);
  return relation;
}
