import { bookOfVersions, explainCost } from '../pricing/price-usage.js';
import { createPriceBook, type PriceBook } from '../pricing/price-book.js';
import type { CostComponent, Meter, PriceVersion } from '../pricing/price-version.js';
import type { Money } from '../ledger/money.js';
import type { LedgerRow } from './ledger-row.js';
import { billableCall, endOfCall } from './settle-and-price.js';

/** What one meter of a priced call cost. */
export interface MeterLine {
  /** `unexplained`: the part of the cost that its stored price versions do not explain. It should never be seen. */
  readonly meter: Meter | 'unexplained';
  readonly quantity: number;
  readonly costUsd: Money;
  /** At the catalogue's price when the call happened; null where it has none. */
  readonly listCostUsd: Money | null;
}

export interface MeterLines {
  /** The lines of a row, adding up to its cost; none unless it is a priced call. */
  of(row: LedgerRow): readonly MeterLine[];
}

/** A meter without a price of its own costs what this one costs (pricing/token-quantities.ts). */
const PART_OF: Readonly<Partial<Record<Meter, Meter>>> = {
  output_reasoning: 'output',
  input_image: 'input_uncached',
};

/** Splits costs into meters by the function that made them, from the price versions stored with each call. */
export function createMeterLines(book: PriceBook): MeterLines {
  const versions = new Map(book.versions.map((version) => [version.id, version]));
  const list = createPriceBook(book.versions.filter(({ source }) => source === 'catalogue'));
  const books = new Map<string, PriceBook>();

  const bookOf = (ids: readonly string[]): PriceBook => {
    const key = ids.join(',');
    let known = books.get(key);
    if (!known) {
      const named = ids.map((id) => versions.get(id)).filter((version): version is PriceVersion => !!version);
      books.set(key, (known = bookOfVersions(named)));
    }
    return known;
  };

  return {
    of(row) {
      const { costUsd, status, priceVersionIds } = row.cost;
      if (row.settlement.kind !== 'call' || status !== 'priced' || costUsd === null) return [];
      const at = endOfCall(row.event);
      const orgId = row.settlement.attribution.orgId;
      const call = { ...billableCall(row.event, orgId), usageProblem: null };
      const paid = explainCost(call, at, bookOf(priceVersionIds));
      const lines = paid.status === 'priced' ? paid.components : [];
      const listed = explainCost({ ...call, orgId: null }, at, list);
      return join(lines, costUsd, listed.status === 'priced' ? listed.components : null);
    },
  };
}

function join(
  paid: readonly CostComponent[],
  costUsd: Money,
  listed: readonly CostComponent[] | null,
): MeterLine[] {
  const meters = new Set(paid.map(({ meter }) => meter));
  const listCosts = new Map<Meter, Money>();
  const extra: MeterLine[] = [];
  for (const { meter, quantity, cost } of listed ?? []) {
    const whole = PART_OF[meter];
    const target = meters.has(meter) ? meter : whole && meters.has(whole) ? whole : null;
    if (target) listCosts.set(target, (listCosts.get(target) ?? 0n) + cost);
    // on the list only, a fee per request that the contract waives: it costs nothing, and that is known
    else extra.push({ meter, quantity, costUsd: 0n, listCostUsd: cost });
  }
  const lines: MeterLine[] = paid.map(({ meter, quantity, cost }) => ({
    meter,
    quantity,
    costUsd: cost,
    listCostUsd: listed ? (listCosts.get(meter) ?? 0n) : null,
  }));
  const rest = costUsd - paid.reduce((sum, { cost }) => sum + cost, 0n);
  if (rest !== 0n) lines.push({ meter: 'unexplained', quantity: 0, costUsd: rest, listCostUsd: null });
  return [...lines, ...extra];
}
