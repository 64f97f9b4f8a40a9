import type { z } from 'zod';
import { MAKE_GRAFANA_KEY } from '../backend/src/access/grafana-problem.js';
import type { Jobs } from '../backend/src/jobs/routes.js';
import type { annotationsSchema } from '../backend/src/query/annotation-routes.js';
import { ANNOTATION_KINDS } from '../backend/src/query/annotation.js';
import type { dimensionValuesSchema } from '../backend/src/query/dimension-routes.js';
import { DIMENSIONS } from '../backend/src/query/dimension.js';
import type { eventSearchAnswerSchema, eventSearchSchema } from '../backend/src/query/event-search-routes.js';
import { EVENT_ORDERS } from '../backend/src/query/event-search-store.js';
import type { costExplanationSchema } from '../backend/src/query/explain-cost.js';
import { EVENT_FIELDS, OPERATORS } from '../backend/src/query/filter.js';
import { MEASURE_NAMES } from '../backend/src/query/measure.js';
import type { statusSchema } from '../backend/src/query/status-routes.js';
import { INTERVALS } from '../backend/src/query/time-zone.js';
import type { conversationSchema, traceSchema } from '../backend/src/query/trace-routes.js';
import type { usageAnswerSchema } from '../backend/src/query/usage-routes.js';
import { usageRequestSchema } from '../backend/src/query/usage-request.js';
import type { Report } from '../backend/src/reprice/pending-routes.js';
import * as wire from '../plugin/src/api/wire.js';
import { CREATE_KEY_COMMAND } from '../plugin/src/datasource/config/createKeyCommand.js';

/**
 * The plugin is a package of its own and imports nothing of the backend: what it believes of the API is compared here, by
 * the type check of this file (`npm run typecheck`) and, lists, when it runs.
 */
type Fits<A, B> = [A] extends [B] ? true : never;
type Same<A, B> = [A] extends [B] ? Fits<B, A> : never;

/** Without the difference between "not there" and "there, and undefined", which JSON does not know. */
type Told<T> = { [K in keyof T]-?: NonNullable<T[K]> };

/** What an answer's schema lets out is exactly what the plugin reads. */
const ANSWERS: {
  status: Same<z.output<typeof statusSchema>, wire.Status>;
  annotations: Same<z.output<typeof annotationsSchema>, wire.Annotations>;
  values: Same<z.output<typeof dimensionValuesSchema>, wire.DimensionValues>;
  search: Same<z.output<typeof eventSearchAnswerSchema>, wire.EventSearchAnswer>;
  trace: Same<z.output<typeof traceSchema>, wire.Trace>;
  conversation: Same<z.output<typeof conversationSchema>, wire.Conversation>;
  // The plugin reads a part of these, or a looser type.
  cost: Fits<z.output<typeof costExplanationSchema>, wire.CostExplanation>;
  usage: Fits<Told<z.output<typeof usageAnswerSchema>['meta']>, Told<wire.UsageAnswer['meta']>>;
  pending: Fits<z.output<typeof Report>, wire.PendingReport>;
  jobs: Fits<z.output<typeof Jobs>, wire.Jobs>;
} = {
  ...{ status: true, annotations: true, values: true, search: true, trace: true, conversation: true },
  ...{ cost: true, usage: true, pending: true, jobs: true },
};

/** What the plugin asks is what a request's schema takes. */
const REQUESTS: {
  query: Fits<wire.UsageRequest, z.input<typeof usageRequestSchema>>;
  search: Fits<wire.EventSearch, z.input<typeof eventSearchSchema>>;
} = { query: true, search: true };

describe("the plugin's view of the API", () => {
  it.each([
    ['measures', wire.MEASURES, MEASURE_NAMES],
    ['dimensions', wire.DIMENSIONS, DIMENSIONS],
    ['operators', wire.OPERATORS, OPERATORS],
    ['intervals', wire.INTERVALS, INTERVALS],
    ['fields of events', wire.EVENT_FIELDS, EVENT_FIELDS],
    ['orders of events', wire.EVENT_ORDERS, EVENT_ORDERS],
    ['kinds of annotations', wire.ANNOTATION_KINDS, ANNOTATION_KINDS],
  ])('has the same %s, in the same order', (_, plugin, backend) => {
    expect(plugin).toEqual(backend);
  });

  it('has types that this file was checked with', () => {
    expect(Object.values({ ...ANSWERS, ...REQUESTS })).not.toContain(false);
  });

  it('asks a query with every field it knows, and the backend takes it', () => {
    const request: Required<wire.UsageRequest> = {
      ...{ from: '2026-11-01T00:00:00.000Z', to: '2026-11-02T00:00:00.000Z', time_zone: 'Europe/Berlin' },
      ...{ interval: '1h', measures: [...wire.MEASURES], group_by: [...wire.DIMENSIONS], as_of: 'known' },
      filters: [{ dimension: 'model', operator: '=', values: ['gpt-4o'] }],
      top: { count: 10, by: 'cost_usd' },
      order_by: [{ field: 'time', direction: 'asc' }],
      edges: 'kept',
      limit: 100,
    };
    expect(usageRequestSchema.safeParse(request).error).toBeUndefined();
  });
});

it('the plugin and the backend tell the same command for a key', () => {
  expect(CREATE_KEY_COMMAND).toBe(MAKE_GRAFANA_KEY);
});
