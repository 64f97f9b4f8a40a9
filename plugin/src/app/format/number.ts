import { UNKNOWN } from './money';

const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat('en-US', { notation: 'compact', maximumSignificantDigits: 3 });

/** 1,234,567; a dash when it is not known. */
export const countText = (count: number | null): string => (count === null ? UNKNOWN : whole.format(count));

/** 1.23M, for places where the size matters and the digits do not. */
export const shortCountText = (count: number | null): string =>
  count === null ? UNKNOWN : short.format(count);

/** "1 call", "2 calls". */
export const callsText = (count: number): string => `${countText(count)} ${count === 1 ? 'call' : 'calls'}`;

/**
 * A share of 1 as a percentage. Says 100 % only when all are in, and never 0 % when some are: a coverage that is nearly
 * complete is not complete.
 */
export function percentText(share: number | null): string {
  if (share === null) {
    return UNKNOWN;
  }
  if (share >= 1) {
    return '100 %';
  }
  if (share > 0 && share < 0.001) {
    return '< 0.1 %';
  }
  // Down, not to the nearest. The small number undoes what binary fractions take away (0.29 * 1000 = 289.99…).
  return `${Math.floor(share * 1000 + 1e-6) / 10} %`;
}
