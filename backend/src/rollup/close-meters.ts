import { dimensionsOf, type Dimensions } from '../event-store/adjustments.js';
import type { LedgerRow } from '../event-store/ledger-row.js';
import type { MeterLines } from '../event-store/meter-lines.js';
import type { Money } from '../ledger/money.js';

/** What one meter of a day's calls with the same dimensions and price versions came to. Money in 1e-18 USD. */
export interface DailyMeter {
  readonly dimensions: Dimensions;
  readonly meter: string;
  readonly priceVersionIds: string;
  quantity: bigint;
  costUsd: Money;
  /** Null: the catalogue has no price for any of it. */
  listCostUsd: Money | null;
  unlistedCostUsd: Money;
}

export interface DailyMeters {
  add(row: LedgerRow): void;
  /** How many meters there are. */
  size(): number;
  /** Gives them away and begins anew. */
  take(): DailyMeter[];
}

/** Adds up calls meter by meter. Changed in place: a day has hundreds of thousands of lines and few sums. */
export function createDailyMeters(lines: MeterLines): DailyMeters {
  const places = new Map<string, Map<string, DailyMeter>>();
  let size = 0;
  return {
    add(row) {
      const found = lines.of(row);
      if (found.length === 0) return;
      const dimensions = dimensionsOf(row);
      const priceVersionIds = row.cost.priceVersionIds.join(',');
      const key = keyOf(dimensions, priceVersionIds);
      let meters = places.get(key);
      if (!meters) places.set(key, (meters = new Map<string, DailyMeter>()));
      for (const { meter, quantity, costUsd, listCostUsd } of found) {
        let sum = meters.get(meter);
        if (!sum) {
          meters.set(meter, (sum = nothing(dimensions, meter, priceVersionIds)));
          size += 1;
        }
        sum.quantity += BigInt(quantity);
        sum.costUsd += costUsd;
        if (listCostUsd === null) sum.unlistedCostUsd += costUsd;
        else sum.listCostUsd = (sum.listCostUsd ?? 0n) + listCostUsd;
      }
    },
    size: () => size,
    take() {
      const taken = [...places.values()].flatMap((meters) => [...meters.values()]);
      places.clear();
      size = 0;
      return taken;
    },
  };
}

const NULL = '\u0001';
/** Text with characters between that no name has (ingest takes them out): JSON took four times as long. */
const keyOf = (
  { orgId, assistantId, queryType, provider, model, environment }: Dimensions,
  priceVersionIds: string,
): string =>
  `${orgId}\0${assistantId ?? NULL}\0${queryType ?? NULL}\0${provider ?? NULL}\0${model ?? NULL}\0${environment ?? NULL}\0${priceVersionIds}`;

const nothing = (dimensions: Dimensions, meter: string, priceVersionIds: string): DailyMeter => ({
  ...{ dimensions, meter, priceVersionIds },
  ...{ quantity: 0n, costUsd: 0n, listCostUsd: null, unlistedCostUsd: 0n },
});
