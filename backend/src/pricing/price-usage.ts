import type { PendingReason } from '../ledger/event.js';
import type { Money } from '../ledger/money.js';
import { OTHER_METERS } from '../usage/usage.js';
import type { CostQuality, Usage, UsageProblem } from '../usage/usage.js';
import { cacheSaving } from './cache-saving.js';
import { compileRates, costOf, multiplyDecimals, rateFor } from './compile-price.js';
import type { CompiledPrice, MeterRate, MeterRates } from './compile-price.js';
import { worseQuality } from './cost-quality.js';
import type { PriceBook } from './price-book.js';
import type { CostComponent, Meter, PriceVersion } from './price-version.js';
import type { PriceQuery } from './resolve-price.js';
import { tokenQuantities } from './token-quantities.js';

/** One call as pricing sees it. */
export interface BillableCall extends PriceQuery {
  readonly usage: Usage | null;
  readonly usageQuality: CostQuality;
  readonly usageProblem: UsageProblem | null;
}

export interface PricedCall {
  readonly status: 'priced';
  readonly costUsd: Money;
  /** See `cacheSaving`. */
  readonly cacheSavedUsd: Money | null;
  readonly quality: CostQuality;
  /** The name of the call that matched the price. */
  readonly model: string;
  readonly priceVersionIds: readonly string[];
}
export interface PendingCall {
  readonly status: 'pending';
  readonly reason: PendingReason;
  /** What lacks, for people: the meter without a price. */
  readonly detail: string | null;
}
export type Pricing = PricedCall | PendingCall;

const DAY_SECONDS = 86_400;
/** Models whose main trade is sound: text and audio tokens differ in price by 5 to 16 times. */
const SPEECH_MODEL = /(?:^|[-./])(?:audio|realtime|sonic|live|voice|transcribe)(?:$|[-:./])/;

/**
 * The cost of one call in 1e-18 USD, or the reason why it is not known. Exact arithmetic, no default price: a call that
 * uses a meter without a price is pending as a whole.
 * @param at Unix ms of the call's end: the prices of that moment hold.
 */
export function priceUsage(call: BillableCall, at: number, book: PriceBook): Pricing {
  return price(call, at, book, null);
}

/** The same decision, with the lines that add up to the cost: meter × quantity × unit price. */
export function explainCost(
  call: BillableCall,
  at: number,
  book: PriceBook,
): PendingCall | (PricedCall & { readonly components: readonly CostComponent[] }) {
  const components: CostComponent[] = [];
  const pricing = price(call, at, book, components);
  return pricing.status === 'priced' ? { ...pricing, components } : pricing;
}

const pending = (reason: PendingReason, detail: string | null = null): PendingCall => ({
  status: 'pending',
  reason,
  detail,
});

function price(call: BillableCall, at: number, book: PriceBook, lines: CostComponent[] | null): Pricing {
  const { usage, usageProblem } = call;
  if (usageProblem !== null) return pending(usageProblem);
  if (usage === null) return pending('no_usage');
  const found = book.resolve(call, at);
  if ('pending' in found) return pending(found.pending);
  const rates = ratesAt(found, at);
  const quantities = quantitiesOf(usage, rates);
  if (typeof quantities === 'string') return pending(quantities);
  const inputTokens = usage.input_tokens ?? 0;
  let costUsd = 0n;
  let quality = worseQuality(
    worseQuality(call.usageQuality, found.quality),
    untold(usage, rates, found.version.model),
  );
  for (const [meter, quantity] of quantities) {
    const rate = rates[meter];
    if (!rate) return pending('no_price_for_meter', meter);
    const step = rateFor(rate, inputTokens);
    const cost = costOf(quantity, step);
    costUsd += cost;
    quality = worseQuality(quality, rate.quality);
    lines?.push({
      meter,
      quantity,
      price: step.price,
      per: step.per,
      priceVersionId: found.version.id,
      cost,
    });
  }
  const cacheSavedUsd = cacheSaving(quantities, rates, inputTokens);
  const { model, versionIds } = found;
  return { status: 'priced', costUsd, cacheSavedUsd, quality, model, priceVersionIds: versionIds };
}

/** Which of the day's prices hold: the end of the call decides. */
function ratesAt(found: CompiledPrice, at: number): MeterRates {
  if (found.windows.length === 0) return found.rates;
  const second = (((at / 1000) % DAY_SECONDS) + DAY_SECONDS) % DAY_SECONDS;
  const inside = ({ from, to }: { from: number; to: number }): boolean =>
    from <= to ? from <= second && second < to : from <= second || second < to;
  return found.windows.findLast(inside)?.rates ?? found.rates;
}

/** The billed quantity of every meter the call used, or why the usage cannot be billed. */
function quantitiesOf(usage: Usage, rates: MeterRates): [Meter, number][] | PendingReason {
  const quantities = tokenQuantities(usage, rates);
  if (typeof quantities === 'string') return quantities;
  let others = 0;
  for (const meter of OTHER_METERS) {
    const quantity = usage.other[meter];
    if (quantity === undefined) continue;
    if (!Number.isSafeInteger(quantity) || quantity < 0) return 'inconsistent_usage';
    others += 1;
    // Every call is a request: it costs where the price has a fee for it, told or not.
    if (quantity > 0 && meter !== 'request') quantities.push([meter, quantity]);
  }
  if (usage.input_tokens === null && (rates.input_uncached || others === 0)) return 'no_usage';
  if (rates.request) quantities.push(['request', usage.other.request ?? 1]);
  return quantities;
}

/** What the usage did not tell although this price depends on it. */
function untold(usage: Usage, rates: MeterRates, model: string): CostQuality {
  let quality: CostQuality = 'exact';
  if (usage.output_tokens === null && rates.output) quality = 'lower_bound';
  if (usage.reasoning === null && rates.output_reasoning && !sameRate(rates.output_reasoning, rates.output)) {
    quality = worseQuality(quality, 'estimated');
  }
  const heard = usage.input_audio !== null || sameRate(rates.input_audio, rates.input_uncached);
  const spoken = usage.output_audio !== null || sameRate(rates.output_audio, rates.output);
  if (!(heard && spoken) && SPEECH_MODEL.test(model)) quality = worseQuality(quality, 'lower_bound');
  return quality;
}

const sameRate = (a: MeterRate | undefined, b: MeterRate | undefined): boolean =>
  a !== undefined && a.base.price === b?.base.price && a.tiers.length === b.tiers.length;

/**
 * Explains a cost from the versions stored with it and nothing else: whatever was imported since changes no line.
 * @param versions in the order of `priceVersionIds`: discounts and aliases first, the version with the meters last
 */
export const explainWithVersions = (
  call: BillableCall,
  at: number,
  versions: readonly PriceVersion[],
): ReturnType<typeof explainCost> => explainCost(call, at, bookOfVersions(versions));

/** A book that prices every call with the versions stored with one cost, in the order of its `priceVersionIds`. */
export function bookOfVersions(versions: readonly PriceVersion[]): PriceBook {
  const version = versions.at(-1);
  if (!version) return { versions, resolve: () => ({ pending: 'no_price_at_time' }) };
  const multiplier = versions.reduce(
    (product, { basis }) => multiplyDecimals(product, basis?.multiplier ?? '1'),
    '1',
  );
  const resolved: CompiledPrice = {
    model: version.model,
    version,
    multiplier,
    versionIds: versions.map(({ id }) => id),
    quality: 'exact',
    ...compileRates(version, multiplier),
  };
  return { versions, resolve: (call) => ({ ...resolved, model: call.models[0] ?? version.model }) };
}
