import { formatMoney, parseMoney } from '../ledger/money.js';
import type { ChangePreview, TouchedCalls } from '../price-book/change-preview.js';
import type { RowChange } from '../event-store/ledger-row.js';
import type { PriceVersion } from '../pricing/price-version.js';
import type { PriceChange } from './reprice-plan.js';
import type { RepriceState, RetiredCost } from './store.js';

const DAY_MS = 86_400_000;

/** Adds up what changes of calls would come to, open, closed and retired days apart. */
export interface PreviewSums {
  add(changes: readonly RowChange[]): void;
  /** @param outOfReachUsd decimal USD of retired days that stays as it is */
  result(outOfReachUsd: string): ChangePreview;
}

interface Sum {
  calls: number;
  before: bigint;
  after: bigint;
}
const KINDS = ['newlyPriced', 'corrected', 'newlyPending'] as const;
type Sums = Record<(typeof KINDS)[number], Sum>;

export function createPreviewSums({ rawFloor, closedBefore }: RepriceState): PreviewSums {
  const [open, closed, retired] = [emptySums(), emptySums(), emptySums()];
  return {
    add(changes) {
      for (const { before, after } of changes) {
        const { startedAt } = before.event;
        const sums = startedAt < rawFloor ? retired : startedAt < closedBefore ? closed : open;
        const kind = kindOf(before.cost.costUsd, after.cost.costUsd);
        if (!kind) continue;
        sums[kind].calls += 1;
        sums[kind].before += before.cost.costUsd ?? 0n;
        sums[kind].after += after.cost.costUsd ?? 0n;
      }
    },
    result: (outOfReachUsd) => ({
      openDays: touched(open),
      closedDays: touched(closed),
      retiredDays: { ...touched(retired), outOfReachUsd },
    }),
  };
}

const emptySums = (): Sums =>
  Object.fromEntries(KINDS.map((kind) => [kind, { calls: 0, before: 0n, after: 0n }])) as Sums;

/** Null: the cost stays as it is, only what it rests on changes. */
function kindOf(before: bigint | null, after: bigint | null): keyof Sums | null {
  if (before === null) return after === null ? null : 'newlyPriced';
  if (after === null) return 'newlyPending';
  return before === after ? null : 'corrected';
}

const touched = ({ newlyPriced, corrected, newlyPending }: Sums): TouchedCalls => ({
  newlyPriced: { calls: newlyPriced.calls, costUsd: formatMoney(newlyPriced.after) },
  corrected: {
    calls: corrected.calls,
    beforeUsd: formatMoney(corrected.before),
    afterUsd: formatMoney(corrected.after),
  },
  newlyPending: { calls: newlyPending.calls, beforeUsd: formatMoney(newlyPending.before) },
});

/** Of the costs of retired days those that a change would replace, if the calls were still there. Decimal USD. */
export function outOfReach(
  costs: readonly RetiredCost[],
  change: PriceChange,
  versions: readonly PriceVersion[],
): string {
  const known = new Map(versions.map((version) => [version.id, version]));
  const replaced = costs.filter(({ day, orgId, provider, model, priceVersionIds }) => {
    const query = {
      orgId,
      provider,
      models: model === null ? [] : [model],
      serviceTier: known.get(priceVersionIds.at(-1) ?? '')?.serviceTier ?? null,
    };
    // A price that changes within the day replaces a part of it that nobody can tell any more: all of it is told.
    return change.movesWithin(query, day, day + DAY_MS - 1);
  });
  return formatMoney(replaced.reduce((sum, { costUsd }) => sum + parseMoney(costUsd), 0n));
}
