import { STANDARD_TIER } from '../pricing/price-version.js';
import type { PriceVersionDraft } from '../pricing/price-version.js';
import { canonical } from './canonical.js';
import type { Catalogue, CatalogueModel, CataloguePrice } from './catalogue.js';

/**
 * The versions to add to the price book for a catalogue. Writes nothing for a catalogue the book already has, and
 * rewrites no history (design section 5):
 * - an undated price holds since the beginning of time on its model's first import, but is certain only since the
 *   release of that catalogue;
 * - a dated price holds from its date, also when a later catalogue tells or corrects it;
 * - a price in force that differs from the one in the book, with no date to say since when, holds from `now` on.
 * @param stored the catalogue's versions in the book, in the order they were recorded
 * @param now Unix ms, becomes `recordedAt`
 */
export function catalogueDrafts(
  catalogue: Catalogue,
  stored: readonly PriceVersionDraft[],
  now: number,
): readonly PriceVersionDraft[] {
  const known = new Map<string, PriceVersionDraft[]>();
  for (const version of stored) {
    const key = `${version.provider}\n${version.model}`;
    const versions = known.get(key);
    if (versions) versions.push(version);
    else known.set(key, [version]);
  }
  return catalogue.models.flatMap((model) =>
    modelDrafts(catalogue, model, known.get(`${model.provider}\n${model.model}`) ?? [], now),
  );
}

function modelDrafts(
  catalogue: Catalogue,
  model: CatalogueModel,
  stored: readonly PriceVersionDraft[],
  now: number,
): readonly PriceVersionDraft[] {
  const draft = (price: CataloguePrice, effectiveFrom: number): PriceVersionDraft => ({
    source: 'catalogue',
    sourceVersion: catalogue.version,
    orgId: null,
    provider: model.provider,
    model: model.model,
    match: model.match,
    serviceTier: STANDARD_TIER,
    effectiveFrom,
    certainFrom: Number.isFinite(effectiveFrom) ? effectiveFrom : (catalogue.releasedAt ?? now),
    recordedAt: now,
    meters: price.meters,
    windows: price.windows,
    basis: null,
    empty: price.empty,
    refused: price.refused,
    ended: false,
    withdrawn: false,
    byHand: false,
    author: null,
    note: null,
  });
  const byDate = new Map(stored.map((version) => [version.effectiveFrom, version]));
  const added: PriceVersionDraft[] = [];
  const add = (version: PriceVersionDraft): void => {
    byDate.set(version.effectiveFrom, version);
    added.push(version);
  };
  for (const price of model.prices) {
    const same = byDate.get(price.effectiveFrom);
    const isNew = same
      ? Number.isFinite(price.effectiveFrom) && content(same) !== content(draft(price, 0))
      : true;
    if (isNew && (stored.length === 0 || Number.isFinite(price.effectiveFrom)))
      add(draft(price, price.effectiveFrom));
  }
  const told = inForce(model.prices, now);
  const held = inForce([...byDate.values()], now);
  if (told && held && prices(told) !== prices(held)) add(draft(told, now));
  else if (told && held && names(held) !== names(model))
    add({ ...held, match: model.match, recordedAt: now, sourceVersion: catalogue.version });
  return added;
}

function inForce<T extends { readonly effectiveFrom: number }>(
  dated: readonly T[],
  now: number,
): T | undefined {
  return [...dated]
    .sort((a, b) => (a.effectiveFrom < b.effectiveFrom ? -1 : 1))
    .findLast((price) => price.effectiveFrom <= now);
}

const prices = (price: Pick<CataloguePrice, 'meters' | 'windows' | 'empty' | 'refused'>): string =>
  canonical([price.meters, price.windows, price.empty, price.refused]);
const names = ({ match }: Pick<CatalogueModel, 'match'>): string => canonical(match);
const content = (version: PriceVersionDraft): string => prices(version) + names(version);
