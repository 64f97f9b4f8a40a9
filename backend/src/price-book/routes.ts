import { z } from 'zod';
import type { Db } from '../db/db.js';
import { Problem } from '../http/problem.js';
import { route } from '../http/route.js';
import type { Route } from '../http/route.js';
import { PRICE_SOURCES } from '../pricing/price-version.js';
import type { PriceVersion } from '../pricing/price-version.js';
import { COST_QUALITIES } from '../usage/usage.js';
import type { PriceBookService } from './price-book.js';
import { PricesFileProblem } from './prices-file.js';
import { listVersions } from './store.js';

const MAX_LIMIT = 1000;

const query = z.strictObject({
  provider: z.string().max(256).optional(),
  model: z
    .string()
    .max(256)
    .optional()
    .meta({ description: 'Name of the entry, or a name it matches whole.' }),
  source: z.enum(PRICE_SOURCES).optional(),
  limit: z.coerce.number().int().min(1).max(MAX_LIMIT).default(100),
  cursor: z
    .string()
    .regex(/^\d{1,18}$/, 'Use next_cursor of the page before.')
    .optional(),
});

const meters = z.record(
  z.string(),
  z.object({
    price: z.string().meta({ description: 'Decimal USD per `per` units.' }),
    per: z.number(),
    tiers: z.array(z.object({ above: z.number(), price: z.string() })).optional(),
    quality: z.enum(COST_QUALITIES).optional(),
  }),
);

const priceVersionSchema = z
  .object({
    id: z.string(),
    source: z.enum(PRICE_SOURCES),
    source_version: z.string(),
    org_id: z.string().nullable(),
    provider: z.string(),
    model: z.string(),
    names: z.array(z.string()).meta({ description: 'Model names it holds for; * = the whole provider.' }),
    service_tier: z.string(),
    effective_from: z.iso.datetime().nullable().meta({ description: 'null = since the beginning of time.' }),
    certain_from: z.iso
      .datetime()
      .nullable()
      .meta({ description: 'Costs of calls before it are estimated.' }),
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
    withdrawn: z.boolean(),
  })
  .meta({ id: 'PriceVersion' });

const pageSchema = z
  .object({ prices: z.array(priceVersionSchema), next_cursor: z.string().nullable() })
  .meta({ id: 'PriceVersionPage' });

const reloadedSchema = z
  .object({
    catalogue_version: z.string(),
    catalogue_added: z.number(),
    prices_file_added: z.number().nullable().meta({ description: 'null: PRICES_FILE is not set.' }),
  })
  .meta({ id: 'PricesReloaded' });

/** `/api/v1/prices`: the price book, and reading its sources again. `onChange` runs after versions were added. */
export function createPriceBookRoutes(deps: {
  readonly db: Db;
  readonly prices: Pick<PriceBookService, 'reload'>;
  readonly onChange?: () => void;
}): Route[] {
  return [
    route({
      method: 'get',
      path: '/api/v1/prices',
      tag: 'Prices',
      scope: 'read',
      summary: 'Price versions, newest first',
      description: 'A key bound to an organisation sees its own contracts only.',
      query,
      responses: { 200: { description: 'A page of price versions.', schema: pageSchema } },
      handle: async ({ caller, query: { provider, model, source, limit, cursor } }) => {
        const filter = {
          provider,
          model,
          source,
          orgId: caller.orgId,
          before: cursor ?? null,
          limit: limit + 1,
        };
        const versions = await listVersions(deps.db, filter);
        const page = versions.slice(0, limit);
        const next = versions.length > limit ? (page.at(-1)?.id ?? null) : null;
        return { body: { prices: page.map(view), next_cursor: next } satisfies z.input<typeof pageSchema> };
      },
    }),
    route({
      method: 'post',
      path: '/api/v1/prices/reload',
      tag: 'Prices',
      scope: 'admin',
      summary: 'Read PRICES_FILE and the bundled catalogue again',
      responses: {
        200: { description: 'How many versions were added.', schema: reloadedSchema },
        422: { description: 'The prices file is wrong; nothing was changed.' },
      },
      handle: async () => {
        const { catalogueVersion, catalogueAdded, fileAdded } = await deps.prices.reload().catch(toProblem);
        if (catalogueAdded + (fileAdded ?? 0) > 0) deps.onChange?.();
        const body = {
          catalogue_version: catalogueVersion,
          catalogue_added: catalogueAdded,
          prices_file_added: fileAdded,
        };
        return { body: body satisfies z.input<typeof reloadedSchema> };
      },
    }),
  ];
}

function toProblem(error: unknown): never {
  if (!(error instanceof PricesFileProblem)) throw error;
  const errors = error.errors.map(({ path, line, message }) => ({
    field: path,
    message: line === null ? message : `line ${line}: ${message}`,
  }));
  throw new Problem(422, 'prices_file', error.message, { errors, cause: error });
}

const time = (ms: number): string | null => (ms === -Infinity ? null : new Date(ms).toISOString());

function view(version: PriceVersion): z.input<typeof priceVersionSchema> {
  return {
    id: version.id,
    source: version.source,
    source_version: version.sourceVersion,
    org_id: version.orgId,
    provider: version.provider,
    model: version.model,
    names: version.match.map((match) => (match.kind === 'any' ? '*' : match.model)),
    service_tier: version.serviceTier,
    effective_from: time(version.effectiveFrom),
    certain_from: time(version.certainFrom),
    recorded_at: new Date(version.recordedAt).toISOString(),
    meters: version.meters as z.input<typeof meters>,
    windows: version.windows.map((window) => ({
      ...window,
      meters: window.meters as z.input<typeof meters>,
    })),
    basis: version.basis,
    empty: version.empty,
    refused: version.refused,
    withdrawn: version.withdrawn,
  };
}
