import type { allowedOrganisations } from '../access/allowed.js';
import type { Db } from '../db/db.js';
import type { Route } from '../http/route.js';
import type { PriceBook } from '../pricing/price-book.js';
import { createAnnotationRoutes } from './annotation-routes.js';
import { createDimensionRoutes } from './dimension-routes.js';
import { createEventRoutes } from './event-routes.js';
import { createEventSearchRoutes } from './event-search-routes.js';
import { createTraceRoutes } from './trace-routes.js';
import { createUsageRoutes } from './usage-routes.js';

export interface QueryDeps {
  readonly db: Db;
  /** The prices in force now: asked for each request, as the book is replaced when prices change. */
  readonly priceBook: () => PriceBook;
  readonly allowed: typeof allowedOrganisations;
  /** Resolves once the aggregates of calls, or those of their latency, show every event committed before the call. */
  readonly fresh: (part?: 'calls' | 'latency') => Promise<void>;
  /** Unix ms. */
  readonly now?: () => number;
}

/** Everything that can be read about events, traces and usage. */
export function createQueryRoutes({ db, priceBook, allowed, fresh, now = Date.now }: QueryDeps): Route[] {
  return [
    ...createEventRoutes({ db, priceBook, allowed, now }),
    ...createTraceRoutes({ db, allowed }),
    ...createUsageRoutes({ db, allowed, fresh }),
    ...createDimensionRoutes({ db, allowed, fresh, now }),
    ...createEventSearchRoutes({ db, allowed, now }),
    ...createAnnotationRoutes({ db, priceBook, allowed, now }),
  ];
}
