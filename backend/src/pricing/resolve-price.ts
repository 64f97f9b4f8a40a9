import type { PendingReason } from '../ledger/event.js';
import { canonicalProvider } from '../usage/provider-names.js';
import type { CostQuality } from '../usage/usage.js';
import { compileRates, multiplyDecimals } from './compile-price.js';
import type { CompiledPrice } from './compile-price.js';
import { worseQuality } from './cost-quality.js';
import type { Match, ModelIndex } from './match-model.js';
import { bedrockRegion, spellings } from './model-name.js';
import { PRICE_SOURCES, STANDARD_TIER } from './price-version.js';
import type { PriceSource, PriceVersion } from './price-version.js';
import { priceProviders } from './price-providers.js';

/** What decides a call's price, apart from its usage and its time. */
export interface PriceQuery {
  readonly orgId: string | null;
  readonly provider: string | null;
  /** Response model first, then request model: the first that has a price in a source wins. */
  readonly models: readonly string[];
  readonly serviceTier: string | null;
}

export type PriceResolution = CompiledPrice | { readonly pending: PendingReason };

/** All prices of one model in one source: by service tier, oldest first. */
export interface PricedModel {
  readonly model: string;
  readonly timelines: ReadonlyMap<string, readonly PriceVersion[]>;
}

/** The models of one provider in one source (of one organisation). */
export type Shelf = ModelIndex<PricedModel>;
export type Shelves = ReadonlyMap<string, Shelf>;
export const shelfKey = (source: PriceSource, orgId: string | null, provider: string): string =>
  `${source}\n${orgId ?? ''}\n${provider}`;

/** The ordinary tier by the names providers give it. A tier that was not told is the ordinary one. */
const STANDARD_TIERS = new Set(['', STANDARD_TIER, 'default', 'auto', 'on_demand', 'on-demand']);
/** In the prices file: whatever the provider, also where none is known. */
const ANY_PROVIDER = '*';
/** An alias of an alias of an alias is a mistake in the prices file. */
const MAX_ALIASES = 3;

interface Search {
  readonly shelves: Shelves;
  readonly orgId: string | null;
  readonly provider: string;
  readonly models: readonly string[];
  readonly tier: string;
  readonly at: number;
  readonly aliases: number;
}

/** Finds the price in force `at` (Unix ms): contract, then override, then catalogue. Pure; the price book remembers. */
export function resolvePrice(shelves: Shelves, query: PriceQuery, at: number): PriceResolution {
  const told = query.serviceTier?.trim().toLowerCase() ?? '';
  const models = query.models.filter((model) => model.trim() !== '');
  const provider = canonicalProvider(query.provider ?? '') ?? ANY_PROVIDER;
  const tier = STANDARD_TIERS.has(told) ? STANDARD_TIER : told;
  return search(
    { shelves, orgId: query.orgId, provider, models: inOrder(provider, models), tier, at, aliases: 0 },
    0,
  );
}

/** On Bedrock the request's name tells the region, and with it the price; the response's may lack it. */
function inOrder(provider: string, models: readonly string[]): readonly string[] {
  if (provider !== 'aws') return models;
  const rank = (model: string): number =>
    spellings(provider, model).some((name) => bedrockRegion(name)) ? 0 : 1;
  return [...models].sort((a, b) => rank(a) - rank(b));
}

/** Searches the sources from number `from` on. The first reason found is told, if no source has a price. */
function search(from: Search, start: number): PriceResolution {
  let pending: PendingReason | null = null;
  let known = false;
  for (let index = start; index < PRICE_SOURCES.length; index += 1) {
    const source = PRICE_SOURCES[index];
    if (!source || (source === 'contract' && from.orgId === null)) continue;
    for (const found of source === 'catalogue' ? inCatalogue(from) : inFile(from, source)) {
      if (found === 'shelf') known = true;
      else {
        const resolved = priceOf(from, index, found);
        if (!('pending' in resolved)) return resolved;
        pending ??= resolved.pending;
      }
    }
  }
  if (pending !== null) return { pending };
  if (!known) return { pending: 'unknown_provider' };
  return { pending: from.provider === 'azure' ? 'deployment_alias_missing' : 'unknown_model' };
}

interface Found extends Match<PricedModel> {
  readonly name: string;
}

/** Candidates in the catalogue, best first; `shelf` when it knows the provider at all. */
function* inCatalogue({ shelves, provider, models }: Search): Generator<Found | 'shelf'> {
  const known = priceProviders(provider)
    .map((name) => shelves.get(shelfKey('catalogue', null, name)))
    .filter((shelf) => shelf !== undefined);
  if (known.length > 0) yield 'shelf';
  for (const look of ['named', 'guessed'] as const) {
    for (const name of models) {
      const match = known.map((shelf) => shelf[look](name)).find((found) => found !== null);
      if (match) yield { ...match, name };
    }
  }
}

/** Candidates in the prices file. An entry that names a model as the catalogue does covers all its catalogue names. */
function* inFile(search: Search, source: PriceSource): Generator<Found | 'shelf'> {
  const orgId = source === 'contract' ? search.orgId : null;
  for (const provider of new Set([search.provider, ANY_PROVIDER])) {
    const shelf = search.shelves.get(shelfKey(source, orgId, provider));
    if (!shelf) continue;
    yield 'shelf';
    for (const name of search.models) {
      const match = shelf.named(name);
      if (match) yield { ...match, name };
    }
    for (const found of inCatalogue(search)) {
      const [model, another] = found === 'shelf' || found.quality === 'estimated' ? [] : found.entries;
      const match = model && !another ? shelf.named(model.model) : null;
      if (match && found !== 'shelf') yield { ...match, name: found.name };
    }
    if (shelf.any.length > 0) yield { entries: shelf.any, quality: 'exact', name: search.models[0] ?? '' };
  }
}

/** The price of a candidate at the call's time, or why it has none. */
function priceOf(from: Search, source: number, found: Found): PriceResolution {
  const picks = found.entries.map((entry) => pick(entry, from.tier, from.at));
  const versions = picks.filter((version) => typeof version !== 'string');
  const [version] = versions;
  if (!version) return { pending: picks[0] as PendingReason };
  if (new Set(versions.map(priceText)).size > 1) return { pending: 'ambiguous_model' };
  if (version.empty) return { pending: 'empty_price_block' };
  if (version.refused !== null) return { pending: 'no_price_for_meter' };
  const certainty: CostQuality = from.at >= version.certainFrom ? 'exact' : 'estimated';
  const quality = worseQuality(found.quality, certainty);
  if (version.basis) return fromBasis(from, source, found.name, version, quality);
  return {
    model: found.name,
    version,
    multiplier: '1',
    versionIds: [version.id],
    quality,
    ...compileRates(version, '1'),
  };
}

function pick(model: PricedModel, tier: string, at: number): PriceVersion | PendingReason {
  const timeline = model.timelines.get(tier);
  if (!timeline) return 'no_price_for_tier';
  const version = timeline.findLast(({ effectiveFrom }) => effectiveFrom <= at);
  return version && !version.ended ? version : 'no_price_at_time';
}

const priceText = ({ meters, windows, basis, empty, refused }: PriceVersion): string =>
  JSON.stringify([meters, windows, basis, empty, refused]);

/** A price in terms of another one: the other is looked up at the standard tier, and both versions are named. */
function fromBasis(
  from: Search,
  source: number,
  name: string,
  version: PriceVersion,
  quality: CostQuality,
): PriceResolution {
  const { basis } = version;
  if (!basis || from.aliases >= MAX_ALIASES) return { pending: 'unknown_model' };
  const other: Search = {
    ...from,
    provider: basis.provider ?? from.provider,
    models: basis.model === null ? from.models : [basis.model],
    tier: STANDARD_TIER,
    aliases: from.aliases + 1,
  };
  const resolved = search(other, basis.model === null ? source + 1 : source);
  if ('pending' in resolved) return resolved;
  const multiplier = multiplyDecimals(resolved.multiplier, basis.multiplier);
  return {
    model: basis.model === null ? resolved.model : name,
    version: resolved.version,
    multiplier,
    versionIds: [version.id, ...resolved.versionIds],
    quality: worseQuality(quality, resolved.quality),
    ...compileRates(resolved.version, multiplier),
  };
}
