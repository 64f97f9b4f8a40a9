import { createReadStream, statSync } from 'node:fs';
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { createIdentity, type GrafanaRole } from './identity.js';
import { pageHtml } from './page-html.js';
import { DIST, NODE_MODULES } from './paths.js';

/** Stands for Grafana's server: the page, the built plugin, Grafana's icons and fonts, and the data source proxy. */
export interface GrafanaServer {
  readonly url: string;
  /** Where the proxy leads to, and the key it adds. Requests fail with 502 until it is set. */
  connect(backend: { readonly url: string; readonly key: string }): void;
  close(): Promise<void>;
}

/** The page asks for a theme and a role by these cookies, as a signed-in browser would bring its session. */
export const THEME_COOKIE = 'theme';
export const ROLE_COOKIE = 'role';

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};
/** Grafana's own files carry no npm package; the same typefaces do. */
const FONTS: Readonly<Record<string, string>> = {
  'inter/Inter-Regular': 'inter/files/inter-latin-400-normal',
  'inter/Inter-Medium': 'inter/files/inter-latin-500-normal',
  'inter/Inter-Italic': 'inter/files/inter-latin-400-italic',
  'inter/Inter-MediumItalic': 'inter/files/inter-latin-500-italic',
  'roboto/L0xTDF4xlVMF-BfR8bXMIhJHg45mwgGEFl0_3vrtSM1J-gEPT5Ese6hmHSh0mQ':
    'roboto-mono/files/roboto-mono-latin-400-normal',
};
/** A forged identity and the session never arrive; the rest is of the connection to this server. */
const NOT_FORWARDED = new Set(['x-grafana-id', 'cookie', 'connection', 'host']);
const NO_ICON = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"></svg>';
/** What Grafana tells an administrator, and nobody else, of a data source. */
const SOURCE = {
  id: 1,
  uid: 'tokenledger',
  orgId: 1,
  name: 'Tokenledger',
  type: 'tokenledger-datasource',
  url: 'http://127.0.0.1:4318',
  access: 'proxy',
};
const PROXY = /^\/api\/datasources\/proxy\/uid\/[^/]+(\/.*)$/;

/** @param bundle The folder that `bundlePage` made. */
export async function openGrafanaServer(bundle: string): Promise<GrafanaServer> {
  const identity = createIdentity();
  let backend: { readonly url: string; readonly key: string } | null = null;
  let issuer = '';

  const proxy = (path: string, from: IncomingMessage, to: ServerResponse): void => {
    if (backend === null) {
      to.writeHead(502).end();
      return;
    }
    const headers = Object.entries(from.headers).filter(([name]) => !NOT_FORWARDED.has(name));
    const sent = request(`${backend.url}${path}`, {
      method: from.method,
      headers: {
        ...Object.fromEntries(headers),
        'x-tokenledger-key': backend.key,
        'x-grafana-id': identity.token(issuer, roleOf(from)),
      },
    });
    sent.on('response', (answer) => {
      to.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(to);
    });
    sent.on('error', () => to.headersSent || to.writeHead(502).end());
    // What the page gives up, the backend need not finish.
    to.on('close', () => sent.destroy());
    from.pipe(sent);
  };

  const server = createServer((from, to) => {
    const { pathname, search } = new URL(from.url ?? '/', 'http://grafana');
    const [, proxied] = PROXY.exec(pathname) ?? [];
    if (proxied !== undefined) return proxy(proxied + search, from, to);
    if (pathname === '/api/signing-keys/keys') return sendJson(to, identity.keySet);
    if (pathname === '/api/datasources/uid/tokenledger') return sendJson(to, SOURCE);
    if (/^\/(a|host)\//.test(pathname)) {
      const theme = cookieOf(from.headers.cookie, THEME_COOKIE) === 'light' ? 'light' : 'dark';
      return send(to, 'text/html; charset=utf-8', pageHtml(theme, roleOf(from)));
    }
    const file = fileOf(pathname, bundle);
    // The package lacks a few of Grafana's icons, such as the spinner.
    if (file === null && pathname.endsWith('.svg')) return send(to, 'image/svg+xml', NO_ICON);
    if (file === null) return void to.writeHead(404).end();
    to.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' });
    createReadStream(file).pipe(to);
  });
  await listen(server);
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  issuer = `${url}/`;
  return {
    url,
    connect: (to) => void (backend = to),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function fileOf(pathname: string, bundle: string): string | null {
  const [, top = '', rest = ''] =
    /^\/(host-page|public\/plugins\/tokenledger-app|public\/build\/img|public\/fonts)\/(.+)$/.exec(
      pathname,
    ) ?? [];
  const folders: Readonly<Record<string, () => string>> = {
    'host-page': () => join(bundle, rest),
    'public/plugins/tokenledger-app': () => join(DIST, rest),
    'public/build/img': () => join(NODE_MODULES, '@grafana/ui/dist/public/img', rest),
    'public/fonts': () =>
      join(NODE_MODULES, '@fontsource', `${FONTS[rest.replace('.woff2', '')] ?? 'none'}.woff2`),
  };
  const file = folders[top]?.();
  if (file === undefined || normalize(file) !== file) return null;
  return statSync(file, { throwIfNoEntry: false })?.isFile() ? file : null;
}

const roleOf = ({ headers }: IncomingMessage): GrafanaRole =>
  (cookieOf(headers.cookie, ROLE_COOKIE) ?? 'Viewer') as GrafanaRole;

const cookieOf = (cookies: string | undefined, name: string): string | undefined =>
  new RegExp(`(?:^|; )${name}=([^;]*)`).exec(cookies ?? '')?.[1];

function send(to: ServerResponse, type: string, body: string): void {
  to.writeHead(200, { 'content-type': type }).end(body);
}

const sendJson = (to: ServerResponse, body: object): void =>
  send(to, 'application/json', JSON.stringify(body));

const listen = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
