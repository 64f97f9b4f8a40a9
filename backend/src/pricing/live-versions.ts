import type { PriceVersion, PriceVersionDraft } from './price-version.js';

/** A version never changes, and a book of two thousand asks for the place of each many times. */
const places = new WeakMap<PriceVersionDraft, string>();

/** The place of a version in the price book: two versions of one place say different things about the same. */
export function placeOf(version: PriceVersionDraft): string {
  let place = places.get(version);
  if (place === undefined) {
    place = JSON.stringify([entryOf(version), version.serviceTier, `${version.effectiveFrom}`]);
    places.set(version, place);
  }
  return place;
}

/** What a version belongs to: one model of one source (of one organisation), at all times and tiers. */
export const entryOf = (version: PriceVersionDraft): string =>
  JSON.stringify([version.source, version.orgId, version.provider, version.model]);

/**
 * The versions that hold at their place. Of what was imported and what was recorded by hand, each alone, the last
 * recorded is said unless it is withdrawn; of the two, the last recorded holds. So a price recorded by hand outlives
 * the import of a file that does not know it, and the file's holds again when it is withdrawn.
 */
export function liveVersions(versions: readonly PriceVersion[]): readonly PriceVersion[] {
  const said = lastOf(versions, (version) => `${version.byHand} ${placeOf(version)}`);
  return lastOf(
    said.filter((version) => !version.withdrawn),
    placeOf,
  );
}

function lastOf(
  versions: readonly PriceVersion[],
  keyOf: (version: PriceVersion) => string,
): readonly PriceVersion[] {
  const last = new Map<string, PriceVersion>();
  for (const version of versions) {
    const key = keyOf(version);
    const known = last.get(key);
    if (!known || isLater(version, known)) last.set(key, version);
  }
  return [...last.values()];
}

const isLater = (a: PriceVersion, b: PriceVersion): boolean =>
  a.recordedAt === b.recordedAt ? Number(a.id) > Number(b.id) : a.recordedAt > b.recordedAt;
