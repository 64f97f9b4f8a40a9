import type { allowedOrganisations } from '../access/allowed.js';
import type { Db } from '../db/db.js';
import type { Route } from '../http/route.js';
import type { PriceBook } from '../pricing/price-book.js';
import { createEventRoutes } from './event-routes.js';
import { createTraceRoutes } from './trace-routes.js';
import { createUsageRoutes } from './usage-routes.js';

export interface QueryDeps {
  readonly db: Db;
  /** The prices in force now: asked for each request, as the book is replaced when prices change. */
  readonly priceBook: () => PriceBook;
  readonly allowed: typeof allowedOrganisations;
  /** Resolves once the aggregate shows every event committed before the call. */
  readonly fresh: () => Promise<void>;
  /** Unix ms. */
  readonly now?: () => number;
}

/** Everything that can be read about events, traces and usage. */
export function createQueryRoutes({ db, priceBook, allowed, fresh, now = Date.now }: QueryDeps): Route[] {
  return [
    ...createEventRoutes({ db, priceBook, allowed, now }),
    ...createTraceRoutes({ db, allowed }),
    ...createUsageRoutes({ db, allowed, fresh, now }),
  ];
}
