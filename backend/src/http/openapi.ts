import { OpenAPIRegistry, OpenApiGeneratorV31, type ResponseConfig } from '@asteasolutions/zod-to-openapi';
import { z } from 'zod';
import { isOpenToGrafana, type Route } from './route.js';

type Document = ReturnType<OpenApiGeneratorV31['generateDocument']>;

const ProblemBody = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string().meta({ description: 'What is wrong and what to do next.' }),
    code: z.string().meta({ description: 'Stable name of the problem.' }),
    errors: z
      .array(z.object({ field: z.string(), message: z.string(), index: z.int().optional() }))
      .optional()
      .meta({ description: 'Each wrong field; index is the position in a batch.' }),
  })
  .meta({ id: 'Problem', description: 'Problem details (RFC 9457).' });

/**
 * Describes the routes as an OpenAPI 3.1 document. Schemas with `.meta({ id })` become components; a reference that
 * may be null has to be written `z.union([Schema, z.null()])`, as `.nullable()` on it contradicts itself (or makes
 * the component null for everybody).
 */
export function openApiDocument(routes: readonly Route[], version: string): Document {
  const registry = new OpenAPIRegistry();
  const bearer = registry.registerComponent('securitySchemes', 'key', {
    type: 'http',
    scheme: 'bearer',
    description:
      'An API key. Not needed on loopback with the embedded database (except for admin), while no Grafana is configured.',
  });
  const grafanaKey = registry.registerComponent('securitySchemes', 'grafana_key', {
    type: 'apiKey',
    in: 'header',
    name: 'X-Tokenledger-Key',
    description:
      "The key of Grafana's data source: a key with the scope grafana. It opens nothing without grafana_identity.",
  });
  const grafanaIdentity = registry.registerComponent('securitySchemes', 'grafana_identity', {
    type: 'apiKey',
    in: 'header',
    name: 'X-Grafana-Id',
    description:
      'Who asks, signed by Grafana (ES256): its proxy adds it by itself. In the organisation of the team every role ' +
      'reads and users who are Admin change. Refused with 403 (or 503 while the keys of Grafana cannot be read), never ' +
      '401; with one of these two headers Authorization does not count.',
  });
  for (const route of routes) {
    if (route.undocumented === true) continue;
    const byKey = { [bearer.name]: [String(route.scope)] };
    const byGrafana = { [grafanaKey.name]: [], [grafanaIdentity.name]: [] };
    const security = isOpenToGrafana(route) ? [byKey, byGrafana] : [byKey];
    describe(registry, route.scope === 'public' ? [] : security, route);
  }
  return new OpenApiGeneratorV31(registry.definitions).generateDocument({
    openapi: '3.1.0',
    info: {
      title: 'Tokenledger',
      version,
      description:
        'What AI calls cost, per organisation. Money is a decimal string in USD; times are RFC 3339.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
  });
}

function describe(registry: OpenAPIRegistry, security: Record<string, string[]>[], route: Route): void {
  registry.registerPath({
    method: route.method,
    path: route.path.replace(/:(\w+)/g, '{$1}'),
    operationId: operationId(route),
    summary: route.summary,
    ...(route.description === undefined ? {} : { description: route.description }),
    tags: [route.tag],
    security,
    request: {
      ...(route.params instanceof z.ZodObject ? { params: route.params } : {}),
      ...(route.query instanceof z.ZodObject ? { query: route.query } : {}),
      ...requestBody(route),
    },
    responses: responsesOf(route),
  });
}

function requestBody(route: Route) {
  const contentTypes = route.rawBody?.contentTypes ?? (route.body === undefined ? [] : ['application/json']);
  if (contentTypes.length === 0) return {};
  const json = route.documentedBody ?? route.body ?? z.unknown();
  const content = contentTypes.map((type) => [
    type,
    { schema: type === 'application/json' ? json : z.unknown() },
  ]);
  return {
    body: { required: true, content: Object.fromEntries(content) as Record<string, { schema: z.ZodType }> },
  };
}

function responsesOf(route: Route): Record<string, ResponseConfig> {
  const own = Object.entries(route.responses).map(
    ([status, { description, schema }]): [string, ResponseConfig] => [
      status,
      { description, ...(schema === undefined ? {} : { content: { 'application/json': { schema } } }) },
    ],
  );
  const failure: ResponseConfig = {
    description: 'Refused or failed.',
    ...(route.rawBody === undefined
      ? { content: { 'application/problem+json': { schema: ProblemBody } } }
      : {}),
  };
  return { ...Object.fromEntries(own), default: failure };
}

/** `get /api/v1/keys/:id` → `getApiV1KeysId`: stable as long as the path is. */
function operationId(route: Route): string {
  const words = route.path.split(/\W+/).filter((word) => word !== '');
  return route.method + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}
