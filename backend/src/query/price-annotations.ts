import { entryOf, liveVersions } from '../pricing/live-versions.js';
import { createModelIndex } from '../pricing/match-model.js';
import { priceProviders } from '../pricing/price-providers.js';
import { STANDARD_TIER, type MeterPrice, type PriceVersion } from '../pricing/price-version.js';
import { counted, readableDay, type Annotation } from './annotation.js';
import { isoTime } from './common-schema.js';
import type { TimeRange } from './time-ranges.js';

/** What of the price book somebody may see and wants to. No list: all. */
export interface PriceChangeRequest extends TimeRange {
  readonly providers: readonly string[] | undefined;
  readonly models: readonly string[] | undefined;
  /** Whose contracts; null: everybody's. */
  readonly organisations: readonly string[] | null;
  /** A customer sees the catalogue and his own contracts: not the team's prices, and not who changed what and why. */
  readonly forCustomer: boolean;
}

/** Entries told one by one; of a new catalogue there are thousands. */
const MAX_LINES = 3;

/** Changes of prices, one for each import and each change by hand, oldest first. @param versions the whole book, in its order */
export function priceAnnotations(
  versions: readonly PriceVersion[],
  request: PriceChangeRequest,
): readonly Annotation[] {
  const byEntry = new Map<string, PriceVersion[]>();
  const changes = new Map<string, PriceChange[]>();
  for (const version of versions) {
    const entry = `${entryOf(version)} ${version.serviceTier}`;
    const earlier = byEntry.get(entry) ?? [];
    byEntry.set(entry, [...earlier, version]);
    if (!isWanted(version, request)) continue;
    const key = changeKey(version);
    const change = { version, before: heldBefore(version, earlier) };
    const known = changes.get(key);
    if (known) known.push(change);
    else changes.set(key, [change]);
  }
  const firstImport = versions.find(({ source }) => source === 'catalogue')?.recordedAt;
  return [...changes].map(([key, list]) =>
    list[0]?.version.source === 'catalogue' && list[0].version.recordedAt === firstImport
      ? importAnnotation(key, list[0].version, list.length)
      : annotationOf(key, list, request.forCustomer),
  );
}

/** The first catalogue changes nothing: there was no price before it. */
const importAnnotation = (key: string, version: PriceVersion, count: number): Annotation => ({
  id: `price_change ${key}`,
  kind: 'price_change',
  time: version.recordedAt,
  timeEnd: null,
  title: `Price catalogue ${version.sourceVersion} imported: ${counted(count, 'price')}`,
  text: 'The first import. Calls are priced by it where no contract or price of your own says otherwise.',
  tags: ['price_change', 'catalogue'],
});

interface PriceChange {
  readonly version: PriceVersion;
  /** What the entry said for the same time before; null: nothing. */
  readonly before: PriceVersion | null;
}

function isWanted(version: PriceVersion, request: PriceChangeRequest): boolean {
  const { from, to, providers, models, organisations, forCustomer } = request;
  const { source, orgId, provider, recordedAt } = version;
  if (recordedAt < from || recordedAt >= to) return false;
  if (orgId === null ? forCustomer && source !== 'catalogue' : organisations?.includes(orgId) === false)
    return false;
  if (providers && provider !== '*' && !providers.some((name) => priceProviders(name).includes(provider)))
    return false;
  if (!models) return true;
  const index = createModelIndex(provider, [[version, version.match]]);
  return models.some((model) => index.any.length > 0 || (index.named(model) ?? index.guessed(model)));
}

function changeKey({ recordedAt, byHand, source, sourceVersion }: PriceVersion): string {
  const what = byHand ? 'by-hand' : source === 'catalogue' ? `catalogue ${sourceVersion}` : 'prices-file';
  return `${isoTime(recordedAt)} ${what}`;
}

const heldBefore = (version: PriceVersion, earlier: readonly PriceVersion[]): PriceVersion | null =>
  liveVersions(earlier)
    .filter(({ effectiveFrom }) => effectiveFrom <= version.effectiveFrom)
    .sort((a, b) => (a.effectiveFrom < b.effectiveFrom ? -1 : 1))
    .at(-1) ?? null;

function annotationOf(key: string, changes: readonly PriceChange[], forCustomer: boolean): Annotation {
  const [first] = changes;
  if (!first) throw new RangeError('a change of prices changes one at least');
  const { source, byHand, recordedAt, sourceVersion, author, note } = first.version;
  const lines = changes.slice(0, MAX_LINES).map(lineOf);
  if (changes.length > MAX_LINES) lines.push(`and ${counted(changes.length - MAX_LINES, 'more price')}`);
  if (byHand && !forCustomer && author !== null)
    lines.push(note === null ? `By ${author}.` : `By ${author}: ${note}`);
  const what = changes.length === 1 ? `price of ${first.version.model}` : counted(changes.length, 'price');
  const origin = source === 'catalogue' ? `Price catalogue ${sourceVersion}: ` : 'Prices file: ';
  const title = `${byHand ? '' : origin}${what} ${wordOf(changes)}`;
  return {
    id: `price_change ${key}`,
    kind: 'price_change',
    time: recordedAt,
    timeEnd: null,
    title: title.slice(0, 1).toUpperCase() + title.slice(1),
    text: lines.join('\n'),
    tags: ['price_change', byHand ? 'by hand' : source === 'catalogue' ? 'catalogue' : 'prices file'],
  };
}

function wordOf(changes: readonly PriceChange[]): string {
  const words = new Set(
    changes.map(({ version, before }) => {
      if (version.withdrawn) return 'taken back';
      if (version.ended) return 'ended';
      return before === null || before.ended ? 'added' : 'changed';
    }),
  );
  const [word = 'changed', ...more] = words;
  return more.length === 0 ? word : 'changed';
}

/** "gpt-4o (openai): input uncached 2.5 → 2, output 10 → 8 USD per 1,000,000, from 1 Nov 2026". */
function lineOf({ version, before }: PriceChange): string {
  const { model, provider, serviceTier, orgId, effectiveFrom } = version;
  const tier = serviceTier === STANDARD_TIER ? '' : `, tier ${serviceTier}`;
  const contract = orgId === null ? '' : `, contract of ${orgId}`;
  const from = Number.isFinite(effectiveFrom) ? `, from ${readableDay(effectiveFrom)}` : '';
  return `${model} (${provider}${tier}${contract}): ${whatChanged(version, before)}${from}`;
}

function whatChanged(version: PriceVersion, before: PriceVersion | null): string {
  if (version.withdrawn) return 'taken back, what was said before holds again';
  if (version.ended) return 'no price of its own any more';
  if (version.refused !== null) return `no usable price (${version.refused})`;
  if (version.empty) return 'listed without a price';
  if (version.basis) {
    const { multiplier, model, provider } = version.basis;
    return `${multiplier} × the price of ${model ?? 'the same model'}${provider === null ? '' : ` of ${provider}`}`;
  }
  const old: PriceVersion['meters'] = before?.ended === false ? before.meters : {};
  const meters = [...new Set([...Object.keys(old), ...Object.keys(version.meters)])] as (keyof typeof old)[];
  const told = meters.flatMap((meter) => changeOf(meter, old[meter], version.meters[meter]));
  return told.length > 0 ? told.join(', ') : 'other tiers, hours or names';
}

function changeOf(meter: string, old: MeterPrice | undefined, now: MeterPrice | undefined): string[] {
  if (old?.price === now?.price && old?.per === now?.per) return [];
  const units = (now ?? old)?.per ?? 1;
  const per = `USD per ${units === 1 ? 'unit' : units.toLocaleString('en-US')}`;
  const before = old
    ? `${old.price}${old.per === units ? '' : ` per ${old.per.toLocaleString('en-US')}`} → `
    : '';
  return [`${meter.replaceAll('_', ' ')} ${before}${now ? now.price : 'none'} ${per}`];
}
