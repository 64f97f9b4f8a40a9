import { z } from 'zod';
import type { Allowed } from '../access/allowed.js';
import { PRICE_SOURCES } from '../pricing/price-version.js';
import type { PriceVersion, PriceVersionDraft } from '../pricing/price-version.js';
import { COST_QUALITIES } from '../usage/usage.js';

const meters = z.record(
  z.string(),
  z.object({
    price: z.string().meta({ description: 'Decimal USD per `per` units.' }),
    per: z.number(),
    tiers: z.array(z.object({ above: z.number(), price: z.string() })).optional(),
    quality: z.enum(COST_QUALITIES).optional(),
  }),
);

const fields = {
  source: z.enum(PRICE_SOURCES),
  source_version: z.string(),
  org_id: z.string().nullable(),
  provider: z.string(),
  model: z.string(),
  names: z.array(z.string()).meta({ description: 'Model names it holds for; * = the whole provider.' }),
  service_tier: z.string(),
  effective_from: z.iso.datetime().nullable().meta({ description: 'null = since the beginning of time.' }),
  certain_from: z.iso.datetime().nullable().meta({ description: 'Costs of calls before it are estimated.' }),
  recorded_at: z.iso.datetime(),
  meters,
  windows: z.array(z.object({ from: z.number(), to: z.number(), meters })).meta({
    description: 'Hours with prices of their own, in seconds of the UTC day.',
  }),
  basis: z
    .object({ provider: z.string().nullable(), model: z.string().nullable(), multiplier: z.string() })
    .nullable(),
  empty: z
    .boolean()
    .meta({ description: 'The catalogue tells no price: calls stay pending, they are not free.' }),
  refused: z.string().nullable().meta({ description: 'Why the catalogue price is not used.' }),
  ended: z
    .boolean()
    .meta({ description: 'The entry has no price from effective_from on: the next one decides.' }),
  withdrawn: z.boolean().meta({ description: 'Takes back what was said at this effective_from.' }),
  by_hand: z.boolean().meta({ description: 'Recorded through the API: no PRICES_FILE takes it back.' }),
  author: z
    .string()
    .nullable()
    .meta({ description: 'Who recorded it by hand: the id of a key, or local-admin.' }),
  note: z
    .string()
    .nullable()
    .meta({ description: 'Why. A key bound to an organisation sees neither author nor note.' }),
};

/** A price without a number: one that is only planned. */
export const priceDraftSchema = z.object(fields).meta({ id: 'PriceDraft' });
export const priceVersionSchema = z.object({ id: z.string(), ...fields }).meta({ id: 'PriceVersion' });

/** The beginning of time is null. */
export const viewTime = (ms: number): string | null => (ms === -Infinity ? null : new Date(ms).toISOString());

export function viewDraft(version: PriceVersionDraft): z.input<typeof priceDraftSchema> {
  return {
    source: version.source,
    source_version: version.sourceVersion,
    org_id: version.orgId,
    provider: version.provider,
    model: version.model,
    names: version.match.map((match) => (match.kind === 'any' ? '*' : match.model)),
    service_tier: version.serviceTier,
    effective_from: viewTime(version.effectiveFrom),
    certain_from: viewTime(version.certainFrom),
    recorded_at: new Date(version.recordedAt).toISOString(),
    meters: version.meters as z.input<typeof meters>,
    windows: version.windows.map((window) => ({
      ...window,
      meters: window.meters as z.input<typeof meters>,
    })),
    basis: version.basis,
    empty: version.empty,
    refused: version.refused,
    ended: version.ended,
    withdrawn: version.withdrawn,
    by_hand: version.byHand,
    author: version.author,
    note: version.note,
  };
}

/** What may be shown: why a price was recorded is the team's own business. */
export const viewVersionTo =
  ({ audience }: Allowed) =>
  (version: PriceVersion): z.input<typeof priceVersionSchema> => ({
    ...viewVersion(version),
    ...(audience === 'customer' && { author: null, note: null }),
  });

export const viewVersion = (version: PriceVersion): z.input<typeof priceVersionSchema> => ({
  id: version.id,
  ...viewDraft(version),
});
