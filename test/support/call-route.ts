import { isDeepStrictEqual } from 'node:util';
import type { Caller } from '../../backend/src/http/caller.js';
import type { Route, RouteContext } from '../../backend/src/http/route.js';
import { validate } from '../../backend/src/http/validate.js';

/** The team, and a key bound to one organisation. */
export const team: Caller = {
  ...{ scopes: new Set(['read']), orgId: null, realm: 'team', name: 'team' },
  ...{ audience: 'team', role: null },
};
export const boundTo = (orgId: string): Caller => ({
  scopes: new Set(['read']),
  orgId,
  realm: `org:${orgId}`,
  name: `key of ${orgId}`,
  audience: 'customer',
  role: null,
});

/**
 * Calls a route as the server does after authentication: path found, query and body validated, handler run.
 * @returns the answer's body as JSON would carry it
 * @throws when the body is not what the route's schema describes
 */
export async function callRoute(
  routes: readonly Route[],
  caller: Caller,
  method: Route['method'],
  url: string,
  body?: unknown,
): Promise<Record<string, unknown>> {
  const { pathname, searchParams } = new URL(url, 'http://localhost');
  const query: Record<string, string | string[]> = {};
  for (const name of new Set(searchParams.keys())) {
    const values = searchParams.getAll(name);
    query[name] = values.length > 1 ? values : (values[0] ?? '');
  }
  for (const route of routes) {
    const params = route.method === method ? matchPath(route.path, pathname) : null;
    if (!params) continue;
    const context = {
      caller,
      params: validate(route.params, 'path', params),
      query: validate(route.query, 'query', query),
      body: validate(route.body, 'body', body),
      headers: {},
      signal: new AbortController().signal,
    };
    const reply = await route.handle(context as RouteContext<never, never, never>);
    return documented(route, JSON.parse(JSON.stringify(reply.body)));
  }
  throw new RangeError(`no route for ${method} ${pathname}`);
}

/** The body, if it is what the route's description says: every field described, every value of its type. */
function documented(route: Route, body: unknown): Record<string, unknown> {
  const described = route.responses[200]?.schema?.parse(body);
  if (!isDeepStrictEqual(described, body))
    throw new RangeError(`${route.path} answers fields it does not describe`);
  return body as Record<string, unknown>;
}

function matchPath(pattern: string, path: string): Record<string, string> | null {
  const [wanted, given] = [pattern.split('/'), path.split('/')];
  if (wanted.length !== given.length) return null;
  const params: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const value = decodeURIComponent(given[index] ?? '');
    if (part.startsWith(':')) params[part.slice(1)] = value;
    else if (part !== value) return null;
  }
  return params;
}
