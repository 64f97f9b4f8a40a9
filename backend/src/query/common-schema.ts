import { z } from 'zod';

/** Schemas that several endpoints of this room share. */

/** A name or id as the database can hold it: PostgreSQL text has no NUL. */
export const textSchema = z
  .string()
  .max(1024)
  .refine((text) => !text.includes('\0'), 'Must not contain a NUL character.');

const YEAR_10000 = Date.UTC(10_000, 0);

/** True for a Unix ms that every layer can write with a year of four digits; no event is older than 1970. */
export const isStorable = (at: number): boolean => at >= 0 && at < YEAR_10000;

/** An instant in RFC 3339 with its zone, as Unix ms. */
export const instantSchema = z.iso
  .datetime({ offset: true, error: 'Write a time like 2026-11-22T00:00:00Z or 2026-11-22T01:00:00+01:00.' })
  .transform((text) => Date.parse(text))
  .refine(isStorable, 'Must be between 1970 and 9999.');

/** A query parameter that may be repeated: `model=a&model=b` means either. */
export function repeatable<T extends z.ZodType<string>>(value: T) {
  return z
    .union([value, z.array(value).max(100)])
    .transform((given): z.output<T>[] => [given].flat() as z.output<T>[]);
}

/** A whole number in a query string, within limits. */
export function countParameter(fallback: number, max: number) {
  const range = `Must be a whole number from 1 to ${max}.`;
  return z
    .string()
    .regex(/^\d{1,9}$/, range)
    .default(String(fallback))
    .transform(Number)
    .refine((count) => count >= 1 && count <= max, range)
    .meta({ description: `1 to ${max}; ${fallback} unless told.` });
}

/** USD on the wire: a decimal string, never a float. */
export const moneySchema = z
  .string()
  .regex(/^-?\d+(\.\d{1,18})?$/)
  .meta({ id: 'Money', description: 'USD as a decimal string, exact to 18 decimals.', example: '0.00522' });

export const timeSchema = z.iso
  .datetime({ precision: 3 })
  .meta({ id: 'Time', description: 'RFC 3339, UTC, milliseconds.', example: '2026-11-22T18:00:00.000Z' });

/** A named schema or null. (`.nullable()` on a named schema makes the OpenAPI component itself null.) */
export const orNull = <T extends z.ZodType>(schema: T) => z.union([schema, z.null()]);

/** An instant in Unix ms as the wire has it. */
export const isoTime = (at: number): string => new Date(at).toISOString();

/** A number that came as decimal text; null is unknown. */
export const numberOf = (text: string | null): number | null => (text === null ? null : Number(text));
