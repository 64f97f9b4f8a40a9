const MAX_DECIMALS = 12;

/**
 * A number as plain decimal text, by its shortest form. Tokens × a price of at most 12 decimals per million is exact in
 * 1e-18 USD; more decimals are the noise of floating point (0.08333333333333334).
 * @returns null for a negative or non-finite number, or one with more than 12 decimals.
 */
export function decimalText(value: number): string | null {
  if (!Number.isFinite(value) || value < 0) return null;
  const [mantissa = '', exponent = '0'] = value.toString().split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  const shift = Number(exponent);
  const digits = whole + fraction;
  const point = whole.length + shift;
  const padded = point <= 0 ? '0'.repeat(1 - point) + digits : digits.padEnd(point, '0');
  const at = Math.max(point, 1);
  const decimals = padded.slice(at).replace(/0+$/, '');
  return decimals.length > MAX_DECIMALS ? null : padded.slice(0, at) + (decimals && `.${decimals}`);
}
