import type { Logger } from 'pino';
import { allowedOrganisations, refuseBound } from './access/allowed.js';
import { createAuthenticate } from './access/authenticate.js';
import { withConfiguredKeys } from './access/configured-keys.js';
import { createFailureLimit } from './access/failure-limit.js';
import type { Grafana } from './access/authenticate-grafana.js';
import { createGrafanaKeys } from './access/grafana-keys.js';
import { createTokenVerifier } from './access/grafana-token.js';
import { createKeys, type Keys } from './access/keys.js';
import type { LocalAdmin } from './access/local-admin.js';
import { createKeyRoutes } from './access/routes.js';
import type { Config } from './config.js';
import type { Db } from './db/db.js';
import type { Reading } from './db/reader/open-reading.js';
import { isRetryable } from './db/is-retryable.js';
import { createEventStore, type EventStore } from './event-store/event-store.js';
import { schemaVersion } from './db/migrate.js';
import { createDocsRoutes } from './http/docs.js';
import { createHealthRoutes, type Readiness } from './http/health.js';
import type { Listener } from './http/listener.js';
import { createMetrics, type Metrics } from './http/metrics.js';
import { Problem } from './http/problem.js';
import { createServer } from './http/server.js';
import { DEFAULT_ATTRIBUTION_NAMES, withConfiguredNames } from './ingest/attribution.js';
import { createCorrectUsageRoutes } from './ingest/correct-usage-routes.js';
import { createEventRoutes } from './ingest/event-routes.js';
import { createIngest } from './ingest/ingest.js';
import { createIngestMetrics, type IngestMetrics } from './ingest/ingest-metrics.js';
import { createOtlpRoutes } from './ingest/otlp-routes.js';
import { observeWriter } from './ingest/observed-writer.js';
import { createQuarantineRoutes } from './ingest/quarantine-routes.js';
import { insertQuarantined } from './ingest/quarantine-store.js';
import { createWriter, type Writer } from './ingest/writer.js';
import { createHealthReader, type HealthReader } from './jobs/health-reader.js';
import { createJobMetrics } from './jobs/job-metrics.js';
import { createPipeline, type Pipeline } from './jobs/pipeline.js';
import { createJobRoutes } from './jobs/routes.js';
import { createSteps, type StepsDeps } from './pipeline-steps.js';
import { createPriceBookRoutes } from './price-book/routes.js';
import type { PriceBookService } from './price-book/price-book.js';
import { createQueryRoutes } from './query/routes.js';
import { createStatusRoutes } from './query/status-routes.js';
import { createRefresher, type Refresher } from './rollup/refresh.js';
import { createPendingRoutes } from './reprice/pending-routes.js';
import { createReprice } from './reprice/reprice.js';

/**
 * A server takes 500 rows as fast as 2,000 (0.34 and 0.32 of a bare insert), and a watermark waits a quarter of the time
 * for them. The embedded engine has one writer at a time and is a fifth faster with 2,000.
 */
const ROWS_PER_BATCH: Readonly<Record<Db['engine'], number>> = { server: 500, embedded: 2_000 };
/** What a replica wrote shows this soon in the others; a refresh that finds nothing costs a millisecond. */
const REPLICAS_SEEN_WITHIN_MS = 1_000;

export interface AppDeps {
  readonly config: Config;
  readonly db: Db;
  readonly logger: Logger;
  readonly localAdmin: LocalAdmin;
  readonly prices: PriceBookService;
  /** Schema version this program needs. */
  readonly schema: number;
  readonly version: string;
  /** How SQL users read. */
  readonly reading: Reading;
}

export interface App {
  readonly listener: Listener;
  readonly writer: Writer;
  readonly refresher: Refresher;
  readonly keys: Keys;
  /** Runs nothing by itself: background.ts starts it by the clock. Stop it before the database is closed. */
  readonly pipeline: Pipeline;
}

/** All routes put together over one database. Nothing listens and no job runs yet. */
export function createApp(deps: AppDeps): App {
  const { config, db, logger, localAdmin, prices, schema, version } = deps;
  const clock = Date.now;
  const metrics = createMetrics();
  const keys = createKeys({ db, logger, now: clock });
  const refresher = createRefresher({
    db,
    clock,
    lateEventsMaxAgeMs: config.lateEventsMaxAge,
    trustedForMs: db.engine === 'server' ? REPLICAS_SEEN_WITHIN_MS : null,
  });
  const events = createEventStore({ db, priceBook: prices.current, onWritten: refresher.noteWritten });
  const ingestMetrics = createIngestMetrics(metrics.registry, () => writer.queuedRows);
  const writer = observeWriter(createEventWriter(db, events, ingestMetrics, logger), metrics.registry);
  const ingest = createIngest({
    writer,
    clock,
    priceBook: prices.current,
    lateEventsMaxAgeMs: config.lateEventsMaxAge,
    attributionNames: withConfiguredNames(DEFAULT_ATTRIBUTION_NAMES, config.attributeNames),
    metrics: ingestMetrics,
  });
  const reprice = createReprice({ db, events, prices });
  const { pipeline, health } = createJobs({
    config,
    db,
    logger,
    metrics,
    events,
    prices,
    refresher,
    reprice,
  });
  const api = [
    ...createOtlpRoutes(ingest),
    ...createEventRoutes(ingest),
    ...createCorrectUsageRoutes({ db, events, priceBook: prices.current }),
    ...createPendingRoutes({ db, events, allowed: allowedOrganisations }),
    ...createQueryRoutes({
      db,
      priceBook: prices.current,
      allowed: allowedOrganisations,
      fresh: refresher.ensureFresh,
    }),
    ...createStatusRoutes({
      ...{ db, allowed: allowedOrganisations, fresh: refresher.ensureFresh, now: clock },
      ...{ version, schema },
    }),
    ...createPriceBookRoutes({
      db,
      prices,
      preview: (book) => reprice.preview(book),
      onChange: pipeline.now,
      now: clock,
    }),
    ...createJobRoutes({ pipeline, health, clock }),
    ...createQuarantineRoutes({ db, writer, contextOf: ingest.contextOf }),
    ...createKeyRoutes(keys),
    ...createHealthRoutes({
      checkReady: () => checkReady(deps),
      isDraining: () => listener.draining(),
      refuseBound,
      registry: metrics.registry,
    }),
  ];
  const listener: Listener = createServer({
    routes: [...api, ...createDocsRoutes(api, version)],
    authenticate: createAuthenticate({
      keys: withConfiguredKeys(keys, config.configuredKeys),
      localAdmin,
      adminKey: config.adminKey,
      keyless: db.engine === 'embedded' && config.grafana === null,
      grafana: createGrafana(config, logger),
      failures: createFailureLimit(),
    }),
    mapError: (error) => (isRetryable(error) ? databaseAway(error) : null),
    logger,
    metrics,
    maxBodyBytes: config.maxBodyBytes,
    maxBytesInFlight: config.maxBytesInFlight,
  });
  return { listener, writer, refresher, keys, pipeline };
}

function createGrafana({ grafana }: Config, logger: Logger): Grafana | null {
  if (grafana === null) return null;
  const { url, issuer, teamOrgId } = grafana;
  const keys = createGrafanaKeys({ url, logger });
  return { verify: createTokenVerifier({ keys, issuer, now: Date.now }), teamOrgId };
}

interface JobsDeps extends StepsDeps {
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** The pipeline over one database, and what is known of it. */
function createJobs({ logger, metrics, ...deps }: JobsDeps): {
  readonly pipeline: Pipeline;
  readonly health: HealthReader;
} {
  const { config, db } = deps;
  const { steps, blocks } = createSteps(deps);
  const health = createHealthReader({
    db,
    jobNames: [...steps.minute, ...steps.night].map(({ name }) => name),
    closeAfterMs: config.closeAfter,
    rawRetentionMs: config.rawRetention,
    logger,
    clock: Date.now,
  });
  const { ran } = createJobMetrics({ registry: metrics.registry, engine: db.engine, health });
  return { pipeline: createPipeline({ db, steps, blocks, logger, onRun: ran }), health };
}

function createEventWriter(db: Db, events: EventStore, metrics: IngestMetrics, logger: Logger): Writer {
  return createWriter({
    writeDay: async (rows) => {
      const accepted = await events.acceptDay(rows);
      metrics.committed(rows.length, accepted);
    },
    writeQuarantine: (items) => insertQuarantined(db, items),
    isRetryable,
    rowsPerBatch: ROWS_PER_BATCH[db.engine],
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    clock: Date.now,
    onError: (error, final) => {
      const what = final
        ? 'events could not be stored; their sender was told'
        : 'storing events is tried again';
      logger[final ? 'error' : 'warn']({ err: error }, what);
    },
  });
}

async function checkReady({ db, schema: needed, reading }: AppDeps): Promise<Readiness> {
  const found = await schemaVersion(db);
  const details = { database: db.engine, schema: String(found), 'SQL users': readingText(reading) };
  return found >= needed
    ? { ready: true, details }
    : { ready: false, details: { ...details, needed: String(needed) } };
}

const readingText = ({ problem, port }: Reading): string =>
  problem ?? (port === null ? 'read with the role tokenledger_reader' : `read at 127.0.0.1:${port}`);

const databaseAway = (cause: unknown): Problem =>
  new Problem(503, 'database_away', 'The database does not answer. Try again in a few seconds.', {
    retryAfter: 5,
    cause,
  });
