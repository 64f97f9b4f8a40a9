import { Problem } from '../http/problem.js';
import { entryOf, liveVersions, placeOf } from '../pricing/live-versions.js';
import type { PriceVersion, PriceVersionDraft } from '../pricing/price-version.js';
import { contentOf, entryDraft } from './entry-draft.js';
import type { Origin } from './entry-draft.js';
import type { BookChange } from './price-book.js';
import type { PriceEntry } from './prices-file-schema.js';

/** A price recorded by hand: who, and why. */
export interface ByHand {
  readonly author: string;
  readonly note: string | null;
}
export const byHand = ({ author, note }: ByHand, sourceVersion = 'manual'): Origin => ({
  sourceVersion,
  byHand: true,
  author,
  note,
});

/** One entry of the book, at one tier. */
export interface EntryName {
  readonly orgId: string | null;
  readonly provider: string;
  readonly model: string;
  readonly serviceTier: string;
}

/** Records entries beside what is there; one that the book already says adds nothing. @param field names an entry in errors */
export function setPrices(
  entries: readonly PriceEntry[],
  origin: Origin,
  field: (index: number) => string = () => '',
): BookChange {
  return (stored, now) => {
    const live = liveVersions(stored).filter(({ source }) => source !== 'catalogue');
    const byPlace = new Map(live.map((version) => [placeOf(version), version]));
    const names = ownersOfNames(live);
    const spelled = new Map(live.map((version) => [spelling(version), version.model]));
    return entries.flatMap((entry, index) => {
      const told = entryDraft(entry, origin, now);
      // Names are compared in lower case: another spelling of a model must not become a second entry.
      const draft = { ...told, model: spelled.get(spelling(told)) ?? told.model };
      refuseForeignNames(draft, names, field(index));
      const same = byPlace.get(placeOf(draft));
      return same && contentOf(same) === contentOf(draft) ? [] : [draft];
    });
  };
}

/** Ends an entry from `from` (Unix ms) on: its calls then have the price of the next entry or source. */
export function expirePrice(name: EntryName, from: number, origin: Origin): BookChange {
  return (stored, now) => {
    const timeline = liveVersions(stored)
      .filter((version) => isOf(version, name))
      .sort((a, b) => (a.effectiveFrom < b.effectiveFrom ? -1 : 1));
    const held = timeline.findLast(({ effectiveFrom }) => effectiveFrom <= from);
    if (!held) throw noSuchEntry(name, from, timeline.at(0));
    if (held.ended) return [];
    const ends = { effectiveFrom: from, certainFrom: -Infinity, meters: {}, windows: [], basis: null };
    return [{ ...held, ...ends, ...origin, recordedAt: now, ended: true }];
  };
}

/** Takes a version back: what held at its place before it is said holds again. */
export function withdrawPrice(id: string, origin: Origin): BookChange {
  return (stored, now) => {
    const version = stored.find((one) => one.id === id);
    if (!version)
      throw new Problem(
        404,
        'no_such_price',
        `There is no price version ${id}: list them with GET /api/v1/prices.`,
      );
    if (version.source === 'catalogue') {
      throw new Problem(
        409,
        'catalogue_price',
        `Version ${id} is of the catalogue and cannot be withdrawn: set a price of your own for ${version.provider} ${version.model}, it goes before the catalogue.`,
      );
    }
    const held = liveVersions(stored).find((one) => placeOf(one) === placeOf(version));
    if (version.withdrawn || !held)
      throw new Problem(409, 'already_withdrawn', `What version ${id} is about is withdrawn already.`);
    if (held.id !== id) {
      throw new Problem(
        409,
        'replaced',
        `Version ${id} does not hold any more: version ${held.id} replaced it. Withdraw that one.`,
      );
    }
    // Said in the place of what it takes back, so that it takes back that one only.
    return [{ ...version, author: origin.author, note: origin.note, recordedAt: now, withdrawn: true }];
  };
}

const isOf = (version: PriceVersion, { orgId, provider, model, serviceTier }: EntryName): boolean =>
  version.source !== 'catalogue' &&
  version.orgId === orgId &&
  version.provider === provider &&
  version.serviceTier === serviceTier &&
  version.model.toLowerCase() === model.toLowerCase();

function noSuchEntry(
  { orgId, provider, model, serviceTier }: EntryName,
  from: number,
  first: PriceVersion | undefined,
): Problem {
  const what = `${orgId === null ? 'override' : `contract of ${orgId}`} for ${provider} ${model} (tier ${serviceTier})`;
  const message = first
    ? `The ${what} begins at ${new Date(first.effectiveFrom).toISOString()}, after ${new Date(from).toISOString()}: give a later time, or withdraw version ${first.id}.`
    : `There is no ${what}. GET /api/v1/prices?source=${orgId === null ? 'override' : 'contract'}&provider=${encodeURIComponent(provider)} lists what can end; a catalogue price cannot.`;
  const field = first ? 'from' : 'model';
  return new Problem(404, 'no_such_price', message, { errors: [{ field, message }] });
}

const shelfOf = ({ source, orgId, provider }: PriceVersionDraft): string =>
  JSON.stringify([source, orgId, provider]);

const spelling = (version: PriceVersionDraft): string => shelfOf(version) + version.model.toLowerCase();

function ownersOfNames(live: readonly PriceVersion[]): ReadonlyMap<string, PriceVersion> {
  return new Map(
    live.flatMap((version) =>
      version.match.flatMap((match) =>
        match.kind === 'any' ? [] : [[`${shelfOf(version)}${match.model}`, version] as const],
      ),
    ),
  );
}

/** A name that two entries claim has no price at all when they differ. */
function refuseForeignNames(
  draft: PriceVersionDraft,
  owners: ReadonlyMap<string, PriceVersion>,
  at: string,
): void {
  for (const match of draft.match) {
    if (match.kind === 'any') continue;
    const owner = owners.get(`${shelfOf(draft)}${match.model}`);
    if (!owner || entryOf(owner) === entryOf(draft)) continue;
    const message = `"${match.model}" is already a name of the entry "${owner.model}" (version ${owner.id}): a name can belong to one entry only. Set the price of "${owner.model}", or withdraw that version first.`;
    const field = `${at}${match.model === draft.model.toLowerCase() ? 'model' : 'aliases'}`;
    throw new Problem(409, 'name_taken', message, { errors: [{ field, message }] });
  }
}
