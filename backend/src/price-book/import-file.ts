import { TOKEN_METERS } from '../pricing/price-version.js';
import type {
  Meter,
  MeterPrice,
  MeterPrices,
  ModelMatch,
  PriceBasis,
  PriceVersionDraft,
} from '../pricing/price-version.js';
import { OTHER_METERS } from '../usage/usage.js';
import { canonical } from './canonical.js';
import type { PriceEntry } from './prices-file-schema.js';

const MILLION = 1_000_000;
const MINUTE_MS = 60_000;

/**
 * The versions to add to the price book for a prices file. The file is the whole truth about overrides and contracts:
 * an entry already in the book adds nothing, a changed one a new version in its place, one that has gone a version that
 * takes it back (what was priced with it stays priced). To end a price on a day, add an entry from that day on instead;
 * `multiplier: 1` hands over to the catalogue.
 * @param stored overrides and contracts in the book, in the order they were recorded
 * @param now Unix ms, becomes `recordedAt`
 */
export function fileDrafts(
  entries: readonly PriceEntry[],
  fileHash: string,
  stored: readonly PriceVersionDraft[],
  now: number,
): readonly PriceVersionDraft[] {
  const known = new Map(stored.map((version) => [entryKey(version), version]));
  const told = new Map(
    entries.map((entry) => toDraft(entry, fileHash, now)).map((draft) => [entryKey(draft), draft]),
  );
  const added = [...told].filter(([key, draft]) => {
    const same = known.get(key);
    return !same || content(same) !== content(draft);
  });
  const gone = [...known].filter(([key, version]) => !told.has(key) && !version.withdrawn);
  return [
    ...added.map(([, draft]) => draft),
    ...gone.map(([, version]) => ({ ...version, sourceVersion: fileHash, recordedAt: now, withdrawn: true })),
  ];
}

const entryKey = (version: PriceVersionDraft): string =>
  JSON.stringify([
    version.orgId,
    version.provider,
    version.model,
    version.serviceTier,
    `${version.effectiveFrom}`,
  ]);

const content = ({ match, meters, basis, withdrawn }: PriceVersionDraft): string =>
  canonical([match, meters, basis, withdrawn]);

function toDraft(entry: PriceEntry, fileHash: string, now: number): PriceVersionDraft {
  return {
    source: entry.org_id === null ? 'override' : 'contract',
    sourceVersion: fileHash,
    orgId: entry.org_id,
    provider: entry.provider,
    model: entry.model,
    match: matchOf(entry),
    serviceTier: entry.service_tier,
    effectiveFrom: entry.effective_from ?? -Infinity,
    certainFrom: -Infinity,
    recordedAt: now,
    meters: metersOf(entry),
    windows: [],
    basis: basisOf(entry),
    empty: false,
    refused: null,
    withdrawn: false,
  };
}

function matchOf(entry: PriceEntry): readonly ModelMatch[] {
  const exact = [entry.model, ...entry.aliases]
    .filter((name) => name !== '*')
    .map((name) => name.toLowerCase());
  const named = [...new Set(exact)].map((model) => ({ kind: 'exact', model }) as const);
  return entry.model === '*' ? [...named, { kind: 'any' }] : named;
}

function basisOf({ same_as: sameAs, multiplier }: PriceEntry): PriceBasis | null {
  if (!sameAs && multiplier === undefined) return null;
  return {
    provider: sameAs?.provider ?? null,
    model: sameAs?.model ?? null,
    multiplier: multiplier ?? '1',
  };
}

function metersOf(entry: PriceEntry): MeterPrices {
  if (entry.free) {
    const free: MeterPrice = { price: '0', per: 1 };
    return Object.fromEntries([...TOKEN_METERS, ...OTHER_METERS].map((meter) => [meter, free]));
  }
  const meters: Partial<Record<Meter, MeterPrice>> = {};
  for (const [key, value] of Object.entries(entry.per_million_tokens ?? {})) {
    if (value === undefined) continue;
    const meter = key === 'input' ? 'input_uncached' : (key as Meter);
    meters[meter] = {
      price: value.price,
      per: MILLION,
      ...(value.tiers.length > 0 && { tiers: value.tiers }),
    };
  }
  for (const [key, price] of Object.entries(entry.per_unit ?? {})) {
    if (price === undefined) continue;
    if (key === 'audio_minute') meters.audio_ms = { price, per: MINUTE_MS };
    else meters[key as Meter] = { price, per: 1 };
  }
  return meters;
}
