import { liveVersions } from './live-versions.js';
import { createModelIndex } from './match-model.js';
import type { PriceVersion } from './price-version.js';
import { resolvePrice, shelfKey } from './resolve-price.js';
import type { PricedModel, PriceQuery, PriceResolution, Shelf } from './resolve-price.js';

/** All known prices in memory. Immutable: a change of prices makes a new book. */
export interface PriceBook {
  /** The price of a call that ended `at` (Unix ms), or why there is none. */
  resolve(query: PriceQuery, at: number): PriceResolution;
  readonly versions: readonly PriceVersion[];
}

/** Bound of the memo: model names come from outside. */
const MEMO_LIMIT = 20_000;
/**
 * Builds the price book: organisation contract, then operator override, then catalogue; in each the latest
 * `effectiveFrom` not after the call's end, the last recorded where several are equal.
 */
export function createPriceBook(versions: readonly PriceVersion[]): PriceBook {
  const shelves = buildShelves(liveVersions(versions));
  const breaks = breakPoints(versions);
  const contracted = new Set(versions.map((version) => version.orgId).filter((orgId) => orgId !== null));
  const memo = new Map<string, (PriceResolution | undefined)[]>();
  return {
    versions,
    resolve(query, at) {
      const orgId = query.orgId !== null && contracted.has(query.orgId) ? query.orgId : null;
      const key = `${orgId ?? ''}\n${query.provider ?? ''}\n${query.serviceTier ?? ''}\n${query.models.join('\n')}`;
      let known = memo.get(key);
      if (!known) {
        if (memo.size >= MEMO_LIMIT) memo.clear();
        memo.set(key, (known = []));
      }
      const segment = segmentOf(breaks, at);
      return (known[segment] ??= resolvePrice(
        shelves,
        { ...query, orgId },
        breaks[segment - 1] ?? -Infinity,
      ));
    },
  };
}

/** Times at which any price may change; between two of them every resolution is the same. */
function breakPoints(versions: readonly PriceVersion[]): readonly number[] {
  const times = versions
    .flatMap((version) => [version.effectiveFrom, version.certainFrom])
    .filter(Number.isFinite);
  return [...new Set(times)].sort((a, b) => a - b);
}

/** How many of the ascending `breaks` are not after `at`. */
function segmentOf(breaks: readonly number[], at: number): number {
  let low = 0;
  let high = breaks.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((breaks[middle] ?? Infinity) <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}

const shelfOf = (version: PriceVersion): string => shelfKey(version.source, version.orgId, version.provider);

function buildShelves(versions: readonly PriceVersion[]): ReadonlyMap<string, Shelf> {
  const byModel = groupBy(versions, (version) => `${shelfOf(version)}\n${version.model}`);
  const models = [...byModel.values()].map((group) => {
    const timelines = groupBy(
      [...group].sort((a, b) =>
        a.effectiveFrom === b.effectiveFrom ? 0 : a.effectiveFrom - b.effectiveFrom,
      ),
      (version) => version.serviceTier,
    );
    const match = group.flatMap((version) => version.match);
    return { group, priced: { model: group[0]?.model ?? '', timelines } satisfies PricedModel, match };
  });
  const byShelf = groupBy(models, ({ group: [first] }) => (first ? shelfOf(first) : ''));
  return new Map(
    [...byShelf].map(([key, shelf]) => [
      key,
      createModelIndex(
        key.slice(key.lastIndexOf('\n') + 1),
        shelf.map(({ priced, match }) => [priced, match] as const),
      ),
    ]),
  );
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
}
