import { randomUUID } from 'node:crypto';
import type { Request, Response } from 'express';
import type { Logger } from 'pino';
import type { Caller } from './caller.js';
import type { BytesInFlight } from './bytes-in-flight.js';
import { checkContentType } from './content-type.js';
import { parseJson } from './parse-json.js';
import { Problem } from './problem.js';
import { readBody } from './read-body.js';
import { sendProblem, sendReply } from './reply.js';
import { requestFacts, type Authenticate, type RequestFacts } from './request-facts.js';
import type { Route, RouteContext } from './route.js';
import { validate } from './validate.js';

const DEFAULT_JSON_BYTES = 1024 * 1024;

export interface ServeDeps {
  readonly authenticate: Authenticate;
  /** Turns an error of another room into a Problem (the database away: 503), or null when it is unexpected. */
  readonly mapError: (error: unknown) => Problem | null;
  readonly logger: Logger;
  readonly bytesInFlight: BytesInFlight;
  /** Limit of a `rawBody` route that sets none itself, and the most any route can have. */
  readonly maxBodyBytes: number;
}

/** Who calls a public route: nobody in particular, who may nothing. */
const ANYONE: Caller = {
  ...{ scopes: new Set(), orgId: null, realm: 'none', name: 'anyone' },
  ...{ audience: 'customer', role: null },
};

/** The way of every request to a route: who, may he, body, valid?, handle, answer. Never rejects. */
export function serveRoute(
  route: Route,
  deps: ServeDeps,
): (request: Request, response: Response) => Promise<void> {
  return async function serve(request, response) {
    const facts = requestFacts(request);
    const gone = new AbortController();
    let release = (): void => {};
    response.once('close', () => {
      if (!response.writableFinished) gone.abort();
    });
    try {
      const caller =
        route.scope === 'public' ? ANYONE : await deps.authenticate(facts, { ...route, scope: route.scope });
      response.locals['caller'] = caller.name;
      const params = validate(route.params, 'path', withoutNul(request.params));
      const query = validate(route.query, 'query', withoutNul(request.query));
      const read = await bodyOf(route, request, facts, deps);
      release = read.release;
      const context = {
        caller,
        params,
        query,
        body: read.value,
        headers: facts.headers,
        signal: gone.signal,
      };
      sendReply(response, await route.handle(context as RouteContext<never, never, never>));
    } catch (error) {
      sendProblem(response, toProblem(error, request, deps), facts, route.rawBody?.renderError);
    } finally {
      release();
    }
  };
}

/** A Problem as it is; what `mapError` knows; everything else as a 500 that tells only the id it was logged with. */
export function toProblem(
  error: unknown,
  request: Request,
  deps: Pick<ServeDeps, 'mapError' | 'logger'>,
): Problem {
  if (error instanceof Problem) return error;
  const mapped = deps.mapError(error);
  if (mapped !== null) {
    deps.logger.warn({ err: error, path: request.path, status: mapped.status }, 'request failed');
    return mapped;
  }
  const errorId = randomUUID();
  deps.logger.error(
    { err: error, errorId, method: request.method, path: request.path },
    'unexpected error in a request',
  );
  return new Problem(
    500,
    'internal_error',
    `Something went wrong on our side. Look for error id ${errorId} in the log.`,
  );
}

async function bodyOf(
  route: Route,
  request: Request,
  facts: RequestFacts,
  deps: ServeDeps,
): Promise<{ value: unknown; release: () => void }> {
  const limit = (byDefault: number): number => Math.min(route.maxBodyBytes ?? byDefault, deps.maxBodyBytes);
  if (route.rawBody !== undefined) {
    checkContentType(facts.headers['content-type'], route.rawBody.contentTypes);
    const { body, release } = await readBody(request, limit(deps.maxBodyBytes), deps.bytesInFlight);
    return { value: body, release };
  }
  if (route.body === undefined) return { value: undefined, release: () => {} };
  checkContentType(facts.headers['content-type'], ['application/json']);
  const { body, release } = await readBody(request, limit(DEFAULT_JSON_BYTES), deps.bytesInFlight);
  try {
    return { value: validate(route.body, 'body', parseJson(body)), release };
  } catch (error) {
    release();
    throw error;
  }
}

/** PostgreSQL knows no NUL in text: refused here it is the sender's 400, further down it would be our 500. */
function withoutNul(values: object): object {
  for (const [name, value] of Object.entries(values)) {
    const texts: unknown[] = Array.isArray(value) ? value : [value];
    if (name.includes('\0') || texts.some((text) => typeof text === 'string' && text.includes('\0'))) {
      const field = name.replaceAll('\0', '');
      throw new Problem(400, 'invalid_request', `${field}: must not contain a NUL character.`, {
        errors: [{ field, message: 'Must not contain a NUL character.' }],
      });
    }
  }
  return values;
}
