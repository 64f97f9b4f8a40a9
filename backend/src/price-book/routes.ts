import { z } from 'zod';
import { allowedOrganisations, type Allowed } from '../access/allowed.js';
import { Problem } from '../http/problem.js';
import { route } from '../http/route.js';
import type { Route } from '../http/route.js';
import { PRICE_SOURCES } from '../pricing/price-version.js';
import { createPriceChangeRoutes } from './change-routes.js';
import type { PriceChangeDeps } from './change-routes.js';
import { changeSchema, viewChanges } from './change-view.js';
import { changeWarnings } from './change-warnings.js';
import { pricesFileProblem } from './file-problem.js';
import type { PriceBookService, Reloaded } from './price-book.js';
import { priceVersionSchema, viewVersionTo } from './price-view.js';
import { instant, name, provider } from './prices-file-schema.js';
import { listVersions } from './store.js';
import { timelineOf, VERSION_STATES } from './timeline.js';

const MAX_LIMIT = 1000;

const listQuery = z.strictObject({
  provider: provider.optional(),
  model: name.optional().meta({ description: 'Name of the entry, or a name it matches whole.' }),
  source: z.enum(PRICE_SOURCES).optional(),
  limit: z.coerce.number().int().min(1).max(MAX_LIMIT).default(100),
  cursor: z
    .string()
    .regex(/^\d{1,18}$/, 'Use next_cursor of the page before.')
    .optional(),
});

const pageSchema = z
  .object({ prices: z.array(priceVersionSchema), next_cursor: z.string().nullable() })
  .meta({ id: 'PriceVersionPage' });

const modelQuery = z.strictObject({
  provider,
  model: name.meta({ description: 'As a call names it.' }),
  org_id: name.optional().meta({ description: 'With the contracts of this organisation.' }),
  service_tier: name.toLowerCase().optional(),
  at: instant.optional().meta({ description: 'Which price is in force then; left out: now.' }),
});

const timelineSchema = z
  .object({
    in_force: z
      .union([z.object({ price: priceVersionSchema, multiplier: z.string() }), z.null()])
      .meta({ description: 'The version whose meters decide, times multiplier; null: no price.' }),
    pending_reason: z.string().nullable().meta({ description: 'Why there is no price.' }),
    versions: z
      .array(z.object({ state: z.enum(VERSION_STATES), price: priceVersionSchema }))
      .meta({ description: 'Strongest source first, then oldest first.' }),
  })
  .meta({ id: 'ModelPrices' });

const reloadedSchema = z
  .object({
    catalogue_version: z.string(),
    catalogue_added: z.number(),
    prices_file_added: z.number().nullable().meta({ description: 'null: PRICES_FILE is not set.' }),
    changes: changeSchema.shape.changes,
    warnings: z.array(z.string()),
  })
  .meta({ id: 'PricesReloaded' });

export interface PriceBookRoutesDeps extends PriceChangeDeps {
  readonly prices: Pick<PriceBookService, 'current' | 'load' | 'plan' | 'planReload' | 'record' | 'reload'>;
}

/** `/api/v1/prices`: the price book, changing it by hand, and reading its sources again. */
export function createPriceBookRoutes(deps: PriceBookRoutesDeps): Route[] {
  return [listRoute(deps), modelRoute(deps), ...reloadRoutes(deps), ...createPriceChangeRoutes(deps)];
}

function listRoute({ db }: PriceBookRoutesDeps): Route {
  return route({
    method: 'get',
    path: '/api/v1/prices',
    tag: 'Prices',
    scope: 'read',
    summary: 'Price versions, newest first',
    description: 'A key bound to an organisation sees its own contracts only.',
    query: listQuery,
    responses: { 200: { description: 'A page of price versions.', schema: pageSchema } },
    handle: async ({ caller, query: { provider, model, source, limit, cursor } }) => {
      const allowed = allowedOrganisations(caller);
      const filter = { provider, model, source, before: cursor ?? null, limit: limit + 1 };
      const versions = await listVersions(db, filter, allowed);
      const page = versions.slice(0, limit);
      const next = versions.length > limit ? (page.at(-1)?.id ?? null) : null;
      const body = { prices: page.map(viewVersionTo(allowed)), next_cursor: next };
      return { body: body satisfies z.input<typeof pageSchema> };
    },
  });
}

function modelRoute({ prices, now }: PriceBookRoutesDeps): Route {
  return route({
    method: 'get',
    path: '/api/v1/prices/model',
    tag: 'Prices',
    scope: 'read',
    summary: 'The prices of one model: every version, and which is in force',
    description: 'A key bound to an organisation sees its own contracts only.',
    query: modelQuery,
    responses: {
      200: { description: 'The timeline of the model.', schema: timelineSchema },
      403: { description: 'The key is bound to another organisation.' },
    },
    handle: async ({ caller, query }) => {
      const allowed = allowedOrganisations(caller, query.org_id === undefined ? undefined : [query.org_id]);
      await prices.load();
      const at = query.at ?? now();
      const name = { ...query, orgId: contractsOf(allowed), serviceTier: query.service_tier ?? null };
      const found = prices.current().resolve({ ...name, models: [name.model] }, at);
      const view = viewVersionTo(allowed);
      const inForce =
        'pending' in found ? null : { price: view(found.version), multiplier: found.multiplier };
      const versions = timelineOf(prices.current(), name, at).map(({ state, version }) => ({
        state,
        price: view(version),
      }));
      const body = {
        in_force: inForce,
        pending_reason: 'pending' in found ? found.pending : null,
        versions,
      };
      return { body: body satisfies z.input<typeof timelineSchema> };
    },
  });
}

/** The organisation whose contracts count; null: only the team may see those of all together. */
function contractsOf({ organisations }: Allowed): string | null {
  if (organisations === null) return null;
  const [only, ...more] = organisations;
  if (only !== undefined && more.length === 0) return only;
  throw new Problem(400, 'invalid_request', 'org_id: name one of the organisations you may read.', {
    errors: [{ field: 'org_id', message: 'Name one of the organisations you may read.' }],
  });
}

function reloadRoutes({ prices, onChange, now }: PriceBookRoutesDeps): Route[] {
  const view = (reloaded: Reloaded, dryRun: boolean): z.input<typeof reloadedSchema> => ({
    catalogue_version: reloaded.catalogueVersion,
    catalogue_added: reloaded.catalogueAdded,
    prices_file_added: reloaded.fileAdded,
    changes: viewChanges(reloaded.change, dryRun, now()),
    warnings: [...changeWarnings(reloaded.change, null, now())],
  });
  const responses = {
    200: { description: 'What was added, or would be.', schema: reloadedSchema },
    422: { description: 'The prices file is wrong; nothing was changed.' },
  };
  const refuse = (error: unknown): never => {
    throw pricesFileProblem(error);
  };
  return [
    route({
      method: 'get',
      path: '/api/v1/prices/diff',
      tag: 'Prices',
      scope: 'admin',
      summary: 'What reading PRICES_FILE and the bundled catalogue again would change',
      responses,
      handle: async () => ({ body: view(await prices.planReload().catch(refuse), true) }),
    }),
    route({
      method: 'post',
      path: '/api/v1/prices/reload',
      tag: 'Prices',
      scope: 'admin',
      summary: 'Read PRICES_FILE and the bundled catalogue again',
      responses,
      handle: async () => {
        const reloaded = await prices.reload().catch(refuse);
        if (reloaded.change.added.length > 0) onChange();
        return { body: view(reloaded, false) };
      },
    }),
  ];
}
