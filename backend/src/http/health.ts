import type { Registry } from 'prom-client';
import { z } from 'zod';
import type { Caller } from './caller.js';
import { route, type Route } from './route.js';

/** `details`: one word or sentence per thing checked, for people; no secrets, for anybody may read it. */
export interface Readiness {
  readonly ready: boolean;
  readonly details: Readonly<Record<string, string>>;
}

export interface HealthDeps {
  /** Whether the database answers and has the schema this program needs. A rejection counts as not ready. */
  readonly checkReady: () => Promise<Readiness>;
  readonly isDraining: () => boolean;
  /** Throws when the caller may not see every organisation; `what` begins the message. */
  readonly refuseBound: (caller: Caller, what: string) => void;
  readonly registry: Registry;
}

const Health = z.object({ status: z.literal('alive') }).meta({ id: 'Health' });
const Ready = z
  .object({
    status: z.enum(['ready', 'not ready']),
    details: z.record(z.string(), z.string()),
  })
  .meta({ id: 'Readiness' });

/** `/healthz` (the process answers), `/readyz` (it can do its work) and `/metrics` (Prometheus). */
export function createHealthRoutes({ checkReady, isDraining, refuseBound, registry }: HealthDeps): Route[] {
  return [
    route({
      method: 'get',
      path: '/healthz',
      summary: 'Is the process alive?',
      tag: 'Operations',
      scope: 'public',
      responses: { 200: { description: 'It is.', schema: Health } },
      handle: () => Promise.resolve({ body: { status: 'alive' } }),
    }),
    route({
      method: 'get',
      path: '/readyz',
      summary: 'Can it take requests?',
      description:
        'Not ready while the database is away or has another schema, and while the server shuts down.',
      tag: 'Operations',
      scope: 'public',
      responses: {
        200: { description: 'It can.', schema: Ready },
        503: { description: 'It cannot; the details say why.', schema: Ready },
      },
      async handle() {
        const { ready, details } = isDraining() ? SHUTTING_DOWN : await checkReady().catch(() => UNKNOWN);
        return {
          status: ready ? 200 : 503,
          body: { status: ready ? 'ready' : 'not ready', details },
          ...(ready ? {} : { headers: { 'retry-after': '5' } }),
        };
      },
    }),
    route({
      method: 'get',
      path: '/metrics',
      summary: 'Metrics in the Prometheus text format',
      description: 'Tells about all organisations together, so a key bound to one may not read it.',
      tag: 'Operations',
      scope: 'read',
      responses: { 200: { description: 'Prometheus text exposition format.' } },
      async handle({ caller }) {
        refuseBound(caller, 'Metrics');
        return { body: await registry.metrics(), contentType: registry.contentType };
      },
    }),
  ];
}

const SHUTTING_DOWN: Readiness = { ready: false, details: { server: 'shutting down' } };
const UNKNOWN: Readiness = { ready: false, details: { database: 'does not answer; see the log' } };
