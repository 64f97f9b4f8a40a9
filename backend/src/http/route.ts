import type { z } from 'zod';
import type { Caller, Scope } from './caller.js';

/** What a handler gets: already authenticated and validated. */
export interface RouteContext<P, Q, B> {
  readonly caller: Caller;
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Aborted when the client goes away. */
  readonly signal: AbortSignal;
}

/** What a handler gives back. Objects are sent as JSON; a Buffer as it is, with `contentType`. */
export interface Reply {
  readonly status?: number;
  readonly body?: unknown;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One endpoint as data: the server mounts it, the OpenAPI document describes it, one function checks its caller. */
export interface Route {
  readonly method: 'get' | 'post' | 'put' | 'delete';
  /** Express path, parameters as `:name`. */
  readonly path: string;
  readonly summary: string;
  readonly description?: string;
  readonly tag: string;
  /** Scope the caller needs (`admin` includes the others); `public` needs none. */
  readonly scope: Scope | 'public';
  /** Not for users of Grafana, whatever their role: what is made here would outlast it. */
  readonly closedToGrafana?: true;
  readonly params?: z.ZodType;
  readonly query?: z.ZodType;
  readonly body?: z.ZodType;
  /** Shown in the OpenAPI document in place of `body`, where the handler checks the items of a batch one by one. */
  readonly documentedBody?: z.ZodType;
  /** The handler gets the unparsed (but inflated) body as a Buffer and renders its own errors, as OTLP demands. */
  readonly rawBody?: { readonly contentTypes: readonly string[]; readonly renderError: ErrorRenderer };
  /** Accepted by the server when it parses JSON itself, in bytes. Default 1 MiB. */
  readonly maxBodyBytes?: number;
  /** Left out of the OpenAPI document: parts of a page, not of the API. */
  readonly undocumented?: true;
  readonly responses: Readonly<Record<number, { readonly description: string; readonly schema?: z.ZodType }>>;
  readonly handle: (context: RouteContext<never, never, never>) => Promise<Reply>;
}

/** Turns a failure into the bytes a protocol wants (google.rpc.Status for OTLP), given the request's headers. */
export type ErrorRenderer = (
  problem: { readonly status: number; readonly code: string; readonly message: string },
  headers: Readonly<Record<string, string | undefined>>,
) => { readonly contentType: string; readonly body: Buffer };

/** Whether users of Grafana may come to a route, if their role has its scope. Telemetry never takes that way. */
export const isOpenToGrafana = ({
  scope,
  closedToGrafana,
}: Pick<Route, 'scope' | 'closedToGrafana'>): boolean =>
  scope !== 'public' && scope !== 'ingest' && closedToGrafana !== true;

type Infer<T> = T extends z.ZodType ? z.output<T> : undefined;

/** Declares a route; the handler's arguments are typed by its schemas. */
export function route<
  P extends z.ZodType | undefined = undefined,
  Q extends z.ZodType | undefined = undefined,
  B extends z.ZodType | undefined = undefined,
  R extends Route['rawBody'] = undefined,
>(
  definition: Omit<Route, 'params' | 'query' | 'body' | 'rawBody' | 'handle'> & {
    params?: P;
    query?: Q;
    body?: B;
    rawBody?: R;
    handle: (
      context: RouteContext<Infer<P>, Infer<Q>, R extends undefined ? Infer<B> : Buffer>,
    ) => Promise<Reply>;
  },
): Route {
  return definition as unknown as Route;
}
