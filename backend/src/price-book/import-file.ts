import { placeOf } from '../pricing/live-versions.js';
import type { PriceVersionDraft } from '../pricing/price-version.js';
import { contentOf, entryDraft } from './entry-draft.js';
import type { PriceEntry } from './prices-file-schema.js';

/**
 * The versions to add to the price book for PRICES_FILE. The file is the whole truth about the overrides and contracts
 * that came from it: an entry already in the book adds nothing, a changed one a new version in its place, one that has
 * gone a version that takes it back. What was recorded by hand it leaves alone. To end a price on a day, add an
 * entry from that day on instead; `multiplier: 1` hands over to the catalogue.
 * @param stored what earlier imports of the file recorded, in their order
 * @param now Unix ms, becomes `recordedAt`
 */
export function fileDrafts(
  entries: readonly PriceEntry[],
  fileHash: string,
  stored: readonly PriceVersionDraft[],
  now: number,
): readonly PriceVersionDraft[] {
  const origin = { sourceVersion: fileHash, byHand: false, author: null, note: null };
  const known = new Map(stored.map((version) => [placeOf(version), version]));
  const told = new Map(
    entries.map((entry) => entryDraft(entry, origin, now)).map((draft) => [placeOf(draft), draft]),
  );
  const added = [...told].filter(([place, draft]) => {
    const same = known.get(place);
    return !same || contentOf(same) !== contentOf(draft);
  });
  const gone = [...known].filter(([place, version]) => !told.has(place) && !version.withdrawn);
  return [
    ...added.map(([, draft]) => draft),
    ...gone.map(([, version]) => ({ ...version, sourceVersion: fileHash, recordedAt: now, withdrawn: true })),
  ];
}
