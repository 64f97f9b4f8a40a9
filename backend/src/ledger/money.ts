/** Money is a whole number of 1e-18 USD: tokens × a price of at most 12 decimals per million is exact in it. */
export type Money = bigint;

const DECIMALS = 18;
const ONE_USD = 10n ** 18n;
const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?$/;

/**
 * Reads a decimal string of USD.
 * @throws RangeError when it is no plain decimal or has more than 18 significant decimals.
 */
export function parseMoney(text: string): Money {
  const match = DECIMAL.exec(text);
  if (!match) throw new RangeError(`"${text}" is not a decimal amount of USD; write it like 0.0025`);
  const [, sign, whole, fraction = ''] = match;
  const digits = fraction.replace(/0+$/, '');
  if (digits.length > DECIMALS) throw new RangeError(`"${text}" has more than ${DECIMALS} decimals`);
  const amount = BigInt(whole ?? '0') * ONE_USD + BigInt(digits.padEnd(DECIMALS, '0'));
  return sign ? -amount : amount;
}

/** Writes USD as a plain decimal string without trailing zeros: `0.00522`, `12`, `-0.5`, `0`. */
export function formatMoney(amount: Money): string {
  const sign = amount < 0n ? '-' : '';
  const digits = (amount < 0n ? -amount : amount).toString().padStart(DECIMALS + 1, '0');
  const fraction = digits.slice(-DECIMALS).replace(/0+$/, '');
  return sign + digits.slice(0, -DECIMALS) + (fraction ? `.${fraction}` : '');
}
