import { parseMoney } from '../ledger/money.js';
import { entryOf, liveVersions, placeOf } from '../pricing/live-versions.js';
import { createPriceBook } from '../pricing/price-book.js';
import type { PriceBook } from '../pricing/price-book.js';
import type { Meter, MeterPrice, PriceVersion } from '../pricing/price-version.js';
import type { ChangedPrices } from './price-book.js';
import type { SeenModel } from './store.js';

/** A price this many times the catalogue's is rather one per token, per thousand tokens or in cents. */
const UNLIKELY_RATIO = 10n;
/** As many as a person reads. */
const MAX_WARNINGS = 50;

/**
 * What a careful colleague would say about a change of prices before it is made.
 * @param seen how calls have named their models lately; null: not looked at
 * @param now Unix ms
 */
export function changeWarnings(
  change: ChangedPrices,
  seen: readonly SeenModel[] | null,
  now: number,
): readonly string[] {
  const own = change.added.filter(({ source }) => source !== 'catalogue');
  const set = own.filter(({ withdrawn, ended }) => !withdrawn && !ended);
  const catalogue = createPriceBook(change.after.versions.filter(({ source }) => source === 'catalogue'));
  const warnings = [
    ...own.flatMap((version) => [
      ...reachesBack(version, change.before, now),
      ...replacesOther(version, change.before),
    ]),
    ...set.flatMap((version) => [
      ...unlikelyPrice(version, catalogue, now),
      ...basisWithoutPrice(version, change.after, now),
    ]),
    ...(seen ? matchNothing(set, change.before, seen) : []),
  ];
  const more = warnings.length - MAX_WARNINGS;
  return more > 0 ? [...warnings.slice(0, MAX_WARNINGS), `… and ${more} more warnings`] : warnings;
}

const nameOf = ({ orgId, provider, model, serviceTier }: PriceVersion): string =>
  [
    orgId !== null && `contract of ${orgId}:`,
    provider,
    model,
    serviceTier !== 'standard' && `(${serviceTier})`,
  ]
    .filter((part) => part !== false)
    .join(' ');

/** A price that holds from now or later re-prices nothing. The beginning of time is nothing special where nothing was known. */
function reachesBack(version: PriceVersion, before: PriceBook, now: number): readonly string[] {
  if (version.effectiveFrom >= now) return [];
  const since = Number.isFinite(version.effectiveFrom)
    ? `since ${new Date(version.effectiveFrom).toISOString()}`
    : 'since the beginning of time';
  if (version.withdrawn || version.ended)
    return [`${nameOf(version)}: calls ${since} lose this price, as far as their events are still there`];
  const held = before.resolve(queryOf(version), now);
  const priced = !('pending' in held) || version.model === '*';
  const also = priced ? ', those that have a price already too' : '';
  return [`${nameOf(version)}: reaches back: calls ${since} are priced again${also}`];
}

/** A file and a person may say different things at one place: the last recorded holds. */
function replacesOther(version: PriceVersion, before: PriceBook): readonly string[] {
  const place = placeOf(version);
  const held = liveVersions(before.versions).find((one) => placeOf(one) === place);
  if (!held || held.byHand === version.byHand || version.withdrawn) return [];
  return [
    version.byHand
      ? `${nameOf(version)}: replaces version ${held.id} of PRICES_FILE at the same date, until the file tells another price there`
      : `${nameOf(version)}: PRICES_FILE tells another price at the same date than version ${held.id}, recorded by hand by ${held.author ?? 'somebody'}; the file's holds now`,
  ];
}

const queryOf = ({ orgId, provider, model, serviceTier }: PriceVersion) => ({
  orgId,
  provider,
  models: [model],
  serviceTier,
});

function unlikelyPrice(version: PriceVersion, catalogue: PriceBook, now: number): readonly string[] {
  if (version.basis) {
    if (parseMoney(version.basis.multiplier) < parseMoney('10')) return [];
    return [
      `${nameOf(version)}: multiplier ${version.basis.multiplier} is ${version.basis.multiplier} times the price; 15 % off is 0.85`,
    ];
  }
  const at = Math.max(now, version.effectiveFrom);
  const listed = catalogue.resolve({ ...queryOf(version), serviceTier: null }, at);
  if ('pending' in listed) return [];
  const missing = Object.keys(listed.version.meters).filter((meter) => !(meter in version.meters));
  const told = Object.entries(version.meters) as [Meter, MeterPrice][];
  return [
    ...(missing.length > 0
      ? [
          `${nameOf(version)}: has no price for ${missing.map(meterName).join(', ')}, which the catalogue has: calls that use it will be pending`,
        ]
      : []),
    ...told.flatMap(([meter, price]) => unlikelyMeter(version, meter, price, listed.version.meters[meter])),
  ];
}

/** By the name people set it with. */
const meterName = (meter: string): string => (meter === 'input_uncached' ? 'input' : meter);

function unlikelyMeter(
  version: PriceVersion,
  meter: Meter,
  { price, per }: MeterPrice,
  list: MeterPrice | undefined,
): readonly string[] {
  if (!list) return [];
  const [ours, theirs] = [parseMoney(price) * BigInt(list.per), parseMoney(list.price) * BigInt(per)];
  if (ours === 0n || theirs === 0n) return [];
  if (ours < theirs * UNLIKELY_RATIO && theirs < ours * UNLIKELY_RATIO) return [];
  const [more, ratio] = ours > theirs ? ['more', ours / theirs] : ['less', theirs / ours];
  return [
    `${nameOf(version)}: ${meterName(meter)} ${price} is ${ratio} times ${more} than the catalogue's ${list.price} (USD per ${list.per === 1 ? 'unit' : list.per.toLocaleString('en')}): is the unit right?`,
  ];
}

function basisWithoutPrice(version: PriceVersion, after: PriceBook, now: number): readonly string[] {
  if (!version.basis || version.model === '*') return [];
  const found = after.resolve(queryOf(version), Math.max(now, version.effectiveFrom));
  if (!('pending' in found)) return [];
  const of =
    version.basis.model === null ? 'it has no other price' : `${version.basis.model} has no price itself`;
  return [`${nameOf(version)}: ${of} (${found.pending}): its calls stay pending`];
}

/** A name is often mistyped. Looked up as if each entry were the only price beside the catalogue. */
function matchNothing(
  set: readonly PriceVersion[],
  before: PriceBook,
  seen: readonly SeenModel[],
): readonly string[] {
  const zero: MeterPrice = { price: '0', per: 1 };
  const probe = createPriceBook([
    ...before.versions.filter(({ source }) => source === 'catalogue'),
    ...set.map((version) => ({
      ...version,
      ...{ serviceTier: 'standard', effectiveFrom: -Infinity, basis: null, meters: { request: zero } },
    })),
  ]);
  const organisations = new Set(set.map(({ orgId }) => orgId));
  const met = new Set<string>();
  for (const { provider, request_model: request, response_model: response } of seen) {
    const models = [response, request].filter((model) => model !== null);
    for (const orgId of organisations) {
      const found = probe.resolve({ orgId, provider, models, serviceTier: null }, Infinity);
      if (!('pending' in found)) met.add(entryOf(found.version));
    }
  }
  const unmet = new Map(
    set.filter((version) => !met.has(entryOf(version))).map((version) => [entryOf(version), version]),
  );
  return [...unmet.values()].map(
    (version) =>
      `${nameOf(version)}: no call of the last 7 days and no pending one has this model; compare the name with those of your calls`,
  );
}
