import { formatMoney, parseMoney } from '../ledger/money.js';

export const ANNOTATION_KINDS = ['price_change', 'pending_recovered', 'day_restated'] as const;
export type AnnotationKind = (typeof ANNOTATION_KINDS)[number];

/** Something that explains a jump of a cost. Times are Unix ms. */
export interface Annotation {
  readonly id: string;
  readonly kind: AnnotationKind;
  readonly time: number;
  /** End of a stretch of time; null for a moment. */
  readonly timeEnd: number | null;
  /** One line. */
  readonly title: string;
  readonly text: string;
  readonly tags: readonly string[];
}

const MICRO_USD = 1_000_000_000_000n;

/** An amount for people: rounded to 6 decimals, exact where nothing would be left. */
export function readableUsd(text: string): string {
  const money = parseMoney(text);
  const half = money < 0n ? -MICRO_USD / 2n : MICRO_USD / 2n;
  const rounded = ((money + half) / MICRO_USD) * MICRO_USD;
  return `${formatMoney(rounded === 0n ? money : rounded)} USD`;
}

/** The same with its sign: a change. */
export const readableChange = (text: string): string =>
  text.startsWith('-') ? readableUsd(text) : `+${readableUsd(text)}`;

/** "1 call", "1,234 calls". */
export const counted = (count: number, what: string): string =>
  `${count.toLocaleString('en-US')} ${what}${Math.abs(count) === 1 ? '' : 's'}`;

/** A UTC day for people: "12 Nov 2026". */
export const readableDay = (at: number): string =>
  new Date(at).toLocaleDateString('en-GB', {
    timeZone: 'UTC',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
  });
