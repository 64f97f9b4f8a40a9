import type { IncomingRow } from '../event-store/event-store.js';
import { dayOf, rowKey, type LedgerRow } from '../event-store/ledger-row.js';
import type { QuarantineItem } from './quarantine-item.js';
import { Problem } from '../http/problem.js';

/** What one request wants stored. */
export interface WriteRequest {
  readonly rows: readonly LedgerRow[];
  readonly quarantined: readonly QuarantineItem[];
}

export interface Writer {
  /**
   * Resolves when everything of the request is committed.
   * @throws Problem 429 when the queue is full, 503 when the database stays away; nothing is acknowledged then.
   */
  write(request: WriteRequest): Promise<void>;
  /** Resolves when everything accepted so far is committed or refused. */
  drain(): Promise<void>;
  readonly queuedRows: number;
}

export interface WriterDeps {
  /** Commits rows of one UTC day in one transaction. */
  readonly writeDay: (rows: readonly IncomingRow[]) => Promise<unknown>;
  readonly writeQuarantine: (items: readonly QuarantineItem[]) => Promise<void>;
  readonly isRetryable: (error: unknown) => boolean;
  /** Requests are put together up to so many rows. */
  readonly rowsPerBatch: number;
  readonly sleep: (ms: number) => Promise<void>;
  readonly clock: () => number;
  /** Told about each failed attempt; `final` when the request is given up. */
  readonly onError: (error: unknown, final: boolean) => void;
}

/** Beyond this many waiting rows senders are told to come back: about two seconds of work on two cores. */
const MAX_QUEUED_ROWS = 50_000;
/** Of a larger request each so many rows of a day are a transaction: 150,000 in one took 1.3 GB. */
const ROWS_PER_TRANSACTION = 10_000;
/** One batch is serialised here while the database runs the other. */
const BATCHES_IN_FLIGHT = 2;
/**
 * The embedded engine reopens within two seconds. Longer than this a sender is told to come back: the JavaScript and
 * Python exporters give up after 10 s and would not see a later answer.
 */
const RETRY_FOR_MS = 5_000;

interface Waiting extends WriteRequest {
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** One writer for the process: coalesces concurrent requests into few large statements (group commit). */
export function createWriter(deps: WriterDeps): Writer {
  const queue: Waiting[] = [];
  let queuedRows = 0;
  let inFlight = 0;
  const idle: (() => void)[] = [];

  const pump = (): void => {
    while (inFlight < BATCHES_IN_FLIGHT && queue.length) {
      const batch = takeBatch(queue, deps.rowsPerBatch);
      inFlight += 1;
      void commit(batch).finally(() => {
        inFlight -= 1;
        pump();
        if (!inFlight && !queue.length) idle.splice(0).forEach((resolve) => resolve());
      });
    }
  };

  // Gives the request's place free before its sender hears of it, so that his next request finds it.
  const leave = (request: Waiting): Waiting => {
    queuedRows -= rowsOf([request]);
    return request;
  };

  const commit = async (batch: readonly Waiting[]): Promise<void> => {
    try {
      await retry(deps, () => store(deps, batch));
      batch.forEach((request) => leave(request).resolve());
    } catch (error) {
      // One request's data must not fail its neighbours: what cannot be written together is tried alone.
      if (batch.length > 1 && !deps.isRetryable(error)) {
        for (const request of batch) await commit([request]);
        return;
      }
      deps.onError(error, true);
      const answer = deps.isRetryable(error) ? databaseAway(error) : error;
      batch.forEach((request) => leave(request).reject(answer));
    }
  };

  return {
    write(request) {
      const rows = rowsOf([request]);
      if (queuedRows > 0 && queuedRows + rows > MAX_QUEUED_ROWS) return Promise.reject(queueFull());
      return new Promise<void>((resolve, reject) => {
        queue.push({ ...request, resolve, reject });
        queuedRows += rows;
        pump();
      });
    },
    drain: () =>
      !inFlight && !queue.length ? Promise.resolve() : new Promise((resolve) => idle.push(resolve)),
    get queuedRows() {
      return queuedRows;
    },
  };
}

const rowsOf = (requests: readonly WriteRequest[]): number =>
  requests.reduce((sum, { rows, quarantined }) => sum + rows.length + quarantined.length, 0);

function takeBatch(queue: Waiting[], mostRows: number): Waiting[] {
  let rows = 0;
  let count = 0;
  for (const request of queue) {
    if (count && rows + request.rows.length > mostRows) break;
    rows += request.rows.length;
    count += 1;
  }
  return queue.splice(0, count);
}

/** Commits a batch: quarantine first, then each UTC day in transactions of its own. Safe to repeat. */
async function store(deps: WriterDeps, batch: readonly WriteRequest[]): Promise<void> {
  const quarantined = batch.flatMap((request) => request.quarantined);
  if (quarantined.length) await deps.writeQuarantine(quarantined);
  const incoming = batch.flatMap(({ rows }, request) => rows.map((row) => ({ row, request })));
  for (const rows of byDay(incoming)) {
    for (let start = 0; start < rows.length; start += ROWS_PER_TRANSACTION)
      await deps.writeDay(rows.slice(start, start + ROWS_PER_TRANSACTION));
  }
}

/**
 * One row per key, the richest, grouped by UTC day: a transaction over several days would invalidate every bucket of the
 * aggregate between them. Sorted by key, so that two writers lock shared rows in one order.
 */
function byDay(incoming: readonly IncomingRow[]): IncomingRow[][] {
  const richest = new Map<string, IncomingRow>();
  for (const one of incoming) {
    const key = rowKey(one.row);
    const held = richest.get(key);
    if (!held || one.row.event.detail > held.row.event.detail) richest.set(key, one);
  }
  const days = new Map<number, [string, IncomingRow][]>();
  for (const entry of richest) {
    const day = dayOf(entry[1].row.event.startedAt);
    const list = days.get(day);
    if (list) list.push(entry);
    else days.set(day, [entry]);
  }
  return [...days.entries()]
    .sort(([a], [b]) => a - b)
    .map(([, entries]) => entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one));
}

async function retry(deps: WriterDeps, work: () => Promise<void>): Promise<void> {
  const giveUpAt = deps.clock() + RETRY_FOR_MS;
  for (let delay = 50; ; delay = Math.min(delay * 2, 1_000)) {
    try {
      return await work();
    } catch (error) {
      if (!deps.isRetryable(error) || deps.clock() + delay > giveUpAt) throw error;
      deps.onError(error, false);
      await deps.sleep(delay);
    }
  }
}

const queueFull = (): Problem =>
  new Problem(
    429,
    'queue_full',
    'too many events are waiting to be stored; send this request again in a second',
    {
      retryAfter: 1,
    },
  );

const databaseAway = (cause: unknown): Problem =>
  new Problem(
    503,
    'database_away',
    'the database does not answer; nothing was stored, send this request again',
    {
      retryAfter: 2,
      cause,
    },
  );
