import { z } from 'zod';

const HOUR = 3_600_000;
// A month is 31 days here, so that "13mo" never refuses what lies within 13 months of any calendar.
const DURATION_UNITS: Readonly<Record<string, number>> = { h: HOUR, d: 24 * HOUR, mo: 31 * 24 * HOUR };
const BYTE_UNITS: Readonly<Record<string, number>> = { '': 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 };

/** `36h`, `400d`, `13mo` as milliseconds. */
export const duration = quantity(
  /^([1-9]\d{0,5})(h|d|mo)$/,
  DURATION_UNITS,
  'must be a number of hours, days or months, such as 36h, 400d or 13mo',
);

/** `65536`, `512KiB`, `64MiB`, `1GiB` as a number of bytes. */
export const bytes = quantity(
  /^([1-9]\d{0,11})((?:[KMG]iB)?)$/,
  BYTE_UNITS,
  'must be a number of bytes, such as 1048576, 512KiB or 64MiB',
);

/** `a.b, c.d` as a list of attribute names, in order, without repeats. */
export const attributeNames = z.string().transform((text, context) => {
  const names = text.split(',').map((name) => name.trim());
  if (names.every((name) => /^[\x21-\x7e]{1,128}$/.test(name))) return [...new Set(names)];
  context.addIssue('must be attribute names of up to 128 characters with commas between them');
  return z.NEVER;
});

/** A URL of a PostgreSQL database. */
export const postgresUrl = z
  .string()
  .refine(
    (text) => URL.canParse(text) && /^postgres(ql)?:$/.test(new URL(text).protocol),
    'must be a PostgreSQL URL',
  );

/**
 * A key of 256 random bits. Nothing that a person could have chosen: unlike the admin key it is recognised without counting
 * the failures.
 */
export const randomKey = z
  .string()
  .regex(
    /^[0-9a-f]{64}$/,
    'must be 64 hexadecimal digits in small letters, as `openssl rand -hex 32` prints',
  );

/** An address of a website without its last slash; a path is part of it. Its text stays: others compare it. */
export const webAddress = z.string().transform((text, context) => {
  const url = URL.canParse(text) ? new URL(text) : null;
  const extra = url === null || url.username !== '' || url.password !== '' || /[?#\\\s]/.test(text);
  if (!extra && /^https?:\/\//.test(text)) return text.replace(/\/+$/, '');
  context.addIssue('must be an http or https address without user, query or fragment');
  return z.NEVER;
});

/** A number of an organisation in Grafana. */
export const grafanaOrganisation = z
  .string()
  .regex(/^[1-9]\d{0,8}$/, "must be the number of one of Grafana's organisations, such as 1")
  .transform(Number);

function quantity(form: RegExp, units: Readonly<Record<string, number>>, message: string) {
  return z.string().transform((text, context) => {
    const [, count = '', unit = ''] = form.exec(text) ?? [];
    const value = Number(count) * (units[unit] ?? Number.NaN);
    if (count !== '' && Number.isSafeInteger(value)) return value;
    context.addIssue(message);
    return z.NEVER;
  });
}
