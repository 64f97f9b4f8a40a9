import { z } from 'zod';
import { send, startServer, type TestServer } from '../../../test/support/http-server.js';
import { createKeyRoutes } from '../access/routes.js';
import { createDocsRoutes } from './docs.js';
import { createHealthRoutes } from './health.js';
import { createMetrics } from './metrics.js';
import { openApiDocument } from './openapi.js';
import { route, type Route } from './route.js';

const Money = z.string().meta({ id: 'Money' });
const example = route({
  method: 'post',
  path: '/examples/:id/parts/:part',
  summary: 'An example',
  tag: 'Examples',
  scope: 'read',
  params: z.object({ id: z.string(), part: z.string() }),
  query: z.object({ limit: z.coerce.number().int().max(100).default(10) }),
  body: z.object({ price: Money }),
  responses: {
    200: { description: 'It.', schema: z.object({ cost: z.union([Money, z.null()]), price: Money }) },
  },
  handle: () => Promise.resolve({}),
});
const raw = route({
  method: 'post',
  path: '/raw',
  summary: 'Bytes',
  tag: 'Examples',
  scope: 'ingest',
  rawBody: { contentTypes: ['application/x-protobuf', 'application/json'], renderError: () => never() },
  responses: { 200: { description: 'Taken.' } },
  handle: () => Promise.resolve({}),
});
const batch = route({
  method: 'post',
  path: '/batch',
  summary: 'Items',
  tag: 'Examples',
  scope: 'ingest',
  body: z.array(z.unknown()),
  documentedBody: z.array(z.object({ price: Money })),
  responses: { 200: { description: 'Taken.' } },
  handle: () => Promise.resolve({}),
});
const never = (): never => {
  throw new Error('not rendered here');
};

const unused = { create: never, list: never, revoke: never };
const health = {
  checkReady: () => Promise.resolve({ ready: true, details: {} }),
  isDraining: () => false,
  refuseBound: never,
  registry: createMetrics().registry,
};
const routes: Route[] = [example, raw, batch, ...createKeyRoutes(unused), ...createHealthRoutes(health)];

interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
  readonly security: unknown;
  readonly requestBody?: { readonly content: object };
  readonly responses: object;
}
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}
const document = JSON.parse(JSON.stringify(openApiDocument(routes, '1.2.3'))) as Document;

function refs(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => (key === '$ref' ? [String(inner)] : refs(inner)));
}
const resolve = (ref: string): unknown =>
  ref
    .slice(2)
    .split('/')
    .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], document);

describe('openApiDocument', () => {
  it('has every route, with its parameters', () => {
    for (const { path, method } of routes) {
      const name = path.replace(/:(\w+)/g, '{$1}');
      const operation = document.paths[name]?.[method];
      const inPath = (operation?.parameters ?? []).filter((parameter) => parameter.in === 'path');
      expect(inPath.map((parameter) => `{${parameter.name}}`)).toEqual(name.match(/\{\w+\}/g) ?? []);
      expect(Object.keys(operation?.responses ?? {})).toContain('default');
    }
  });

  it('has one name per operation', () => {
    const operations = Object.values(document.paths).flatMap((path) => Object.values(path));
    expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(routes.length);
    expect(operations).toHaveLength(routes.length);
  });

  it('resolves every reference', () => {
    const all = refs(document);
    expect(all).toContain('#/components/schemas/Money');
    expect(all).toContain('#/components/schemas/Problem');
    for (const ref of all) expect([ref, resolve(ref)]).toEqual([ref, expect.any(Object)]);
  });

  it('keeps a component as it is where one use of it may be null', () => {
    expect(resolve('#/components/schemas/Money')).toEqual({ type: 'string' });
    const cost = JSON.stringify(resolve('#/paths'));
    expect(cost).toContain('{"anyOf":[{"$ref":"#/components/schemas/Money"},{"type":"null"}]}');
  });

  it('says which key a route needs', () => {
    expect(document.paths['/healthz']?.['get']?.security).toEqual([]);
    expect(document.paths['/raw']?.['post']?.security).toEqual([{ key: ['ingest'] }]);
    const grafana = { grafana_key: [], grafana_identity: [] };
    expect(document.paths['/metrics']?.['get']?.security).toEqual([{ key: ['read'] }, grafana]);
    // What is made there outlasts a role.
    expect(document.paths['/api/v1/keys']?.['post']?.security).toEqual([{ key: ['admin'] }]);
    for (const name of ['key', ...Object.keys(grafana)])
      expect(resolve(`#/components/securitySchemes/${name}`)).toMatchObject({ type: expect.any(String) });
  });

  it('shows the items that a handler checks itself', () => {
    const content = document.paths['/batch']?.['post']?.requestBody?.content;
    expect(refs(content)).toEqual(['#/components/schemas/Money']);
  });

  it('lists the content types of a raw body', () => {
    const content = document.paths['/raw']?.['post']?.requestBody?.content ?? {};
    expect(Object.keys(content)).toEqual(['application/x-protobuf', 'application/json']);
  });
});

describe('/docs', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer([...routes, ...createDocsRoutes(routes, '1.2.3')]);
  });
  afterAll(() => server.server.close());

  it('reads the document, which describes itself too but not the parts of the page', async () => {
    const { json, headers } = await send(server.port, 'GET', '/openapi.json');
    expect(headers['content-type']).toMatch(/^application\/json/);
    expect(Object.keys(json['paths'] as object)).toEqual(
      expect.arrayContaining(['/openapi.json', '/healthz']),
    );
    expect(Object.keys(json['paths'] as object).filter((path) => path.startsWith('/docs'))).toEqual([]);
  });

  it('loads only our own files, and each is there', async () => {
    const page = (await send(server.port, 'GET', '/docs')).body.toString();
    const files = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, file]) => file ?? '');
    expect(files).toHaveLength(4);
    for (const file of files) {
      const { status, body } = await send(server.port, 'GET', file);
      expect([file.startsWith('/'), status, body.length > 50]).toEqual([true, 200, true]);
    }
    expect(page).not.toMatch(/<script(?![^>]* src=)|\son\w+=|\sstyle=/);
  });

  it('allows scripts from our files only', async () => {
    const policy = (await send(server.port, 'GET', '/docs')).headers['content-security-policy'];
    expect(policy).toMatch(/script-src 'self';/);
    expect(policy).toMatch(/default-src 'none'/);
  });
});
