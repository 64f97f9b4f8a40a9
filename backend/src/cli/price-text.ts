import { formatMoney, parseMoney } from '../ledger/money.js';
import { TOKEN_METERS } from '../pricing/price-version.js';
import { OTHER_METERS } from '../usage/usage.js';
import { printTable } from './print-table.js';

type Meters = Record<string, { price: string; per: number; tiers?: { above: number; price: string }[] }>;

/** A price as the API tells it. */
export interface Price {
  readonly source: string;
  readonly org_id: string | null;
  readonly provider: string;
  readonly model: string;
  readonly names: string[];
  readonly service_tier: string;
  readonly effective_from: string | null;
  readonly recorded_at: string;
  readonly meters: Meters;
  readonly windows: unknown[];
  readonly basis: { provider: string | null; model: string | null; multiplier: string } | null;
  readonly empty: boolean;
  readonly refused: string | null;
  readonly ended: boolean;
  readonly withdrawn: boolean;
  readonly by_hand: boolean;
  readonly author: string | null;
  readonly note: string | null;
}
export interface Version extends Price {
  readonly id: string;
}

interface Touched {
  newly_priced: { calls: number; cost_usd: string };
  corrected: { calls: number; before_usd: string; after_usd: string };
  newly_pending: { calls: number; before_usd: string };
}
/** A change as the API tells it. */
export interface Change {
  readonly changes: {
    change: string;
    id: string | null;
    price: Price;
    before: { price: Version; multiplier: string } | null;
  }[];
  readonly warnings: string[];
  readonly preview?: {
    open_days: Touched;
    closed_days: Touched;
    retired_days: Touched & { out_of_reach_usd: string };
  } | null;
}

/** `2026-11-01` for a midnight, the whole time otherwise. */
export const since = (time: string | null): string =>
  time === null ? 'always' : time.replace(/T00:00:00(?:\.000)?Z$/, '');

const METERS: readonly string[] = [...TOKEN_METERS, ...OTHER_METERS];
const MANY_METERS = 15;

/** `input 2.5, output 10`; USD per million tokens, or per the unit that is named. */
export function priceText({ meters, windows, basis, empty, refused, ended, withdrawn }: Price): string {
  if (withdrawn) return 'withdrawn';
  if (ended) return 'ended';
  if (refused !== null) return `not used: ${refused}`;
  if (empty) return 'no price told';
  if (basis) {
    const of =
      basis.model === null
        ? 'the price otherwise in force'
        : [basis.provider, basis.model].filter(Boolean).join(' ');
    return basis.multiplier === '1' ? `same as ${of}` : `${basis.multiplier} × ${of}`;
  }
  const list = Object.entries(meters).sort(([a], [b]) => METERS.indexOf(a) - METERS.indexOf(b));
  if (list.length > MANY_METERS && list.every(([, { price }]) => price === '0')) return 'free';
  const texts = list.map(([meter, { price, per, tiers }]) => {
    const steps = (tiers ?? []).map(
      (tier) => ` (above ${tier.above.toLocaleString('en')} tokens ${tier.price})`,
    );
    return `${meter.replace('input_uncached', 'input')} ${price}${UNITS[per] ?? ` per ${per}`}${steps.join('')}`;
  });
  return [...texts, ...(windows.length > 0 ? ['other prices at some hours'] : [])].join(', ');
}

const UNITS: Readonly<Record<number, string>> = { 1_000_000: '', 1: ' each', 60_000: ' per minute' };

/** Changes as a table, what they touch, and what is to be thought of. */
export function changeText(change: Change): string {
  if (change.changes.length === 0)
    return 'The price book says all of that already: there is nothing to change.';
  const shown = change.changes.slice(0, MAX_SHOWN);
  const table = printTable(
    ['change', 'id', 'organisation', 'provider', 'model', 'tier', 'from', 'price', 'before'],
    shown.map(({ change: kind, id, price, before }) => [
      kind,
      id,
      price.org_id,
      price.provider,
      price.model,
      price.service_tier,
      since(price.effective_from),
      priceText(price),
      before && (before.multiplier === '1' ? '' : `${before.multiplier} × `) + priceText(before.price),
    ]),
  );
  const more = change.changes.length - shown.length;
  return [
    more > 0 ? `${table}\n… and ${more} more` : table,
    change.preview ? previewText(change.preview) : null,
    change.warnings.length > 0 ? change.warnings.map((warning) => `Note  ${warning}`).join('\n') : null,
  ]
    .filter((part) => part !== null)
    .join('\n\n');
}
const MAX_SHOWN = 50;

function previewText({
  open_days: open,
  closed_days: closed,
  retired_days: retired,
}: NonNullable<Change['preview']>): string {
  const rows = (
    [
      ['open days', open],
      ['closed days (posted as adjustments)', closed],
      ['retired days', retired],
    ] as const
  ).map(([days, { newly_priced: priced, corrected, newly_pending: pending }]) => [
    days,
    priced.calls,
    priced.cost_usd,
    corrected.calls,
    corrected.before_usd,
    corrected.after_usd,
    pending.calls,
    difference(priced.cost_usd, corrected, pending.before_usd),
  ]);
  const table = printTable(
    [
      'calls it touches in',
      'newly priced',
      'USD',
      'corrected',
      'USD before',
      'USD after',
      'pending again',
      'difference USD',
    ],
    rows,
  );
  return retired.out_of_reach_usd === '0'
    ? table
    : `${table}\n${retired.out_of_reach_usd} USD of retired days stay as they are: the events of these days are gone.`;
}

function difference(newly: string, corrected: Touched['corrected'], lost: string): string {
  const sum =
    parseMoney(newly) + parseMoney(corrected.after_usd) - parseMoney(corrected.before_usd) - parseMoney(lost);
  return sum > 0n ? `+${formatMoney(sum)}` : formatMoney(sum);
}
