import type { RequestFacts } from '../http/request-facts.js';

/** Set by proxies: whoever connects from loopback with one of these speaks for somebody else. */
const PROXY_HEADERS: ReadonlySet<string> = new Set([
  'forwarded',
  'via',
  'x-real-ip',
  'x-client-ip',
  'x-cluster-client-ip',
  'x-original-host',
  'x-envoy-external-address',
  'true-client-ip',
  'cf-connecting-ip',
  'fastly-client-ip',
]);

/** Whether an address or host name (no port) is this machine's own: 127.0.0.0/8, ::1, localhost. */
export function isLoopback(host: string): boolean {
  const name = host
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/^::ffff:/, '');
  return name === 'localhost' || name === '::1' || /^127(\.\d{1,3}){3}$/.test(name);
}

/**
 * Whether a request comes straight from a program on this machine. The peer alone does not say so: a browser sends
 * what any web page tells it to (`Origin`, `Sec-Fetch-Site`), a page may have its own name point here (DNS rebinding:
 * `Host`), and a reverse proxy sends the whole world's requests from loopback (the forwarding headers).
 */
export function isLocalRequest({ peer, headers }: RequestFacts): boolean {
  if (!isLoopback(peer) || !isLoopbackHostHeader(headers['host'])) return false;
  if (headers['origin'] !== undefined) return false;
  if (!['same-origin', 'none', undefined].includes(headers['sec-fetch-site'])) return false;
  return !Object.keys(headers).some((name) => name.startsWith('x-forwarded') || PROXY_HEADERS.has(name));
}

function isLoopbackHostHeader(header: string | undefined): boolean {
  const [, host] = /^(\[[0-9a-f:.]+\]|[^:[\]]+)(?::\d{1,5})?$/i.exec(header ?? '') ?? [];
  return host !== undefined && isLoopback(host);
}
