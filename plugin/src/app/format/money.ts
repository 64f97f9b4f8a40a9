import type { Money } from '../../api/wire';

export const UNKNOWN = '—';

/** Below it a rounded amount says nothing; the exact one is in the title of what shows it. */
const SMALLEST_DECIMALS = 6;

/**
 * USD rounded for reading: cents from one dollar on, three digits below. Works on the digits of the text, never on a
 * float. Unknown is a dash, never zero.
 */
export function moneyText(money: Money | null): string {
  if (money === null) {
    return UNKNOWN;
  }
  const { sign, whole, fraction } = partsOf(money);
  if (/^0*$/.test(whole + fraction)) {
    return '$0.00';
  }
  const leadingZeros = /^0*/.exec(fraction)?.[0].length ?? 0;
  const isSmall = whole === '0';
  if (isSmall && leadingZeros >= SMALLEST_DECIMALS) {
    return `${sign}< $0.${'1'.padStart(SMALLEST_DECIMALS, '0')}`;
  }
  const rounded = roundDigits(whole, fraction, isSmall ? leadingZeros + 3 : 2);
  return `${sign}$${grouped(rounded.whole)}.${rounded.fraction.replace(/0+$/, '').padEnd(2, '0')}`;
}

/** Every digit of the ledger, for titles and explanations. */
export function exactMoneyText(money: Money | null): string {
  if (money === null) {
    return 'not known';
  }
  const { sign, whole, fraction } = partsOf(money);
  const digits = fraction.replace(/0+$/, '');
  return `${sign}${grouped(whole)}${digits === '' ? '' : `.${digits}`} USD`;
}

function partsOf(money: Money): { sign: string; whole: string; fraction: string } {
  const sign = money.startsWith('-') ? '-' : '';
  const [whole = '0', fraction = ''] = money.slice(sign.length).split('.');
  return { sign, whole: whole.replace(/^0+(?=\d)/, ''), fraction };
}

/** Half up, as a bill does. */
function roundDigits(whole: string, fraction: string, places: number): { whole: string; fraction: string } {
  const kept = BigInt(whole + fraction.slice(0, places).padEnd(places, '0'));
  const up = Number(fraction[places] ?? '0') >= 5 ? 1 : 0;
  const digits = (kept + BigInt(up)).toString().padStart(places + 1, '0');
  return { whole: digits.slice(0, -places), fraction: digits.slice(-places) };
}

const grouped = (whole: string): string => whole.replace(/\B(?=(\d{3})+$)/g, ',');
