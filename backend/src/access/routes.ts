import { z } from 'zod';
import { Problem } from '../http/problem.js';
import { route, type Route } from '../http/route.js';
import { UNATTRIBUTED } from '../ledger/event.js';
import type { Keys } from './keys.js';
import { KEY_SCOPES, type ApiKey } from './store.js';

const OrgId = z
  .string()
  .trim()
  .min(1)
  .max(256)
  .refine((id) => id !== UNATTRIBUTED, `"${UNATTRIBUTED}" is the name of calls without an organisation`);

const NewKey = z
  .strictObject({
    name: z.string().trim().min(1).max(100).meta({ description: 'What it is for.' }),
    scopes: z
      .array(z.enum(KEY_SCOPES))
      .min(1)
      .transform((scopes) => [...new Set(scopes)])
      .meta({
        description:
          "admin includes ingest and read. grafana, alone, is for the key of Grafana's data source.",
      }),
    org_id: z.union([OrgId, z.null()]).default(null).meta({
      description: 'Bind the key: it writes and reads for this organisation only.',
    }),
  })
  .refine(({ scopes, org_id }) => org_id === null || !scopes.includes('admin'), {
    path: ['scopes'],
    message: 'A key bound to an organisation cannot have the scope admin',
  })
  .refine(({ scopes }) => !scopes.includes('grafana') || scopes.length === 1, {
    path: ['scopes'],
    message: 'The scope grafana stands alone: make another key for the others',
  })
  .refine(({ scopes, org_id }) => org_id === null || !scopes.includes('grafana'), {
    path: ['org_id'],
    message: "A key of Grafana's data source is bound to no organisation: who asks decides what he may read",
  })
  .meta({ id: 'NewKey' });

const Key = z
  .object({
    id: z.string(),
    name: z.string(),
    scopes: z.array(z.enum(KEY_SCOPES)),
    org_id: z.string().nullable(),
    created_at: z.iso.datetime(),
    created_by: z.string(),
    last_used_at: z.iso.datetime().nullable().meta({ description: 'Within a minute.' }),
    revoked_at: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Key' });
const CreatedKey = Key.extend({
  token: z.string().meta({ description: 'The key itself. It cannot be shown again.' }),
}).meta({ id: 'CreatedKey' });

/** `/api/v1/keys`: make, list and revoke API keys. */
export function createKeyRoutes(keys: Pick<Keys, 'create' | 'list' | 'revoke'>): Route[] {
  const path = '/api/v1/keys';
  const common = { tag: 'Keys', scope: 'admin', closedToGrafana: true } as const;
  return [
    route({
      ...common,
      method: 'post',
      path,
      summary: 'Make a key',
      body: NewKey,
      responses: { 201: { description: 'The new key, with its secret, this once.', schema: CreatedKey } },
      async handle({ body: { name, scopes, org_id: orgId }, caller }) {
        const { token, ...key } = await keys.create({ name, scopes, orgId, createdBy: caller.name });
        return { status: 201, body: { ...keyBody(key), token } };
      },
    }),
    route({
      ...common,
      method: 'get',
      path,
      summary: 'List the keys, revoked ones too',
      responses: { 200: { description: 'Newest first.', schema: z.object({ keys: z.array(Key) }) } },
      async handle() {
        return { body: { keys: (await keys.list()).map(keyBody) } };
      },
    }),
    route({
      ...common,
      method: 'delete',
      path: `${path}/:id`,
      summary: 'Revoke a key for good',
      description: 'It opens nothing any more here at once, in other replicas within five seconds.',
      params: z.object({ id: z.string() }),
      responses: { 204: { description: 'Revoked, now or before.' } },
      async handle({ params: { id } }) {
        if (await keys.revoke(id)) return { status: 204 };
        throw new Problem(404, 'no_such_key', 'There is no key with this id. GET /api/v1/keys lists them.');
      },
    }),
  ];
}

function keyBody(key: ApiKey): z.output<typeof Key> {
  return {
    id: key.id,
    name: key.name,
    scopes: [...key.scopes],
    org_id: key.orgId,
    created_at: key.createdAt.toISOString(),
    created_by: key.createdBy,
    last_used_at: key.lastUsedAt?.toISOString() ?? null,
    revoked_at: key.revokedAt?.toISOString() ?? null,
  };
}
