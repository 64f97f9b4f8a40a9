import type { Db } from '../db/db.js';
import type { RowChange } from '../event-store/ledger-row.js';
import type { EventStore } from '../event-store/event-store.js';
import type { Step, StepDetail } from '../jobs/step.js';
import type { ChangePreview } from '../price-book/change-preview.js';
import type { PriceBookService } from '../price-book/price-book.js';
import type { PriceBook } from '../pricing/price-book.js';
import type { PriceVersion } from '../pricing/price-version.js';
import { createPriceChange, type PriceChange } from './reprice-plan.js';
import { createPreviewSums, outOfReach } from './reprice-preview.js';
import {
  committedRequests,
  readRepriceState,
  retiredCosts,
  writeRepriceState,
  type RepriceState,
} from './store.js';
import { sweepCalls } from './reprice-sweep.js';

/** Another replica prices with the book it loaded last, a minute ago at most; ten, should it be slow. */
const STALE_BOOK_MS = 10 * 60_000;

export interface RepriceDeps {
  readonly db: Pick<Db, 'query' | 'transaction'>;
  readonly events: Pick<EventStore, 'changeDay'>;
  readonly prices: Pick<PriceBookService, 'load' | 'current'>;
  /** Unix ms. */
  readonly now?: () => number;
}

export interface Reprice extends Step {
  /** What would change if `book` were the current one. Nothing is written. */
  preview(book: PriceBook): Promise<ChangePreview>;
}

/**
 * Prices stored calls again after a change of prices: every pending call, and priced ones that a new dated version
 * covers. Each at the price valid when it ended. What is done is outstanding no more, so it may be killed anywhere; what
 * it has seen (`priced_versions`, `priced_request`) is raised when a run is through.
 */
export function createReprice({ db, events, prices, now = Date.now }: RepriceDeps): Reprice {
  return {
    name: 're-price',
    async run({ signal }) {
      await prices.load();
      const book = prices.current();
      const state = await readRepriceState(db);
      const newest = book.versions.reduce((last, { id }) => (BigInt(id) > last ? BigInt(id) : last), 0n);
      const requests = await committedRequests(db, state.pricedRequest);
      const sweeps = sweepsOf(book, state, newest, requests, now());
      if (sweeps.length === 0) return null;
      const tally: Tally = { priced: 0, corrected: 0, left_without_price: 0, other_reason: 0 };
      let complete = true;
      for (const sweep of sweeps) {
        const through = await sweepCalls({
          ...sweep,
          db,
          signal,
          visit: async (changes, status) => {
            const reason = status === 'pending' ? 'repriced' : 'price_corrected';
            const { stale } = await events.changeDay(changes, { reason, part: 'cost' });
            const left = new Set(stale);
            for (const change of changes) if (!left.has(change)) tally[nameOf(change)] += 1;
            return stale.length;
          },
        });
        complete &&= through;
      }
      if (complete) await writeRepriceState(db, newest, requests);
      return detailOf(tally, complete, newest > state.pricedVersions);
    },

    async preview(book) {
      const stored = new Set(prices.current().versions.map(({ id }) => id));
      const change = createPriceChange(book, ({ id }) => !stored.has(id));
      const state = await readRepriceState(db);
      const sums = createPreviewSums(state);
      await sweepCalls({
        ...{ db, change, afterRequest: null, signal: new AbortController().signal },
        visit: (changes) => {
          sums.add(changes);
          return Promise.resolve(0);
        },
      });
      const { corrections, contracted } = change;
      const costs = corrections ? await retiredCosts(db, corrections.endedFrom, contracted) : [];
      return sums.result(outOfReach(costs, change, book.versions));
    },
  };
}

type Tally = Record<'priced' | 'corrected' | 'left_without_price' | 'other_reason', number>;

/** Null: nothing was to be done, which is so nearly every minute. */
function detailOf(tally: Tally, complete: boolean, newPrices: boolean): StepDetail | null {
  const idle = complete && !newPrices && Object.values(tally).every((count) => count === 0);
  return idle ? null : { ...tally, complete };
}

interface Outstanding {
  readonly change: PriceChange;
  readonly afterRequest: bigint | null;
}

/** New versions concern every call; versions of the last minutes also those that came in since, from a slow replica. */
function sweepsOf(
  book: PriceBook,
  { pricedVersions, pricedRequest }: RepriceState,
  newest: bigint,
  requests: bigint,
  now: number,
): Outstanding[] {
  const isNew = ({ id }: PriceVersion): boolean => BigInt(id) > pricedVersions;
  const isRecent = ({ recordedAt }: PriceVersion): boolean => recordedAt > now - STALE_BOOK_MS;
  const sweeps: Outstanding[] = [];
  if (newest > pricedVersions) sweeps.push({ change: createPriceChange(book, isNew), afterRequest: null });
  // That sweep goes through the last requests too.
  const done =
    newest > pricedVersions && book.versions.every((version) => isNew(version) || !isRecent(version));
  if (requests > pricedRequest && !done)
    sweeps.push({ change: createPriceChange(book, isRecent), afterRequest: pricedRequest });
  return sweeps;
}

const nameOf = ({ before, after }: RowChange): keyof Tally => {
  if (after.cost.status === 'priced') return before.cost.status === 'priced' ? 'corrected' : 'priced';
  return before.cost.status === 'priced' ? 'left_without_price' : 'other_reason';
};
