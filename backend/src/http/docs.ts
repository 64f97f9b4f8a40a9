import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { openApiDocument } from './openapi.js';
import { route, type Reply, type Route } from './route.js';

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Tokenledger API</title>
    <link rel="stylesheet" href="/docs/swagger-ui.css">
  </head>
  <body>
    <div id="docs"></div>
    <noscript>This page needs JavaScript; the same as JSON: <a href="/openapi.json">/openapi.json</a></noscript>
    <script src="/docs/swagger-ui-bundle.js"></script>
    <script src="/docs/start.js"></script>
  </body>
</html>
`;

// validatorUrl null: the page asks nobody outside.
const START = `SwaggerUIBundle({ url: '/openapi.json', dom_id: '#docs', deepLinking: true, validatorUrl: null });\n`;

/** Swagger UI writes style attributes and draws its icons from data URLs; scripts come from our files only. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** `/openapi.json` of the given routes (and itself) and `/docs`, a page to read it; nothing is fetched from elsewhere. */
export function createDocsRoutes(routes: readonly Route[], version: string): Route[] {
  const openapi = route({
    method: 'get',
    path: '/openapi.json',
    summary: 'This API as an OpenAPI 3.1 document',
    tag: 'Operations',
    scope: 'public',
    responses: { 200: { description: 'An OpenAPI 3.1 document.' } },
    handle: () => Promise.resolve({ body: document }),
  });
  const document = openApiDocument([...routes, openapi], version);
  return [
    openapi,
    page('/docs', () => Promise.resolve(PAGE), 'text/html'),
    page('/docs/start.js', () => Promise.resolve(START), 'text/javascript'),
    page('/docs/swagger-ui.css', () => swaggerUi('swagger-ui.css'), 'text/css'),
    page('/docs/swagger-ui-bundle.js', () => swaggerUi('swagger-ui-bundle.js'), 'text/javascript'),
  ];
}

function page(path: string, read: () => Promise<string>, type: string): Route {
  return route({
    method: 'get',
    path,
    summary: 'Part of the documentation page',
    tag: 'Operations',
    scope: 'public',
    undocumented: true,
    responses: { 200: { description: 'A file.' } },
    handle: async (): Promise<Reply> => ({
      body: await read(),
      contentType: `${type}; charset=utf-8`,
      headers: { 'content-security-policy': CONTENT_SECURITY_POLICY },
    }),
  });
}

function swaggerUi(file: 'swagger-ui.css' | 'swagger-ui-bundle.js'): Promise<string> {
  const folder = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  return readFile(join(folder, file), 'utf8');
}
