import type { Connection, Db } from '../db/db.js';
import { UNPRICED, type EventKey } from '../ledger/event.js';
import type { PriceBook } from '../pricing/price-book.js';
import { adjustmentsOf, meterAdjustmentsOf, type CallDelta } from './adjustments.js';
import { writtenOut, type NumberedRow } from './columns.js';
import {
  dayOf,
  eventKey,
  rowKey,
  type ChangeReason,
  type LedgerRow,
  type RowChange,
  type StoredRow,
} from './ledger-row.js';
import { postAdjustments, type ChangedBy, type Posting } from './adjustment-store.js';
import { createMeterLines, type MeterLines } from './meter-lines.js';
import { retiringKeys } from './retiring-store.js';
import {
  allowCompressedChanges,
  enterLedger,
  insertNew,
  keyHash,
  knownHashes,
  lockRows,
  upsertEvents,
  type Watermarks,
} from './store.js';
import { updateRows, type ChangedPart } from './update-store.js';

/** Rows of one request and UTC day. */
export interface IncomingRow {
  readonly row: LedgerRow;
  /** Number of its request within the batch, from 0. */
  readonly request: number;
}

export interface Accepted {
  /** Rows inserted, or replaced because they told more. */
  readonly written: number;
  /** Rows below the raw floor: kept, and posted to the ledger. */
  readonly late: number;
}

export interface ChangeOptions {
  readonly reason: ChangeReason;
  readonly part: ChangedPart;
  readonly by?: ChangedBy;
  /** Gives the rows a request number of their own, so that settle looks at their traces again. */
  readonly touch?: boolean;
}

/** The only way to change stored calls. What it changes in a closed day it posts to the ledger, in one transaction. */
export interface EventStore {
  /**
   * Commits incoming rows of one UTC day; their keys must be unique. An equal or poorer resend writes nothing, and one
   * of a day whose raw events are gone is known by its key.
   */
  acceptDay(rows: readonly IncomingRow[]): Promise<Accepted>;
  /**
   * Commits changes of rows of one UTC day, each only if its row is still as it was read.
   * @returns how many were made, and those that must be looked at again
   */
  changeDay(
    changes: readonly RowChange[],
    options: ChangeOptions,
  ): Promise<{ readonly changed: number; readonly stale: readonly RowChange[] }>;
}

export interface EventStoreDeps {
  readonly db: Pick<Db, 'transaction'>;
  readonly priceBook: () => PriceBook;
  /** Told the earliest start (Unix ms) of rows of usage_events just committed. */
  readonly onWritten: (earliestStart: number) => void;
}

export function createEventStore({ db, priceBook, onWritten }: EventStoreDeps): EventStore {
  const linesOf = memoOfBook(createMeterLines);
  const earliest = (rows: readonly LedgerRow[]): number =>
    rows.reduce((first, { event }) => Math.min(first, event.startedAt), Infinity);

  const post = async (tx: Connection, deltas: readonly CallDelta[], posting: Posting): Promise<void> => {
    const lines = linesOf(priceBook());
    await postAdjustments(
      tx,
      adjustmentsOf(deltas),
      meterAdjustmentsOf(deltas, (row) => lines.of(row)),
      posting,
    );
  };

  return {
    async acceptDay(incoming) {
      const [first] = incoming;
      if (!first) return { written: 0, late: 0 };
      const day = dayOf(first.row.event.startedAt);
      const requests = new Set(incoming.map(({ request }) => request));
      const written = writtenOut(incoming.map(({ row }) => row));
      const accepted = await db.transaction(async (tx) => {
        const marks = await enterLedger(tx, requests.size);
        const numbers = new Map(
          [...requests].map((request, index) => [request, marks.requestNumbers[index]]),
        );
        const numberOf = (request: number): string | null => numbers.get(request) ?? null;
        if (day >= marks.closedBefore) {
          const requestNumbers = incoming.map(({ request }) => numberOf(request));
          return { written: await upsertEvents(tx, written, requestNumbers), late: 0 };
        }
        const rows = incoming.map(({ row, request }) => ({ row, requestNumber: numberOf(request) }));
        return acceptClosed(tx, day, marks, rows, post);
      });
      if (accepted.late === 0) onWritten(earliest(incoming.map(({ row }) => row)));
      return accepted;
    },

    async changeDay(changes, { reason, part, by, touch }) {
      const [first] = changes;
      if (!first) return { changed: 0, stale: [] };
      const day = dayOf(first.before.event.startedAt);
      const { made, place } = await db.transaction(async (tx) => {
        const marks = await enterLedger(tx, touch ? 1 : 0);
        const where: StoredRow['place'] = day < marks.rawFloor ? 'kept' : 'raw';
        const possible = sorted(changes.filter(({ before }) => before.place === where)).map(
          ({ before, after }) => ({
            before,
            after,
            requestNumber: marks.requestNumbers[0] ?? before.requestNumber,
            recovered: before.cost.status === 'pending' && after.cost.status === 'priced',
          }),
        );
        if (possible.length === 0) return { made: [], place: where };
        if (where === 'raw' && day < marks.closedBefore) await allowCompressedChanges(tx);
        const posted = day < marks.closedBefore;
        const done = await updateRows(tx, possible, { place: where, part, touch: touch === true, posted });
        const posting = { reason, belowFloor: where === 'kept', by: by ?? null };
        if (posted) await post(tx, done, posting);
        return { made: done, place: where };
      });
      if (place === 'raw' && made.length > 0) onWritten(earliest(made.map(({ after }) => after)));
      const done = new Set(made.map(({ before }) => before));
      return { changed: made.length, stale: changes.filter(({ before }) => !done.has(before)) };
    },
  };
}

/** Two writers that lock shared rows in one order never wait for each other in a circle. */
const sorted = (changes: readonly RowChange[]): RowChange[] =>
  [...changes].sort((a, b) => compareKeys(a.before.event, b.before.event));

function compareKeys(a: EventKey, b: EventKey): number {
  if (a.traceId !== b.traceId) return a.traceId < b.traceId ? -1 : 1;
  if (a.spanId !== b.spanId) return a.spanId < b.spanId ? -1 : 1;
  return a.startedAt === b.startedAt ? (a.realm < b.realm ? -1 : 1) : a.startedAt - b.startedAt;
}

type Post = (tx: Connection, deltas: readonly CallDelta[], posting: Posting) => Promise<void>;

/** Rows of a closed day: what each changes is posted. Below the raw floor they are kept apart. */
async function acceptClosed(
  tx: Connection,
  day: number,
  { rawFloor }: Watermarks,
  incoming: readonly NumberedRow[],
  post: Post,
): Promise<Accepted> {
  const place = day < rawFloor ? 'kept' : 'raw';
  await allowCompressedChanges(tx);
  const rows = place === 'kept' ? await unknownRows(tx, day, incoming) : incoming;
  const inserted = rows.length > 0 ? await insertNew(tx, place, rows) : new Set<string>();
  const fresh = rows.filter(({ row }) => inserted.has(rowKey(row)));
  const known = rows.filter(({ row }) => !inserted.has(rowKey(row)));
  const stored =
    known.length > 0
      ? await lockRows(
          tx,
          place,
          day,
          known.map(({ row }) => row.event),
        )
      : new Map<string, StoredRow>();
  const richer = known.flatMap(({ row, requestNumber }) => {
    const before = stored.get(rowKey(row));
    return before && row.event.detail > before.event.detail
      ? [{ before, after: row, requestNumber, recovered: false }]
      : [];
  });
  if (richer.length > 0) await updateRows(tx, richer, { place, part: 'all', posted: true });
  const belowFloor = place === 'kept';
  const arrived = fresh.map(({ row }) => ({ before: null, after: row }));
  await post(tx, arrived, { reason: 'late_event', belowFloor, by: null });
  await post(tx, richer, { reason: 'richer_usage', belowFloor, by: null });
  const written = fresh.length + richer.length;
  return { written, late: belowFloor ? written : 0 };
}

/** Below the raw floor: rows that are kept already or that nobody has seen, without the resends of rows that are gone. */
async function unknownRows(
  tx: Connection,
  day: number,
  rows: readonly NumberedRow[],
): Promise<NumberedRow[]> {
  const events = rows.map(({ row }) => row.event);
  const retiring = await retiringKeys(tx, day, events);
  const hashes = events.map(keyHash);
  const known = await knownHashes(tx, day, hashes);
  const gone = rows.filter(({ row }, index) => known.has(hashes[index] ?? '') || retiring.has(rowKey(row)));
  // A call that was pending when its day was retired has its key there too, and its row is kept.
  const kept =
    gone.length > 0
      ? await lockRows(
          tx,
          'kept',
          day,
          gone.map(({ row }) => row.event),
        )
      : new Map<string, StoredRow>();
  const resends = new Set(gone.map(({ row }) => rowKey(row)).filter((key) => !kept.has(key)));
  return rows
    .filter(({ row }) => !resends.has(eventKey(row.event)))
    .map(({ row, requestNumber }) => ({ row: withoutContext(row), requestNumber }));
}

/**
 * The neighbours of a late event are gone. A span that its instrumentation's rule alone calls a call is one; another
 * that tells usage may repeat a call that was billed, so nobody can say what it costs.
 */
function withoutContext(row: LedgerRow): LedgerRow {
  if (row.settlement.kind !== 'call' || row.event.spanClass === 'call') return row;
  return { ...row, cost: { ...UNPRICED, status: 'pending', reason: 'late_context_gone' } };
}

/** The lines of the book last used: a change of prices makes a new book. */
function memoOfBook(create: (book: PriceBook) => MeterLines): (book: PriceBook) => MeterLines {
  let last: { readonly book: PriceBook; readonly lines: MeterLines } | null = null;
  return (book) => {
    if (last?.book !== book) last = { book, lines: create(book) };
    return last.lines;
  };
}
