import { z } from 'zod';
import { isBedrockRegion } from './in-region.js';
import {
  DECIMAL_USD,
  each,
  instant,
  name,
  note,
  provider,
  TOKEN_PRICES,
  UNIT_PRICES,
} from './prices-file-schema.js';
import type { PriceEntry } from './prices-file-schema.js';

const NO_FLOAT =
  'must be a decimal string like "2.5", in quotes: a JSON number is a float, and money is none';

/** USD as decimal text. */
const usd = z
  .string(NO_FLOAT)
  .trim()
  .regex(DECIMAL_USD, 'must be a decimal string of USD from 0 with at most 12 decimals, like "2.5"');
const prices = z.strictObject(each(TOKEN_PRICES, usd)).partial();

const entryName = {
  provider: provider.meta({ description: "As in the catalogue, like openai or azure; '*' any." }),
  model: name.meta({ description: "As the catalogue or your calls name it; '*' covers the whole provider." }),
  org_id: name
    .nullable()
    .default(null)
    .meta({ description: 'Makes it the contract of this organisation; else an override for all.' }),
  service_tier: name.toLowerCase().default('standard').meta({ description: 'batch, flex, priority, …' }),
};
const dryRun = z
  .boolean('must be true or false')
  .default(false)
  .meta({ description: 'Change nothing; tell what would change.' });

/** A price recorded by hand. */
export const setPriceSchema = z
  .strictObject({
    ...entryName,
    aliases: z.array(name).max(1000).default([]).meta({ description: 'More names, like deployments.' }),
    region: name
      .toLowerCase()
      .optional()
      .meta({ description: 'Bedrock only: us, eu, apac, global, … as inference profiles have it.' }),
    effective_from: instant
      .nullable()
      .default(null)
      .meta({ description: 'A date (UTC) or time; null or left out: since the beginning of time.' }),
    prices: prices.optional().meta({ description: 'USD per million tokens, decimal strings.' }),
    tiers: z
      .array(
        z.strictObject({
          above: z.int('must be a whole number of input tokens').min(0).max(1e12),
          prices,
        }),
      )
      .max(20)
      .default([])
      .meta({ description: 'Prices of the whole call when its input tokens are more than `above`.' }),
    per_unit: z
      .strictObject(each(UNIT_PRICES, usd))
      .partial()
      .optional()
      .meta({ description: 'USD per request, web search, image, …' }),
    same_as: z
      .strictObject({ provider: provider.optional(), model: name }, 'must be like {"model": "gpt-4o"}')
      .optional()
      .meta({ description: 'Priced like this model: for deployments and aliases.' }),
    multiplier: usd
      .regex(/^\d+(?:\.\d{1,6})?$/, 'must have at most 6 decimals, like "0.85"')
      .optional()
      .meta({ description: 'Times the standard-tier price otherwise in force: "0.85" is 15 % off.' }),
    free: z.literal(true, 'must be true, or left out').optional().meta({ description: 'Costs nothing.' }),
    note: note.nullable().default(null).meta({ description: 'Why; kept with the price.' }),
    dry_run: dryRun,
  })
  .superRefine((given, context) => {
    const add = (path: (string | number)[], message: string): void =>
      context.addIssue({ code: 'custom', path, message });
    const named = Object.keys(given.prices ?? {}).length + Object.keys(given.per_unit ?? {}).length > 0;
    const kinds = [named, given.free === true, given.same_as !== undefined || given.multiplier !== undefined];
    if (kinds.filter(Boolean).length !== 1) {
      add(
        ['prices'],
        'give exactly one of: prices (like {"input": "2.5", "output": "10"}) and per_unit; free: true; same_as and multiplier',
      );
    }
    for (const [index, tier] of given.tiers.entries()) {
      for (const meter of TOKEN_PRICES) {
        if (tier.prices[meter] !== undefined && given.prices?.[meter] === undefined)
          add(['tiers', index, 'prices', meter], `has no price below the step: give prices.${meter} too`);
      }
    }
    if (given.region === undefined) return;
    if (given.provider !== 'aws') {
      add(
        ['region'],
        `only Bedrock (provider aws) tells the region in the model's name. Elsewhere give the deployment a price of its own: its name as model`,
      );
    } else if (!isBedrockRegion(given.region)) {
      add(
        ['region'],
        'must be the head of an inference profile: us, eu, apac, jp, au, ca, us-gov, global, …',
      );
    } else if (given.model === '*') add(['region'], 'needs the name of a model, not *');
  })
  .meta({ id: 'SetPrice' });
export type SetPrice = z.output<typeof setPriceSchema>;

/** The end of an entry. */
export const expirePriceSchema = z
  .strictObject({
    ...entryName,
    from: instant.meta({ description: 'From then on the next entry or source decides.' }),
    note: note.nullable().default(null),
    dry_run: dryRun,
  })
  .meta({ id: 'ExpirePrice' });

/** A version taken back. */
export const withdrawPriceSchema = z
  .strictObject({
    id: z
      .string('must be the id of a price version')
      .regex(/^[1-9]\d{0,17}$/, 'must be the id of a price version'),
    note: note.nullable().default(null),
    dry_run: dryRun,
  })
  .meta({ id: 'WithdrawPrice' });

/** A prices file as text. */
export const importPricesSchema = z
  .strictObject({
    file: name.default('prices').meta({ description: 'Its name, for messages.' }),
    text: z.string('must be the text of a prices file, JSON or YAML'),
    note: note.nullable().default(null).meta({ description: 'For the entries without a note of their own.' }),
    dry_run: dryRun,
  })
  .meta({ id: 'ImportPrices' });

/** The same as an entry of a prices file. */
export function toEntry(given: SetPrice): PriceEntry {
  const tokens = TOKEN_PRICES.flatMap((meter) => {
    const price = given.prices?.[meter];
    if (price === undefined) return [];
    const tiers = given.tiers.flatMap((tier) => {
      const above = tier.prices[meter];
      return above === undefined ? [] : [{ above: tier.above, price: above }];
    });
    return [[meter, { price, tiers }] as const];
  });
  return {
    org_id: given.org_id,
    provider: given.provider,
    model: given.model,
    aliases: given.aliases,
    service_tier: given.service_tier,
    effective_from: given.effective_from,
    per_million_tokens: Object.fromEntries(tokens),
    per_unit: given.per_unit,
    same_as: given.same_as,
    multiplier: given.multiplier,
    free: given.free,
    note: given.note ?? undefined,
  };
}
