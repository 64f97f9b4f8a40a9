import { z } from 'zod';
import { UNATTRIBUTED } from '../ledger/event.js';
import { formatMoney } from '../ledger/money.js';
import type { PriceBook } from '../pricing/price-book.js';
import { explainWithVersions, type BillableCall } from '../pricing/price-usage.js';
import { PRICE_SOURCES, type CostComponent, type PriceVersion } from '../pricing/price-version.js';
import { COST_QUALITIES } from '../usage/usage.js';
import { isoTime, moneySchema, orNull, timeSchema } from './common-schema.js';
import type { EventRow } from './event-store.js';
import { usageOf } from '../event-store/stored-usage.js';
import { eventSchema, eventView } from './event-view.js';
import { whatToDo } from './what-to-do.js';

const versionFields = {
  price_version_id: z.string(),
  source: z.enum(PRICE_SOURCES),
  source_version: z.string(),
  effective_from: orNull(timeSchema).meta({ description: 'null = since the beginning of time.' }),
};

export const costExplanationSchema = z
  .object({
    event: eventSchema,
    components: z.array(
      z.object({
        meter: z.string(),
        quantity: z.number(),
        price: z.string().meta({ description: 'Decimal USD per `per` units.' }),
        per: z.number(),
        ...versionFields,
        cost_usd: moneySchema,
      }),
    ),
    price_versions: z
      .array(
        z.object({ ...versionFields, provider: z.string(), model: z.string(), service_tier: z.string() }),
      )
      .meta({
        description: 'The versions stored with the event: newer ones change nothing in this explanation.',
      }),
    total_cost_usd: orNull(moneySchema).meta({
      description: 'Sum of the components; null when nothing is explained.',
    }),
    stored_cost_usd: orNull(moneySchema),
    quality: z.enum(COST_QUALITIES).nullable(),
    reason: z.string().nullable(),
    message: z.string().meta({ description: 'What the cost rests on, or what to do to get one.' }),
  })
  .meta({ id: 'CostExplanation' });
export type CostExplanation = z.output<typeof costExplanationSchema>;

/**
 * Computes a stored cost again from the price versions stored with it, line by line: what is explained is the cost in the
 * ledger, whatever prices came later.
 */
export function explainStoredCost(row: EventRow, book: PriceBook): CostExplanation {
  const event = eventView(row);
  const byId = new Map(book.versions.map((version) => [version.id, version]));
  const versions = event.price_version_ids.flatMap((id) => byId.get(id) ?? []);
  const pricing =
    row.cost_status === 'priced' ? explainWithVersions(callOf(row), endOf(row), versions) : null;
  const components = pricing?.status === 'priced' ? pricing.components : [];
  const total = pricing?.status === 'priced' ? formatMoney(pricing.costUsd) : null;
  return {
    event,
    components: components.map((component) => componentView(component, versions)),
    price_versions: versions.map((version) => ({
      ...versionView(version),
      provider: version.provider,
      model: version.model,
      service_tier: version.serviceTier,
    })),
    total_cost_usd: total,
    stored_cost_usd: row.cost_usd,
    quality: row.cost_quality,
    reason: row.cost_reason,
    message: messageOf(row, total, event.price_version_ids.length - versions.length),
  };
}

function messageOf(row: EventRow, total: string | null, unknownVersions: number): string {
  if (row.cost_status === null)
    return 'A step of the request, not a call to a model: it has no cost of its own.';
  if (row.cost_status !== 'priced') return whatToDo(row.cost_reason) ?? '';
  if (unknownVersions > 0) {
    return `${unknownVersions} of the price versions stored with this cost are not in this server's price book. If the server was started just now, ask again.`;
  }
  if (total !== row.cost_usd) {
    return 'The stored cost does not follow from its stored usage and price versions. Please report this as a bug, with this answer.';
  }
  return 'The components add up to the stored cost, to the last digit.';
}

/** A stored event as the call it was when it was priced. */
function callOf(row: EventRow): BillableCall {
  return {
    orgId: row.org_id === UNATTRIBUTED ? null : row.org_id,
    provider: row.provider,
    models: [row.response_model, row.request_model].filter((model) => model !== null),
    serviceTier: row.service_tier,
    usage: usageOf(row),
    usageQuality: row.usage_quality,
    usageProblem: row.usage_problem as BillableCall['usageProblem'],
  };
}

/** Unix ms. The end of a call decides its price. */
const endOf = (row: EventRow): number =>
  row.started_at.getTime() + Math.floor(Number(row.duration_us) / 1000);

function versionView(version: PriceVersion) {
  return {
    price_version_id: version.id,
    source: version.source,
    source_version: version.sourceVersion,
    effective_from: Number.isFinite(version.effectiveFrom) ? isoTime(version.effectiveFrom) : null,
  };
}

function componentView(
  component: CostComponent,
  versions: readonly PriceVersion[],
): CostExplanation['components'][number] {
  const version = versions.find(({ id }) => id === component.priceVersionId);
  if (!version) throw new RangeError(`no price version ${component.priceVersionId}`);
  const { meter, quantity, price, per, cost } = component;
  return { meter, quantity, price, per, ...versionView(version), cost_usd: formatMoney(cost) };
}
