import type { CostQuality } from '../usage/usage.js';
import { parseMoney } from '../ledger/money.js';
import type { Money } from '../ledger/money.js';
import type { Meter, MeterPrice, MeterPrices, PriceVersion, PriceWindow } from './price-version.js';

/** A unit price made ready for whole-number arithmetic: one unit costs `numerator / denominator` × 1e-18 USD. */
export interface Rate {
  readonly numerator: bigint;
  readonly denominator: bigint;
  readonly price: string;
  readonly per: number;
}
export interface MeterRate {
  readonly base: Rate;
  /** Highest first. */
  readonly tiers: readonly { readonly above: number; readonly rate: Rate }[];
  readonly quality: CostQuality;
}
export type MeterRates = Readonly<Partial<Record<Meter, MeterRate>>>;

/** The price of one model in one span of time. */
export interface CompiledPrice {
  /** The name that matched, as the call gave it. */
  readonly model: string;
  /** The version whose meters are used, times `multiplier` (decimal text). */
  readonly version: PriceVersion;
  readonly multiplier: string;
  /** Every version that has a part in the price: a contract's discount first, then what it is taken off. */
  readonly versionIds: readonly string[];
  readonly quality: CostQuality;
  readonly rates: MeterRates;
  readonly windows: readonly { readonly from: number; readonly to: number; readonly rates: MeterRates }[];
}

/** Prepares a version's meters, each multiplied by `multiplier` (decimal text). */
export function compileRates(
  version: PriceVersion,
  multiplier: string,
): Pick<CompiledPrice, 'rates' | 'windows'> {
  return {
    rates: compileMeters(version.meters, multiplier),
    windows: version.windows.map((window: PriceWindow) => ({
      from: window.from,
      to: window.to,
      rates: compileMeters(window.meters, multiplier),
    })),
  };
}

function compileMeters(meters: MeterPrices, multiplier: string): MeterRates {
  const entries = Object.entries(meters) as [Meter, MeterPrice][];
  return Object.fromEntries(entries.map(([meter, price]) => [meter, compileMeter(price, multiplier)]));
}

function compileMeter(meter: MeterPrice, multiplier: string): MeterRate {
  const rate = (price: string): Rate => compileRate(multiplyDecimals(price, multiplier), meter.per);
  const tiers = (meter.tiers ?? []).map((tier) => ({ above: tier.above, rate: rate(tier.price) }));
  return {
    base: rate(meter.price),
    tiers: tiers.sort((a, b) => b.above - a.above),
    quality: meter.quality ?? 'exact',
  };
}

function compileRate(price: string, per: number): Rate {
  const amount = parseMoney(price);
  const divisor = commonDivisor(amount, BigInt(per));
  return { numerator: amount / divisor, denominator: BigInt(per) / divisor, price, per };
}

/** Context tiers: the whole call costs the price of the highest step its input is strictly above. */
export function rateFor(rate: MeterRate, inputTokens: number): Rate {
  for (const tier of rate.tiers) if (inputTokens > tier.above) return tier.rate;
  return rate.base;
}

/** Cost of `quantity` units: exact, or rounded half to even once at 1e-18 USD where the unit's divisor leaves a rest. */
export function costOf(quantity: number, rate: Rate): Money {
  const product = BigInt(quantity) * rate.numerator;
  if (rate.denominator === 1n) return product;
  const whole = product / rate.denominator;
  const twice = (product % rate.denominator) * 2n;
  const up = twice > rate.denominator || (twice === rate.denominator && whole % 2n === 1n);
  return up ? whole + 1n : whole;
}

/** Product of two decimal texts as decimal text. */
export function multiplyDecimals(a: string, b: string): string {
  if (b === '1') return a;
  if (a === '1') return b;
  const [wholeA = '0', fractionA = ''] = a.split('.');
  const [wholeB = '0', fractionB = ''] = b.split('.');
  const decimals = fractionA.length + fractionB.length;
  const product = (BigInt(wholeA + fractionA) * BigInt(wholeB + fractionB))
    .toString()
    .padStart(decimals + 1, '0');
  const fraction = product.slice(product.length - decimals).replace(/0+$/, '');
  return product.slice(0, product.length - decimals) + (decimals > 0 && fraction ? `.${fraction}` : '');
}

function commonDivisor(a: bigint, b: bigint): bigint {
  return b === 0n ? a : commonDivisor(b, a % b);
}
