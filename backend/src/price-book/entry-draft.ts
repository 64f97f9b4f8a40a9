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

/** Where a version comes from. */
export type Origin = Pick<PriceVersionDraft, 'sourceVersion' | 'byHand' | 'author' | 'note'>;

/** The price version that an entry of a prices file, or one recorded by hand, stands for. @param now Unix ms */
export function entryDraft(entry: PriceEntry, origin: Origin, now: number): PriceVersionDraft {
  return {
    source: entry.org_id === null ? 'override' : 'contract',
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
    ended: false,
    withdrawn: false,
    ...origin,
    note: entry.note ?? origin.note,
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

/** What a version says, without who said it and when: two that say the same need not both be recorded. */
export const contentOf = ({ match, meters, basis, ended, withdrawn }: PriceVersionDraft): string =>
  canonical([match, meters, basis, ended, withdrawn]);
