import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Caller, Scope } from './caller.js';

/** What is known of a request before anybody is believed. No proxy header has been interpreted. */
export interface RequestFacts {
  /** Address of the other end of the TCP connection, as Node gives it (`::ffff:127.0.0.1` included); empty when gone. */
  readonly peer: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | undefined>>;
}

/** What a route that is not public asks of its caller. */
export interface Needed {
  readonly scope: Scope;
  readonly closedToGrafana?: true;
}

/** Says who sends a request, if he has what is needed, or rejects with a Problem (401, 403, 429, 503). */
export type Authenticate = (facts: RequestFacts, needed: Needed) => Promise<Caller>;

/** Reads the facts off a request; a header sent several times is joined with `, `. */
export function requestFacts(request: IncomingMessage): RequestFacts {
  return { peer: request.socket.remoteAddress ?? '', headers: flatHeaders(request.headers) };
}

function flatHeaders(headers: IncomingHttpHeaders): Record<string, string | undefined> {
  const flat: Record<string, string | undefined> = {};
  for (const [name, value] of Object.entries(headers))
    flat[name] = Array.isArray(value) ? value.join(', ') : value;
  return flat;
}
