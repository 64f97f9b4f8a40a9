import { billableCall, endOfCall, settledRow } from '../event-store/settle-and-price.js';
import type { LedgerRow, StoredRow } from '../event-store/ledger-row.js';
import { createPriceBook, type PriceBook } from '../pricing/price-book.js';
import type { PriceVersion } from '../pricing/price-version.js';
import type { PriceQuery } from '../pricing/resolve-price.js';

/** Calls of one UTC day that ask the price book the same question and had the same answer. */
export interface CallGroup extends PriceQuery {
  /** Unix ms, a UTC midnight. */
  readonly day: number;
  readonly status: 'pending' | 'priced';
  /** Why they are pending. */
  readonly reason: string | null;
  /** The versions they are priced with, as stored. */
  readonly priceVersionIds: string | null;
  readonly responseModel: string | null;
  readonly requestModel: string | null;
  /** Ends of the first and the last of them, Unix ms. */
  readonly firstEnd: number;
  readonly lastEnd: number;
  readonly calls: number;
}

/** Priced calls that a change of prices may reach. */
export interface Corrections {
  /** Unix ms; -Infinity: all. */
  readonly endedFrom: number;
  /** Null: everybody's calls. */
  readonly orgIds: readonly string[] | null;
}

/** What new price versions change for calls that are stored. Pure. */
export interface PriceChange {
  /** Null: none of the new versions re-prices what is priced. */
  readonly corrections: Corrections | null;
  /** Organisations whose calls have prices of their own. */
  readonly contracted: readonly string[];
  /** Whether calls of the group may be changed: if not, none of them need be read. */
  concerns(group: CallGroup): boolean;
  /** Whether the new versions give calls that ended in [from, to] (Unix ms) another price. */
  movesWithin(query: PriceQuery, from: number, to: number): boolean;
  /** A call as it is priced now; null when that changes nothing. */
  apply(row: StoredRow): LedgerRow | null;
}

/**
 * @param book with the new versions
 * @param isNew which versions are new. Of these an undated price of the catalogue re-prices nothing that is priced
 *   (design section 5): it says nothing of the past.
 */
export function createPriceChange(book: PriceBook, isNew: (version: PriceVersion) => boolean): PriceChange {
  const dated = book.versions.filter((version) => isNew(version) && reachesBack(version));
  const cause = new Set(dated);
  const without =
    dated.length > 0 ? createPriceBook(book.versions.filter((version) => !cause.has(version))) : book;
  const breaks = breaksOf(book.versions);

  const moves = (query: PriceQuery, at: number): boolean =>
    versionsAt(without, query, at) !== versionsAt(book, query, at);
  const explains = (group: CallGroup, at: number): boolean => {
    const found = book.resolve(group, at);
    return !('pending' in found) || found.pending !== group.reason;
  };

  // What the new versions have priced already need not be read again.
  const corrects = (group: CallGroup, at: number): boolean =>
    moves(group, at) && versionsAt(book, group, at) !== group.priceVersionIds;

  const instants = (from: number, to: number): number[] => [
    from,
    ...breaks.filter((time) => time > from && time <= to),
  ];

  return {
    corrections: dated.length > 0 ? correctionsOf(dated) : null,
    contracted: [...new Set(book.versions.flatMap(({ orgId }) => orgId ?? []))],
    concerns(group) {
      const may = group.status === 'pending' ? explains : corrects;
      return instants(group.firstEnd, group.lastEnd).some((at) => may(group, at));
    },
    movesWithin: (query, from, to) => instants(from, to).some((at) => moves(query, at)),
    apply(row) {
      const call = billableCall(row.event, row.settlement.attribution.orgId);
      if (row.cost.status === 'priced' && !moves(call, endOfCall(row.event))) return null;
      const after = settledRow(row.event, row.settlement, book);
      return isSameCost(row, after) ? null : after;
    },
  };
}

const reachesBack = ({ source, effectiveFrom }: PriceVersion): boolean =>
  source !== 'catalogue' || Number.isFinite(effectiveFrom);

/** The versions a call would be priced with; null: none. */
function versionsAt(book: PriceBook, query: PriceQuery, at: number): string | null {
  const found = book.resolve(query, at);
  return 'pending' in found ? null : found.versionIds.join(',');
}

function correctionsOf(dated: readonly PriceVersion[]): Corrections {
  const owners = dated.map(({ orgId }) => orgId);
  return {
    endedFrom: Math.min(...dated.map(({ effectiveFrom }) => effectiveFrom)),
    orgIds: owners.includes(null) ? null : [...new Set(owners.filter((orgId) => orgId !== null))],
  };
}

/** Times at which any price may change, ascending. */
const breaksOf = (versions: readonly PriceVersion[]): readonly number[] =>
  [...new Set(versions.flatMap(({ effectiveFrom, certainFrom }) => [effectiveFrom, certainFrom]))]
    .filter(Number.isFinite)
    .sort((a, b) => a - b);

const isSameCost = (before: LedgerRow, after: LedgerRow): boolean =>
  before.model === after.model &&
  before.cost.status === after.cost.status &&
  before.cost.reason === after.cost.reason &&
  before.cost.quality === after.cost.quality &&
  before.cost.costUsd === after.cost.costUsd &&
  before.cost.priceVersionIds.join(',') === after.cost.priceVersionIds.join(',');
