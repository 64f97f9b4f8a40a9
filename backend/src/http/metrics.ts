import { Histogram, Registry, collectDefaultMetrics } from 'prom-client';

/** The process's metrics; other rooms register theirs on `registry`. */
export interface Metrics {
  readonly registry: Registry;
  readonly httpDuration: Histogram<'route' | 'method' | 'status'>;
}

/** A registry of its own (no global one, so that two servers in one test process do not meet) with the defaults. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const httpDuration = new Histogram({
    name: 'tokenledger_http_request_duration_seconds',
    help: 'Time from the request headers to the end of the answer, by route, method and status class.',
    labelNames: ['route', 'method', 'status'] as const,
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  });
  return { registry, httpDuration };
}
