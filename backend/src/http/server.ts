import { randomUUID } from 'node:crypto';
import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import helmet from 'helmet';
import { createBytesInFlight } from './bytes-in-flight.js';
import { createListener, DEFAULT_TIMEOUTS, type Listener, type Timeouts } from './listener.js';
import type { Metrics } from './metrics.js';
import { Problem } from './problem.js';
import { sendProblem } from './reply.js';
import { requestFacts } from './request-facts.js';
import type { Route } from './route.js';
import { serveRoute, toProblem, type ServeDeps } from './serve-route.js';

export interface ServerDeps extends Omit<ServeDeps, 'bytesInFlight'> {
  readonly routes: readonly Route[];
  readonly metrics: Metrics;
  /** Body bytes all requests together may hold; at least `maxBodyBytes`. */
  readonly maxBytesInFlight: number;
  readonly timeouts?: Partial<Timeouts>;
}

/** The HTTP server: every route mounted, nothing listening yet. */
export function createServer(deps: ServerDeps): Listener {
  return createListener(createHttpApp(deps), { ...DEFAULT_TIMEOUTS, ...deps.timeouts });
}

function createHttpApp(deps: ServerDeps): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.enable('case sensitive routing');
  app.use(identify, observe(deps), securityHeaders, refuseTrickyPaths);
  mount(app, deps);
  app.use((request: Request) => {
    throw new Problem(
      404,
      'not_found',
      `There is no ${request.method} ${shortPath(request)} here. See /docs.`,
    );
  });
  app.use((error: unknown, request: Request, response: Response, _next: NextFunction) => {
    sendProblem(response, toProblem(routerError(error), request, deps), requestFacts(request), undefined);
  });
  return app;
}

function mount(app: Express, deps: ServerDeps): void {
  const serveDeps: ServeDeps = { ...deps, bytesInFlight: createBytesInFlight(deps.maxBytesInFlight) };
  const methods = new Map<string, string[]>();
  for (const route of deps.routes) {
    const serve = serveRoute(route, serveDeps);
    app[route.method](route.path, (request, response) => {
      response.locals['route'] = route.path;
      return serve(request, response);
    });
    const verbs = route.method === 'get' ? ['GET', 'HEAD'] : [route.method.toUpperCase()];
    methods.set(route.path, [...(methods.get(route.path) ?? []), ...verbs]);
  }
  for (const [path, verbs] of methods) app.all(path, otherMethods([...verbs, 'OPTIONS'].join(', ')));
}

/** OPTIONS names the methods (no CORS: browsers of other origins have no business here); the rest is a 405. */
function otherMethods(allow: string): (request: Request, response: Response) => void {
  return (request, response) => {
    if (request.method !== 'OPTIONS') {
      throw new Problem(405, 'method_not_allowed', `Use ${allow}.`, { headers: { allow } });
    }
    response.setHeader('allow', allow);
    response.status(204).end();
  };
}

/** An id for logs and answers; a sender's own is kept when it is harmless in a log line. */
function identify(request: Request, response: Response, next: NextFunction): void {
  const sent = request.headers['x-request-id'];
  const id = typeof sent === 'string' && /^[\w.-]{1,64}$/.test(sent) ? sent : randomUUID();
  response.locals['requestId'] = id;
  response.setHeader('x-request-id', id);
  response.setHeader('cache-control', 'no-store');
  next();
}

function observe({ logger, metrics }: ServerDeps) {
  return (request: Request, response: Response, next: NextFunction): void => {
    const started = process.hrtime.bigint();
    response.once('close', () => {
      const seconds = Number(process.hrtime.bigint() - started) / 1e9;
      // Only mounted paths become labels: a scanner must not fill the metrics with names.
      const route = (response.locals['route'] as string | undefined) ?? 'none';
      const status = response.writableFinished ? `${Math.floor(response.statusCode / 100)}xx` : 'aborted';
      metrics.httpDuration.observe({ route, method: request.method, status }, seconds);
      logger.debug(
        {
          requestId: response.locals['requestId'] as string,
          caller: response.locals['caller'] as string | undefined,
          method: request.method,
          path: shortPath(request),
          status: response.statusCode,
          ms: Math.round(seconds * 1e3),
        },
        'request',
      );
    });
    next();
  };
}

/** An API's answers run nothing and are framed nowhere. HSTS belongs to whoever ends TLS before us. */
const securityHeaders = helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
  },
  strictTransportSecurity: false,
  referrerPolicy: { policy: 'no-referrer' },
  xFrameOptions: { action: 'deny' },
  crossOriginResourcePolicy: { policy: 'same-origin' },
});

/**
 * Dot segments, encoded or doubled slashes, backslashes and NULs mean different things to different proxies, and Grafana's
 * passes them on as they are: no such path exists, and nothing looks for a route behind it.
 */
function refuseTrickyPaths(request: Request, _response: Response, next: NextFunction): void {
  const path = (request.originalUrl.split('?', 1)[0] ?? '').replace(/^https?:\/\/[^/]*/i, '');
  if (/%2f|%5c|%00|\\|\/\/|(^|\/)(\.|%2e){1,2}(\/|$)/i.test(path)) {
    throw new Problem(
      400,
      'malformed_path',
      'The path has a segment "." or "..", a doubled or encoded slash, or a backslash. Send it as /docs shows it.',
    );
  }
  next();
}

/** Express reports a path with a broken percent escape as a URIError-like error with status 400. */
function routerError(error: unknown): unknown {
  const isBadPath =
    error instanceof URIError || (error instanceof Error && 'status' in error && error.status === 400);
  return isBadPath ? new Problem(400, 'malformed_path', 'The path has a broken percent escape.') : error;
}

/** The path without its query, which may hold a secret. */
function shortPath(request: Request): string {
  return (request.originalUrl.split('?', 1)[0] ?? '').slice(0, 200);
}
