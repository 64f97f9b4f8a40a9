import { z } from 'zod';
import { canonicalProvider } from '../usage/provider-names.js';
import { decimalText } from './decimal-text.js';

/** Exact in 1e-18 USD when multiplied by tokens per million. */
export const DECIMAL_USD = /^\d{1,9}(?:\.\d{1,12})?$/;

/** USD as decimal text, written as a number or a string; numbers by their shortest text. */
const usd = z
  .union([z.number(), z.string()], 'must be a decimal number of USD, like 2.5')
  .transform((value, context): string => {
    const text = typeof value === 'number' ? decimalText(value) : value.trim();
    if (text !== null && DECIMAL_USD.test(text)) return text;
    context.addIssue('must be a decimal number of USD from 0 with at most 12 decimals, like 2.5');
    return z.NEVER;
  });

/** A token price: plain, or with steps by the size of the whole input. */
const tokenPrice = z.union(
  [
    usd.transform((price) => ({ price, tiers: [] as { above: number; price: string }[] })),
    z.strictObject({
      price: usd,
      tiers: z.array(z.strictObject({ above: z.int().min(0).max(1e12), price: usd })).max(20),
    }),
  ],
  'must be a decimal number of USD from 0 with at most 12 decimals, like 2.5, or { price: 2.5, tiers: [{ above: 200000, price: 5 }] }',
);

const text = (most: number) =>
  z
    .string('must be a text')
    .trim()
    .min(1, 'must not be empty')
    .max(most, `must have at most ${most} characters`)
    // PostgreSQL stores no NUL and no half of a surrogate pair.
    .regex(/^[^\p{Cc}\p{Cs}]*$/u, 'must not contain control characters');
export const name = text(256);
export const note = text(1000);

/** As calls name it: `bedrock` in the file means `aws`. */
export const provider = name.transform((text) => canonicalProvider(text) ?? text.toLowerCase());

export const instant = z
  .string('must be a date like 2026-01-01 or a time like 2026-01-01T00:00:00Z')
  .transform((text, context): number => {
    const day = /^\d{4}-\d{2}-\d{2}$/.test(text);
    const time = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,3})?(?:Z|[+-]\d{2}:\d{2})$/.test(text);
    const at = Date.parse(day ? `${text}T00:00:00Z` : text);
    if (at < 0) {
      context.addIssue('must not be before 1970; leave it out for "since the beginning of time"');
      return z.NEVER;
    }
    // Date.parse rolls 30 February over to March: compare the day back.
    if ((day || time) && !Number.isNaN(at) && (!day || new Date(at).toISOString().startsWith(text)))
      return at;
    context.addIssue('must be a date like 2026-01-01 (UTC) or a time like 2026-01-01T00:00:00Z');
    return z.NEVER;
  });

/** Prices per million tokens, by the names people give their meters (`input` = what is not cached). */
export const TOKEN_PRICES = [
  'input',
  'cache_read',
  'cache_write_5m',
  'cache_write_1h',
  'input_audio',
  'cache_read_audio',
  'input_image',
  'output',
  'output_reasoning',
  'output_audio',
  'output_image',
] as const;
/** Prices per request, search, image, minute of sound and so on. */
export const UNIT_PRICES = [
  'request',
  'web_search',
  'storage_search',
  'code_execution',
  'rerank',
  'image',
  'page',
  'character',
  'audio_minute',
] as const;

/** The same schema under each name. */
export const each = <K extends string, T extends z.ZodType>(names: readonly K[], schema: T): Record<K, T> =>
  Object.fromEntries(names.map((key) => [key, schema])) as Record<K, T>;

const entry = z
  .strictObject({
    org_id: name
      .nullable()
      .default(null)
      .meta({ description: 'Makes it the contract of this organisation.' }),
    provider: provider.meta({
      description: "As in the catalogue, like openai or azure; your own for a self-hosted one; '*' any.",
    }),
    model: name.meta({ description: "'*' covers the whole provider." }),
    aliases: z
      .array(name)
      .max(1000)
      .default([])
      .meta({ description: 'More names of the model, like deployments.' }),
    service_tier: name.toLowerCase().default('standard'),
    effective_from: instant
      .nullable()
      .default(null)
      .meta({ description: 'Unset: since the beginning of time.' }),
    per_million_tokens: z.strictObject(each(TOKEN_PRICES, tokenPrice)).partial().optional(),
    per_unit: z.strictObject(each(UNIT_PRICES, usd)).partial().optional(),
    free: z
      .literal(true, 'must be true, or left out')
      .optional()
      .meta({ description: 'Every meter costs nothing.' }),
    same_as: z
      .strictObject({ provider: provider.optional(), model: name }, 'must be like { model: gpt-4o }')
      .optional()
      .meta({ description: 'Priced like this model: for deployments and aliases.' }),
    multiplier: usd
      .refine((text) => /^\d+(?:\.\d{1,6})?$/.test(text), 'must have at most 6 decimals, like 0.85')
      .optional()
      .meta({ description: 'Times the standard-tier price otherwise in force: 0.85 is a discount of 15 %.' }),
    note: note.optional().meta({ description: 'Why; kept with the price.' }),
  })
  .superRefine((given, context) => {
    const prices = given.per_million_tokens !== undefined || given.per_unit !== undefined;
    const basis = given.same_as !== undefined || given.multiplier !== undefined;
    if ([prices, given.free === true, basis].filter(Boolean).length !== 1) {
      context.addIssue(
        'must have prices (per_million_tokens: { input: 2.5, output: 10 }, per_unit: { web_search: 0.01 }), or free: true, or same_as / multiplier: exactly one of the three',
      );
    }
  });

/** A whole prices file. */
export const pricesFileSchema = z.strictObject(
  { prices: z.array(entry, 'must be a list of prices').max(100_000) },
  'must be like: prices: [{ provider: openai, model: gpt-4o, per_million_tokens: { input: 2.5, output: 10 } }]',
);
export type PriceEntry = z.output<typeof entry>;
