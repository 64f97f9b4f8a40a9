import type { Db } from '../db/db.js';
import type { EventStore } from '../event-store/event-store.js';
import type { RowChange } from '../event-store/ledger-row.js';
import { allEnded } from '../jobs/all-ended.js';
import { StepRefusal } from '../jobs/step-failure.js';
import type { Step, StepDetail } from '../jobs/step.js';
import type { EventKey } from '../ledger/event.js';
import type { PriceBook } from '../pricing/price-book.js';
import { createPartnerSearch, traceKey } from './partner-search.js';
import { readRelated } from './related-traces.js';
import { byDay, resettle } from './resettle.js';
import {
  firstRequests,
  noteSettled,
  openTraces,
  readMarks,
  requestsToSettle,
  timesOf,
  type Marks,
  type OpenTrace,
  type Requests,
  type TraceTime,
} from './store.js';

export interface SettleDeps {
  readonly db: Pick<Db, 'query' | 'transaction'>;
  readonly events: Pick<EventStore, 'changeDay'>;
  /**
   * The book with every price recorded so far. With an older one a call that turns out to be another organisation's would
   * miss a contract that re-price, on another replica, has gone through already.
   */
  readonly loadBook: () => Promise<PriceBook>;
  /** About how many rows are looked at in one go: bounds memory and what is done again after a crash. */
  readonly batchRows?: number;
}

/** What a run did; more names than these are not needed to see whether it keeps up. */
interface Counts {
  requests: number;
  spans: number;
  traces: number;
  /** Traces that their requests had not settled by themselves. */
  traces_settled: number;
  rows_changed: number;
  traces_too_large: number;
}

/** 20,000 at once took 300 MiB, and two batches are under way. */
const BATCH_ROWS = 5_000;
/** A row may be changed by ingest or re-pricing between its reading and its change. */
const MOST_TRIES = 5;

/**
 * Settles what one request could not decide: traces that came with several, and copies of calls in other traces. What a
 * request could decide was decided at the door (settleAndPrice). Each time the whole of related traces is settled anew
 * from what their events told themselves, so the result does not depend on the order in which they came.
 */
export function createSettle({ db, events, loadBook, batchRows = BATCH_ROWS }: SettleDeps): Step {
  const change = async (changes: readonly RowChange[]): Promise<{ changed: number; stale: TraceTime[] }> => {
    let changed = 0;
    const stale = new Map<string, TraceTime>();
    for (const day of byDay(changes)) {
      const made = await events.changeDay(day, { reason: 'settled', part: 'settled' });
      changed += made.changed;
      for (const { before } of made.stale) {
        const known = stale.get(traceKey(before.event));
        stale.set(traceKey(before.event), timeOf(before.event, known));
      }
    }
    return { changed, stale: [...stale.values()] };
  };

  const settleTraces = async (
    start: readonly TraceTime[],
    firstSearch: ReturnType<typeof createPartnerSearch>,
    firstMarks: Marks,
  ): Promise<{ traces: readonly string[]; changed: number; tooLarge: number }> => {
    let [wanted, search, marks] = [start, firstSearch, firstMarks];
    const total = { traces: [] as readonly string[], changed: 0, tooLarge: 0 };
    for (let tries = 1; ; tries += 1) {
      const { sets, traces, tooLarge } = await readRelated(db, wanted, search, marks);
      const book = await loadBook();
      const { rawFloor } = marks;
      const changes = sets.flatMap(({ rows, complete }) =>
        resettle(rows, book, complete ? rawFloor : Infinity),
      );
      const { changed, stale } = await change(changes);
      total.changed += changed;
      if (tries === 1) Object.assign(total, { traces, tooLarge });
      if (stale.length === 0) return total;
      if (tries === MOST_TRIES)
        throw new StepRefusal(
          `${stale.length} rows were changed by others each of ${MOST_TRIES} times: the next run settles them`,
        );
      marks = await readMarks(db);
      [wanted, search] = [stale, createPartnerSearch(db, marks)];
    }
  };

  const settleRequests = async (requests: Requests, counts: Counts): Promise<void> => {
    const marks = await readMarks(db);
    const { rows, times } = await timesOf(db, requests, marks);
    const { traces, open } = await openTraces(db, requests, marks);
    const search = createPartnerSearch(db, marks);
    await search.cover(times);
    const done = new Set<string>();
    for (const group of inGroups(open, search.tracesApart(requests), batchRows)) {
      const wanted = group.filter((trace) => !done.has(traceKey(trace)));
      if (wanted.length === 0) continue;
      const settled = await settleTraces(wanted, search, marks);
      for (const trace of settled.traces) done.add(trace);
      counts.rows_changed += settled.changed;
      counts.traces_too_large += settled.tooLarge;
    }
    counts.spans += rows;
    counts.traces += traces;
    counts.traces_settled += done.size;
  };

  return {
    name: 'settle',
    async run({ signal }): Promise<StepDetail | null> {
      const all = await requestsToSettle(db);
      if (!all) return null;
      const counts: Counts = {
        ...{ requests: Number(BigInt(all.to) - BigInt(all.from)), spans: 0, traces: 0 },
        ...{ traces_settled: 0, rows_changed: 0, traces_too_large: 0 },
      };
      const batches = batchesOf(db, all, batchRows, signal);
      let noted: Promise<void> = Promise.resolve();
      const work = async (): Promise<void> => {
        for await (const batch of batches) {
          // What is noted is settled, and all before it: a batch that ends first waits for the one before it.
          noted = allEnded([noted, settleRequests(batch, counts)]).then(() => noteSettled(db, batch.to));
          await noted;
        }
      };
      // One reads and decides while the database writes for the other. A row that both would change is changed once: the
      // other finds that it is not as it was read, and looks again.
      await allEnded([work(), work()]);
      return { ...counts };
    },
  };
}

/** The requests in order, in batches of about so many rows; each consumer gets other ones. */
async function* batchesOf(
  db: Pick<Db, 'query'>,
  all: Requests,
  rows: number,
  signal: AbortSignal,
): AsyncGenerator<Requests> {
  for (let rest = all; rest.from !== all.to && !signal.aborted;) {
    const batch = await firstRequests(db, rest, rows);
    yield batch;
    rest = { from: batch.to, to: all.to };
  }
}

const timeOf = ({ realm, traceId, startedAt }: EventKey, known?: TraceTime): TraceTime => ({
  ...{ realm, traceId },
  first: Math.min(startedAt, known?.first ?? startedAt),
  last: Math.max(startedAt, known?.last ?? startedAt),
});

/** Traces in groups of about so many rows; of a trace known by its calls alone a request's worth is supposed. */
function inGroups(open: readonly OpenTrace[], apart: readonly TraceTime[], most: number): TraceTime[][] {
  const traces = new Map<string, OpenTrace>();
  for (const trace of apart) {
    const known = traces.get(traceKey(trace));
    const first = Math.min(trace.first, known?.first ?? Infinity);
    const last = Math.max(trace.last, known?.last ?? -Infinity);
    traces.set(traceKey(trace), { ...trace, first, last, rows: SUPPOSED_ROWS });
  }
  for (const trace of open) traces.set(traceKey(trace), trace);
  const groups: TraceTime[][] = [];
  let room = 0;
  for (const trace of traces.values()) {
    if (room <= 0) {
      groups.push([]);
      room = most;
    }
    groups.at(-1)?.push(trace);
    room -= trace.rows;
  }
  return groups;
}

const SUPPOSED_ROWS = 20;
