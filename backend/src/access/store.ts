import sql from 'sql-template-tag';
import type { Queryable } from '../db/db.js';
import { SCOPES, type Scope } from '../http/caller.js';

/** `grafana` is for the key of Grafana's data source: it opens nothing by itself. */
export const KEY_SCOPES = [...SCOPES, 'grafana'] as const;
export type KeyScope = Scope | 'grafana';

/** A key as it may be shown: without any secret. */
export interface ApiKey {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly KeyScope[];
  /** The organisation it is bound to; null: the whole team. */
  readonly orgId: string | null;
  readonly createdAt: Date;
  readonly createdBy: string;
  readonly lastUsedAt: Date | null;
  readonly revokedAt: Date | null;
}

/** What is needed to recognise a key. */
export interface LiveKey {
  readonly id: string;
  readonly sha256: string;
  readonly scopes: readonly KeyScope[];
  readonly orgId: string | null;
}

/** Writes a key; its id is random, so a clash is an error like any other. */
export async function insertKey(
  db: Queryable,
  key: LiveKey & { readonly name: string; readonly createdBy: string },
): Promise<ApiKey> {
  const { rows } = await db.query<KeyRow>(sql`
    insert into api_keys (id, name, secret_sha256, scopes, org_id, created_by)
    values (${key.id}, ${key.name}, ${key.sha256}, ${key.scopes}::text[], ${key.orgId}, ${key.createdBy})
    returning id, name, scopes, org_id, created_at, created_by, last_used_at, revoked_at`);
  return apiKey(rows[0] as KeyRow);
}

/** All keys, revoked ones too, newest first. */
export async function listKeys(db: Queryable): Promise<ApiKey[]> {
  const { rows } = await db.query<KeyRow>(sql`
    select id, name, scopes, org_id, created_at, created_by, last_used_at, revoked_at
    from api_keys
    order by created_at desc, id`);
  return rows.map(apiKey);
}

/** Every key that opens something. */
export async function liveKeys(db: Queryable): Promise<LiveKey[]> {
  const { rows } = await db.query<{
    id: string;
    sha256: string;
    scopes: KeyScope[];
    org_id: string | null;
  }>(sql`
    select id, secret_sha256 as sha256, scopes, org_id
    from api_keys
    where revoked_at is null`);
  return rows.map(({ org_id, ...key }) => ({ ...key, orgId: org_id }));
}

/** Number of keys that open something. */
export async function countLiveKeys(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ live: number }>(sql`
    select count(*)::int as live from api_keys where revoked_at is null`);
  return rows[0]?.live ?? 0;
}

/** Revokes a key for good and keeps its row; revoking it again changes nothing. False when there is no such key. */
export async function revokeKey(db: Queryable, id: string): Promise<boolean> {
  const { rowCount } = await db.query(sql`
    update api_keys set revoked_at = coalesce(revoked_at, now()) where id = ${id}`);
  return rowCount > 0;
}

/** Notes that a key was used; at most one write a minute, whatever the number of processes. */
export async function touchKey(db: Queryable, id: string): Promise<void> {
  await db.query(sql`
    update api_keys set last_used_at = now()
    where id = ${id} and (last_used_at is null or last_used_at < now() - interval '1 minute')`);
}

type KeyRow = {
  readonly id: string;
  readonly name: string;
  readonly scopes: KeyScope[];
  readonly org_id: string | null;
  readonly created_at: Date;
  readonly created_by: string;
  readonly last_used_at: Date | null;
  readonly revoked_at: Date | null;
};

function apiKey(row: KeyRow): ApiKey {
  return {
    id: row.id,
    name: row.name,
    scopes: row.scopes,
    orgId: row.org_id,
    createdAt: row.created_at,
    createdBy: row.created_by,
    lastUsedAt: row.last_used_at,
    revokedAt: row.revoked_at,
  };
}
