import type { Db } from '../db/db.js';
import type { StoredRow } from '../event-store/ledger-row.js';
import { endOf } from '../ledger/same-call.js';
import { traceKey, type PartnerSearch } from './partner-search.js';
import { rowsOfTraces, type Marks, type RealmTime, type TraceTime } from './settle-store.js';

/** A trace of more rows is left as its requests settled it: it would not fit into memory, and is no trace. */
export const MOST_ROWS_OF_TRACE = 50_000;
/** Traces that may hold copies of one another are followed up to this many rows. */
const MOST_ROWS = 100_000;

export interface RelatedTraces {
  /** Rows of whole traces: of each set all that may decide something of one another. */
  readonly sets: readonly (readonly StoredRow[])[];
  /** Every trace that was read. */
  readonly traces: readonly string[];
  readonly tooLarge: number;
}

/** Reads traces, the traces with copies of their calls, those with copies of theirs, and so on. */
export async function readRelated(
  db: Pick<Db, 'query' | 'transaction'>,
  start: readonly TraceTime[],
  search: PartnerSearch,
  marks: Marks,
): Promise<RelatedTraces> {
  const read = new Map<string, StoredRow[]>();
  let wanted = new Map(start.map((trace) => [traceKey(trace), trace]));
  let total = 0;
  let tooLarge = 0;
  while (wanted.size > 0 && total < MOST_ROWS) {
    for (const key of wanted.keys()) read.set(key, []);
    const rows = await rowsOfTraces(db, [...wanted.values()], marks, MOST_ROWS_OF_TRACE);
    for (const row of rows) read.get(traceKey(row.event))?.push(row);
    for (const key of wanted.keys()) {
      const list = read.get(key) ?? [];
      if (list.length >= MOST_ROWS_OF_TRACE) {
        tooLarge += 1;
        read.set(key, []);
      } else total += list.length;
    }
    await search.cover(rows.flatMap(timeOfCall));
    wanted = new Map();
    for (const key of read.keys())
      for (const trace of search.neighboursOf(key))
        if (!read.has(traceKey(trace))) wanted.set(traceKey(trace), trace);
  }
  return { sets: joinRelated(read, search), traces: [...read.keys()], tooLarge };
}

const timeOfCall = ({ event }: StoredRow): RealmTime[] =>
  event.spanClass === 'call' || (event.spanClass === 'wrapper' && event.usage !== null)
    ? [{ realm: event.realm, from: event.startedAt, to: Math.ceil(endOf(event)) }]
    : [];

/** Traces that are not related stay apart, so that the result of one never depends on what else is settled with it. */
function joinRelated(
  read: ReadonlyMap<string, readonly StoredRow[]>,
  search: PartnerSearch,
): (readonly StoredRow[])[] {
  const sets: (readonly StoredRow[])[] = [];
  const seen = new Set<string>();
  for (const start of read.keys()) {
    if (seen.has(start)) continue;
    seen.add(start);
    const set = [start];
    for (const key of set) {
      for (const trace of search.neighboursOf(key)) {
        const near = traceKey(trace);
        if (!read.has(near) || seen.has(near)) continue;
        seen.add(near);
        set.push(near);
      }
    }
    const rows = set.flatMap((key) => read.get(key) ?? []);
    if (rows.length > 0) sets.push(rows);
  }
  return sets;
}
