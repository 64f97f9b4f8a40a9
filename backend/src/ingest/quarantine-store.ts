import sql, { empty } from 'sql-template-tag';
import type { Allowed } from '../access/allowed.js';
import { realmOf } from '../ledger/event.js';
import type { QuarantineItem } from './quarantine-item.js';
import type { Queryable, Row } from '../db/db.js';

/** A quarantined item as stored. Ids are decimal strings (int8). */
export interface StoredQuarantineItem extends Row {
  readonly id: string;
  readonly first_seen_at: Date;
  readonly last_seen_at: Date;
  readonly times_seen: number;
  readonly realm: string;
  readonly org_id: string | null;
  readonly source: 'otlp' | 'json' | 'body';
  readonly reason: string;
  readonly message: string;
  readonly item: Record<string, unknown> | null;
  readonly replayable: boolean;
  readonly content_type: string | null;
  readonly body_bytes: string | null;
  readonly fingerprint: string;
}

export interface QuarantineFilter {
  readonly reason?: string | undefined;
  readonly ids?: readonly string[] | undefined;
  /** Items after this id. */
  readonly after?: string | undefined;
}

/** Keeps items; one that was seen before is counted. */
export async function insertQuarantined(db: Queryable, items: readonly QuarantineItem[]): Promise<void> {
  // One request may hold the same item twice: ON CONFLICT refuses to touch a row twice (21000).
  const distinct = [
    ...new Map(items.map((item) => [`${item.realm} ${item.fingerprint}`, item])).values(),
  ].sort((a, b) => (a.realm + a.fingerprint < b.realm + b.fingerprint ? -1 : 1));
  await db.query(sql`
    insert into quarantine as q
      (realm, org_id, source, reason, message, item, replayable, content_type, body_bytes, fingerprint)
    select * from unnest(
      ${distinct.map((item) => item.realm)}::text[],
      ${distinct.map((item) => item.orgId)}::text[],
      ${distinct.map((item) => item.source)}::text[],
      ${distinct.map((item) => item.reason)}::text[],
      ${distinct.map((item) => item.message)}::text[],
      ${distinct.map((item) => item.item && JSON.stringify(item.item))}::jsonb[],
      ${distinct.map((item) => item.replayable)}::boolean[],
      ${distinct.map((item) => item.contentType)}::text[],
      ${distinct.map((item) => item.bodyBytes)}::bigint[],
      ${distinct.map((item) => item.fingerprint)}::text[])
    on conflict (realm, fingerprint) do update set times_seen = q.times_seen + 1, last_seen_at = now()`);
}

/** What the keys of an organisation sent is its own; what the team sent names an organisation only by what it claims. */
const matching = ({ reason, ids, after }: QuarantineFilter, { organisations }: Allowed) => sql`
  where true
  ${organisations === null ? empty : sql`and q.realm = any(${organisations.map(realmOf)}::text[])`}
  ${reason === undefined ? empty : sql`and q.reason = ${reason}`}
  ${ids === undefined ? empty : sql`and q.id = any(${ids}::bigint[])`}
  ${after === undefined ? empty : sql`and q.id > ${after}::bigint`}`;

export async function listQuarantined(
  db: Queryable,
  filter: QuarantineFilter,
  limit: number,
  allowed: Allowed,
): Promise<StoredQuarantineItem[]> {
  const { rows } = await db.query<StoredQuarantineItem>(sql`
    select q.id, q.first_seen_at, q.last_seen_at, q.times_seen, q.realm, q.org_id, q.source, q.reason, q.message,
           q.item, q.replayable, q.content_type, q.body_bytes, q.fingerprint
    from quarantine q ${matching(filter, allowed)}
    order by q.id limit ${limit}`);
  return rows;
}

/** @returns how many items there were to delete */
export async function deleteQuarantined(
  db: Queryable,
  filter: QuarantineFilter,
  allowed: Allowed,
): Promise<number> {
  const { rowCount } = await db.query(sql`delete from quarantine q ${matching(filter, allowed)}`);
  return rowCount;
}
