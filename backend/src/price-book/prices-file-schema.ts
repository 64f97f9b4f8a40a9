import { z } from 'zod';
import { canonicalProvider } from '../usage/provider-names.js';
import { decimalText } from './decimal-text.js';

/** USD as decimal text, written as a number or a string; numbers by their shortest text. */
const usd = z
  .union([z.number(), z.string()], 'must be a decimal number of USD, like 2.5')
  .transform((value, context): string => {
    const text = typeof value === 'number' ? decimalText(value) : value.trim();
    if (text !== null && /^\d{1,9}(?:\.\d{1,12})?$/.test(text)) return text;
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

const name = z
  .string('must be a text')
  .trim()
  .min(1, 'must not be empty')
  .max(256, 'must have at most 256 characters');

/** As calls name it: `bedrock` in the file means `aws`. */
const provider = name.transform((text) => canonicalProvider(text) ?? text.toLowerCase());

const instant = z
  .string('must be a date like 2026-01-01 or a time like 2026-01-01T00:00:00Z')
  .transform((text, context): number => {
    const day = /^\d{4}-\d{2}-\d{2}$/.test(text);
    const time = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,3})?(?:Z|[+-]\d{2}:\d{2})$/.test(text);
    const at = Date.parse(day ? `${text}T00:00:00Z` : text);
    // Date.parse rolls 30 February over to March: compare the day back.
    if ((day || time) && !Number.isNaN(at) && (!day || new Date(at).toISOString().startsWith(text)))
      return at;
    context.addIssue('must be a date like 2026-01-01 (UTC) or a time like 2026-01-01T00:00:00Z');
    return z.NEVER;
  });

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
    per_million_tokens: z
      .strictObject({
        input: tokenPrice,
        cache_read: tokenPrice,
        cache_write_5m: tokenPrice,
        cache_write_1h: tokenPrice,
        input_audio: tokenPrice,
        cache_read_audio: tokenPrice,
        input_image: tokenPrice,
        output: tokenPrice,
        output_reasoning: tokenPrice,
        output_audio: tokenPrice,
        output_image: tokenPrice,
      })
      .partial()
      .optional(),
    per_unit: z
      .strictObject({
        request: usd,
        web_search: usd,
        storage_search: usd,
        code_execution: usd,
        rerank: usd,
        image: usd,
        page: usd,
        character: usd,
        audio_minute: usd,
      })
      .partial()
      .optional(),
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
