import type { Money } from '../ledger/money.js';
import type { CostQuality, OtherMeter } from '../usage/usage.js';

/** Every kind of unit that can have a price. Token meters are disjoint: a call's tokens fall in exactly one each. */
export const TOKEN_METERS = [
  'input_uncached',
  'cache_read',
  'cache_write_5m',
  'cache_write_1h',
  'input_audio',
  'cache_read_audio',
  'input_image',
  'output',
  'output_reasoning',
  'output_audio',
  'output_image',
] as const;
export type TokenMeter = (typeof TOKEN_METERS)[number];
export type Meter = TokenMeter | OtherMeter;

/** One step of a tiered price: it holds for the whole call when its input_tokens are strictly above `above`. */
export interface PriceTier {
  readonly above: number;
  /** Decimal USD per `per` units. */
  readonly price: string;
}

/** The price of one meter: decimal text in USD per `per` units (1,000,000 for tokens). Zero is a price. */
export interface MeterPrice {
  readonly price: string;
  readonly per: number;
  readonly tiers?: readonly PriceTier[];
  /** What may be claimed of a cost that uses this price; absent = exact. */
  readonly quality?: CostQuality;
}
export type MeterPrices = Readonly<Partial<Record<Meter, MeterPrice>>>;

/** Hours of the UTC day with prices of their own: seconds since midnight, half-open, `from` > `to` spans midnight. */
export interface PriceWindow {
  readonly from: number;
  readonly to: number;
  readonly meters: MeterPrices;
}

export const PRICE_SOURCES = ['contract', 'override', 'catalogue'] as const;
export type PriceSource = (typeof PRICE_SOURCES)[number];

/**
 * How a price version names its models, in lower case. `exact` names are compared whole; `prefix` allows a date or
 * version to follow (pricing/model-name.ts), never another word; `any` covers a whole provider (self-hosted models).
 */
export type ModelMatch =
  | { readonly kind: 'exact'; readonly model: string; readonly quality?: CostQuality }
  | { readonly kind: 'prefix'; readonly model: string; readonly quality?: CostQuality }
  | { readonly kind: 'any' };

/**
 * A price said in terms of another: `multiplier` times the standard-tier price of `model` of `provider` (null = the
 * same as the call's; the call's own model is looked up in the next sources). A deployment alias is a multiplier of 1,
 * a discount one below it.
 */
export interface PriceBasis {
  readonly provider: string | null;
  readonly model: string | null;
  /** Decimal text with at most 6 decimals. */
  readonly multiplier: string;
}

export const STANDARD_TIER = 'standard';

/** One row of the append-only price book. Never changed; a correction is a new version. */
export interface PriceVersion {
  readonly id: string;
  readonly source: PriceSource;
  /** Package version of the catalogue, or hash of the prices file; `manual` for a single price recorded by hand. */
  readonly sourceVersion: string;
  /** Set for a contract: it applies to this organisation only. */
  readonly orgId: string | null;
  readonly provider: string;
  /** Name of the model in its source, for people. */
  readonly model: string;
  readonly match: readonly ModelMatch[];
  readonly serviceTier: string;
  /** Unix ms; -Infinity = since the beginning of time. */
  readonly effectiveFrom: number;
  /** Unix ms. Calls before it are priced, but `estimated`: an undated catalogue price says nothing of the past. */
  readonly certainFrom: number;
  /** Unix ms. */
  readonly recordedAt: number;
  readonly meters: MeterPrices;
  readonly windows: readonly PriceWindow[];
  /** Set when the price is told by another one; `meters` is empty then. */
  readonly basis: PriceBasis | null;
  /** The catalogue has the model with an empty price block: known, but not free. */
  readonly empty: boolean;
  /** Why the catalogue's price of this model cannot be used, in words for people. Never priced in part. */
  readonly refused: string | null;
  /** From `effectiveFrom` on the entry has no price any more: the next entry or source decides. */
  readonly ended: boolean;
  /** Takes back the version with the same source, organisation, provider, model, tier, `effectiveFrom` and `byHand`. */
  readonly withdrawn: boolean;
  /** Recorded through the API or the command, not by an import: what one records the other never takes back. */
  readonly byHand: boolean;
  /** Who recorded it by hand. */
  readonly author: string | null;
  readonly note: string | null;
}

/** A price version that the database has not numbered yet. */
export type PriceVersionDraft = Omit<PriceVersion, 'id'>;

/** One line of an explained cost. */
export interface CostComponent {
  readonly meter: Meter;
  readonly quantity: number;
  readonly price: string;
  readonly per: number;
  readonly priceVersionId: string;
  readonly cost: Money;
}
