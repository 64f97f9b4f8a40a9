import type { Money } from '../ledger/money.js';
import type { OtherMeter } from '../usage/usage.js';

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
}

export const PRICE_SOURCES = ['contract', 'override', 'catalogue'] as const;
export type PriceSource = (typeof PRICE_SOURCES)[number];

/**
 * How a price version names its models. `exact` ids and `aliases` are compared whole; `rule` is a reviewed anchored
 * pattern from the catalogue; `any` covers a whole provider (self-hosted models).
 */
export type ModelMatch =
  | { readonly kind: 'exact'; readonly model: string }
  | { readonly kind: 'prefix'; readonly model: string }
  | { readonly kind: 'any' };

/** One row of the append-only price book. Never changed; a correction is a new version. */
export interface PriceVersion {
  readonly id: string;
  readonly source: PriceSource;
  /** Package version of the catalogue, or hash of the prices file. */
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
  /** Unix ms. */
  readonly recordedAt: number;
  readonly meters: Readonly<Partial<Record<Meter, MeterPrice>>>;
  /** The catalogue has the model with an empty price block: known, but not free. */
  readonly empty: boolean;
}

/** One line of an explained cost. */
export interface CostComponent {
  readonly meter: Meter;
  readonly quantity: number;
  readonly price: string;
  readonly per: number;
  readonly priceVersionId: string;
  readonly cost: Money;
}
