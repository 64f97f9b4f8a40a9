import { createModelIndex } from '../pricing/match-model.js';
import { entryOf, liveVersions, placeOf } from '../pricing/live-versions.js';
import type { PriceBook } from '../pricing/price-book.js';
import { priceProviders } from '../pricing/price-providers.js';
import { PRICE_SOURCES } from '../pricing/price-version.js';
import type { PriceVersion } from '../pricing/price-version.js';
import { canonicalProvider } from '../usage/provider-names.js';

/**
 * What a version does for a model at a moment: it decides the price (`in_force`), will from its date on (`scheduled`),
 * would if no later date, closer name or stronger source did (`behind`), or was taken back: by a later record at its
 * place (`replaced`) or without one (`withdrawn`).
 */
export const VERSION_STATES = ['in_force', 'scheduled', 'behind', 'replaced', 'withdrawn'] as const;
export type VersionState = (typeof VERSION_STATES)[number];

export interface ModelName {
  readonly provider: string;
  readonly model: string;
  /** null: the contracts of every organisation are listed, and none is in force. */
  readonly orgId: string | null;
  readonly serviceTier: string | null;
}

/** Every version that has to do with a model, the strongest source first, then oldest first. @param at Unix ms */
export function timelineOf(
  book: PriceBook,
  name: ModelName,
  at: number,
): readonly { readonly version: PriceVersion; readonly state: VersionState }[] {
  const entries = entriesOf(book.versions, name);
  const price = book.resolve({ ...name, models: [name.model] }, at);
  const inForce = new Set('pending' in price ? [] : price.versionIds);
  const live = new Set(liveVersions(book.versions).map(({ id }) => id));
  const takenBack = new Set(book.versions.filter(({ withdrawn }) => withdrawn).map(placeByHand));
  const state = (version: PriceVersion): VersionState => {
    if (inForce.has(version.id)) return 'in_force';
    if (live.has(version.id)) return version.effectiveFrom > at ? 'scheduled' : 'behind';
    return version.withdrawn || takenBack.has(placeByHand(version)) ? 'withdrawn' : 'replaced';
  };
  return book.versions
    .filter((version) => entries.has(entryOf(version)) || inForce.has(version.id))
    .sort(
      (a, b) =>
        PRICE_SOURCES.indexOf(a.source) - PRICE_SOURCES.indexOf(b.source) ||
        compare(a.effectiveFrom, b.effectiveFrom) ||
        Number(a.id) - Number(b.id),
    )
    .map((version) => ({ version, state: state(version) }));
}

const placeByHand = (version: PriceVersion): string => `${version.byHand} ${placeOf(version)}`;
const compare = (a: number, b: number): number => (a === b ? 0 : a < b ? -1 : 1);

/** The entries whose names cover the model. */
function entriesOf(versions: readonly PriceVersion[], name: ModelName): ReadonlySet<string> {
  const provider = canonicalProvider(name.provider) ?? name.provider;
  const catalogue = versions.filter(
    (version) => version.source === 'catalogue' && priceProviders(provider).includes(version.provider),
  );
  const listed = covering(catalogue, name.model, true);
  const own = versions.filter(
    (version) =>
      version.source !== 'catalogue' &&
      (version.provider === provider || version.provider === '*') &&
      (name.orgId === null || version.orgId === null || version.orgId === name.orgId),
  );
  // An entry that names a model as the catalogue does covers all its catalogue names.
  const names = [name.model, ...listed.map(({ model }) => model)];
  const covered = names.flatMap((model) => covering(own, model, false));
  return new Set([...listed, ...covered].map(entryOf));
}

function covering(versions: readonly PriceVersion[], model: string, guess: boolean): readonly PriceVersion[] {
  const shelves = new Map<string, PriceVersion[]>();
  for (const version of versions) {
    const key = JSON.stringify([version.source, version.orgId, version.provider]);
    const shelf = shelves.get(key);
    if (shelf) shelf.push(version);
    else shelves.set(key, [version]);
  }
  return [...shelves.values()].flatMap((shelf) => {
    const index = createModelIndex(
      shelf[0]?.provider ?? '',
      shelf.map((version) => [version, version.match] as const),
    );
    const match = index.named(model) ?? (guess ? index.guessed(model) : null);
    return [...(match?.entries ?? []), ...index.any];
  });
}
