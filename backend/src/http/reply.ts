import { STATUS_CODES, type ServerResponse } from 'node:http';
import type { Problem } from './problem.js';
import type { ErrorRenderer, Reply } from './route.js';
import type { RequestFacts } from './request-facts.js';

/** Writes a handler's reply: a Buffer or string as it is, anything else as JSON, nothing for 204. */
export function sendReply(response: ServerResponse, reply: Reply): void {
  const raw = Buffer.isBuffer(reply.body) || typeof reply.body === 'string';
  const body = raw ? reply.body : reply.body === undefined ? '' : JSON.stringify(reply.body);
  const type = reply.contentType ?? (raw ? 'text/plain; charset=utf-8' : 'application/json; charset=utf-8');
  send(response, reply.status ?? (body === '' ? 204 : 200), type, body, reply.headers ?? {});
}

/** Answers a failure: RFC 9457 problem details, or what the route's own protocol wants. */
export function sendProblem(
  response: ServerResponse,
  problem: Problem,
  facts: RequestFacts,
  renderError: ErrorRenderer | undefined,
): void {
  const headers = {
    ...problem.headers,
    ...(problem.retryAfter === null ? {} : { 'retry-after': String(problem.retryAfter) }),
  };
  if (renderError !== undefined) {
    const { status, code, message } = problem;
    const rendered = renderError({ status, code, message }, facts.headers);
    send(response, status, rendered.contentType, rendered.body, headers);
    return;
  }
  send(
    response,
    problem.status,
    'application/problem+json; charset=utf-8',
    JSON.stringify(problemBody(problem)),
    headers,
  );
}

/** `type` is always about:blank (RFC 9457, 4.2.1): `code` is the stable name of what went wrong. */
function problemBody(problem: Problem): Record<string, unknown> {
  return {
    type: 'about:blank',
    title: STATUS_CODES[problem.status] ?? 'Error',
    status: problem.status,
    detail: problem.message,
    code: problem.code,
    ...(problem.errors.length === 0 ? {} : { errors: problem.errors }),
  };
}

function send(
  response: ServerResponse,
  status: number,
  contentType: string,
  body: Buffer | string,
  headers: Readonly<Record<string, string>>,
): void {
  if (response.headersSent || response.destroyed) return;
  response.statusCode = status;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  if (status === 204) {
    response.end();
    return;
  }
  response.setHeader('content-type', contentType);
  response.setHeader('content-length', Buffer.byteLength(body));
  response.end(body);
}
