import { z } from 'zod';
import { liveVersions, placeOf } from '../pricing/live-versions.js';
import type { PriceVersion } from '../pricing/price-version.js';
import type { ChangePreview, TouchedCalls } from './change-preview.js';
import type { ChangedPrices } from './price-book.js';
import { priceDraftSchema, priceVersionSchema, viewDraft, viewVersion } from './price-view.js';

const usd = z.string().meta({ description: 'Decimal USD.' });
const calls = z.number().int();
const touched = {
  newly_priced: z.object({ calls, cost_usd: usd }).meta({ description: 'Pending calls that get a cost.' }),
  corrected: z
    .object({ calls, before_usd: usd, after_usd: usd })
    .meta({ description: 'Priced calls whose cost changes.' }),
  newly_pending: z
    .object({ calls, before_usd: usd })
    .meta({ description: 'Priced calls whose price is taken back with none in its place.' }),
};
const previewSchema = z
  .object({
    open_days: z.object(touched),
    closed_days: z.object(touched).meta({ description: 'The difference is posted as adjustments.' }),
    retired_days: z.object({
      ...touched,
      out_of_reach_usd: usd.meta({ description: 'Cost that stays as it is: its events are gone.' }),
    }),
  })
  .meta({ id: 'PriceChangePreview' });

/** What a change of prices does, or would do. */
export const changeSchema = z
  .object({
    dry_run: z.boolean().meta({ description: 'True: nothing was changed.' }),
    changes: z.array(
      z.object({
        change: z
          .enum(['added', 'changed', 'ended', 'withdrawn'])
          .meta({ description: 'changed: another price was recorded for the same entry and date.' }),
        id: z.string().nullable().meta({ description: 'null: dry run.' }),
        price: priceDraftSchema,
        before: z.union([z.object({ price: priceVersionSchema, multiplier: z.string() }), z.null()]).meta({
          description:
            'What decides without the change, at effective_from (now, where that is unset), times multiplier; null: no price, or an entry for a whole provider.',
        }),
      }),
    ),
    warnings: z.array(z.string()),
    preview: z
      .union([previewSchema, z.null()])
      .meta({ description: 'How many calls and how much money it touches; only of a dry run.' }),
  })
  .meta({ id: 'PriceChange' });
type ChangeBody = z.input<typeof changeSchema>;

/** @param now Unix ms */
export function viewChanges(change: ChangedPrices, dryRun: boolean, now: number): ChangeBody['changes'] {
  const places = new Set(liveVersions(change.before.versions).map(placeOf));
  return change.added.map((version) => ({
    change: kindOf(version, places.has(placeOf(version))),
    id: dryRun ? null : version.id,
    price: viewDraft(version),
    before: priceBefore(version, change, now),
  }));
}

function kindOf(version: PriceVersion, known: boolean): ChangeBody['changes'][number]['change'] {
  if (version.withdrawn) return 'withdrawn';
  if (version.ended) return 'ended';
  return known ? 'changed' : 'added';
}

function priceBefore(
  { orgId, provider, model, serviceTier, effectiveFrom }: PriceVersion,
  { before }: ChangedPrices,
  now: number,
): ChangeBody['changes'][number]['before'] {
  const at = Number.isFinite(effectiveFrom) ? effectiveFrom : now;
  const found = before.resolve({ orgId, provider, models: [model], serviceTier }, at);
  return 'pending' in found || model === '*'
    ? null
    : { price: viewVersion(found.version), multiplier: found.multiplier };
}

export const viewPreview = ({ openDays, closedDays, retiredDays }: ChangePreview) => ({
  open_days: viewTouched(openDays),
  closed_days: viewTouched(closedDays),
  retired_days: { ...viewTouched(retiredDays), out_of_reach_usd: retiredDays.outOfReachUsd },
});

const viewTouched = ({ newlyPriced, corrected, newlyPending }: TouchedCalls) => ({
  newly_priced: { calls: newlyPriced.calls, cost_usd: newlyPriced.costUsd },
  corrected: {
    calls: corrected.calls,
    before_usd: corrected.beforeUsd,
    after_usd: corrected.afterUsd,
  },
  newly_pending: { calls: newlyPending.calls, before_usd: newlyPending.beforeUsd },
});
