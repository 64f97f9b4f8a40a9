import type { Db } from '../db/db.js';
import type { StoredRow } from '../event-store/ledger-row.js';
import { endOf } from '../ledger/same-call.js';
import { traceKey, type PartnerSearch } from './partner-search.js';
import { rowsOfTraces, type Marks, type TraceTime } from './store.js';
import type { RealmTime } from './time-ranges.js';

/** A trace of more rows is left as its requests settled it: it would not fit into memory, and is no trace. */
const MOST_ROWS_OF_TRACE = 50_000;
/** Related traces are followed up to so many besides those asked for: a storm of equal calls relates all to all. */
const MOST_RELATED = 5_000;

/** Rows of whole traces. */
export interface RelatedSet {
  readonly rows: readonly StoredRow[];
  /** Whether all are there that may decide something of one another. */
  readonly complete: boolean;
}

export interface RelatedTraces {
  readonly sets: readonly RelatedSet[];
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
  const read = new Map<string, readonly StoredRow[]>();
  const tooLarge = new Set<string>();
  for (let wanted = start; wanted.length > 0;) {
    for (const trace of wanted) read.set(traceKey(trace), []);
    const rows = await rowsOfTraces(db, wanted, marks, MOST_ROWS_OF_TRACE);
    for (const [key, list] of byTrace(rows)) {
      if (list.length < MOST_ROWS_OF_TRACE) read.set(key, list);
      else tooLarge.add(key);
    }
    await search.cover(rows.flatMap(timeOfCall));
    wanted = nearest(unread(read, search), start, start.length + MOST_RELATED - read.size);
  }
  const isWhole = (key: string): boolean => read.has(key) && !tooLarge.has(key);
  return { sets: joinRelated(read, search, isWhole), traces: [...read.keys()], tooLarge: tooLarge.size };
}

function byTrace(rows: readonly StoredRow[]): Map<string, StoredRow[]> {
  const traces = new Map<string, StoredRow[]>();
  for (const row of rows) {
    const list = traces.get(traceKey(row.event));
    if (list) list.push(row);
    else traces.set(traceKey(row.event), [row]);
  }
  return traces;
}

const timeOfCall = ({ event }: StoredRow): RealmTime[] =>
  event.spanClass === 'call' || (event.spanClass === 'wrapper' && event.usage !== null)
    ? [{ realm: event.realm, from: event.startedAt, to: Math.ceil(endOf(event)) }]
    : [];

/** The traces related to those read, each once. */
function unread(read: ReadonlyMap<string, unknown>, search: PartnerSearch): TraceTime[] {
  const found = new Map<string, TraceTime>();
  const seen = new Set<string>();
  for (const key of read.keys()) {
    if (seen.has(key)) continue;
    for (const trace of search.relatedTo(key)) {
      const near = traceKey(trace);
      seen.add(near);
      if (!read.has(near)) found.set(near, trace);
    }
  }
  return [...found.values()];
}

/** Where not all can be read, those that are nearest to the traces asked for. */
function nearest(traces: readonly TraceTime[], start: readonly TraceTime[], most: number): TraceTime[] {
  if (traces.length <= most) return [...traces];
  const first = start.reduce((least, trace) => Math.min(least, trace.first), Infinity);
  const last = start.reduce((greatest, trace) => Math.max(greatest, trace.last), -Infinity);
  const distance = (trace: TraceTime): number => Math.max(first - trace.last, trace.first - last, 0);
  return [...traces].sort((a, b) => distance(a) - distance(b)).slice(0, Math.max(0, most));
}

/** Traces that are not related stay apart, so that the result of one never depends on what else is settled with it. */
function joinRelated(
  read: ReadonlyMap<string, readonly StoredRow[]>,
  search: PartnerSearch,
  isWhole: (key: string) => boolean,
): RelatedSet[] {
  const sets: RelatedSet[] = [];
  const seen = new Set<string>();
  for (const start of read.keys()) {
    if (seen.has(start)) continue;
    const related = new Set([start, ...search.relatedTo(start).map(traceKey)]);
    for (const key of related) seen.add(key);
    const rows = [...related].flatMap((key) => read.get(key) ?? []);
    const complete = [...related].every(isWhole);
    if (rows.length > 0) sets.push({ rows, complete });
  }
  return sets;
}
