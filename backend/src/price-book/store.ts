import sql, { empty } from 'sql-template-tag';
import type { Sql } from 'sql-template-tag';
import type { Allowed } from '../access/allowed.js';
import type { Queryable, Row } from '../db/db.js';
import type { PriceSource, PriceVersion, PriceVersionDraft } from '../pricing/price-version.js';

/** Two processes that import at once would both find an empty book: one waits for the other. */
const IMPORT_LOCK = 7_203_201;
/** Rows per statement: a few hundred kilobytes of JSON. */
const INSERT_ROWS = 200;

interface VersionRow extends Row {
  readonly id: string;
  readonly source: PriceSource;
  readonly source_version: string;
  readonly org_id: string | null;
  readonly provider: string;
  readonly model: string;
  readonly service_tier: string;
  readonly effective_ms: string | null;
  readonly certain_ms: string | null;
  readonly recorded_ms: string;
  readonly match: PriceVersion['match'];
  readonly meters: PriceVersion['meters'];
  readonly windows: PriceVersion['windows'];
  readonly basis: PriceVersion['basis'];
  readonly empty: boolean;
  readonly refused: string | null;
  readonly ended: boolean;
  readonly withdrawn: boolean;
  readonly by_hand: boolean;
  readonly author: string | null;
  readonly note: string | null;
}

/**
 * Milliseconds as text; the beginning of time is null. To sort, say `price_versions.id`: `id` alone is the text of this
 * list, where 9 comes after 10.
 */
const COLUMNS = sql`
  id::text, source, source_version, org_id, provider, model, service_tier,
  case when effective_from = '-infinity' then null else (extract(epoch from effective_from) * 1000)::bigint::text end as effective_ms,
  case when certain_from = '-infinity' then null else (extract(epoch from certain_from) * 1000)::bigint::text end as certain_ms,
  (extract(epoch from recorded_at) * 1000)::bigint::text as recorded_ms,
  match, meters, windows, basis, empty, refused, ended, withdrawn, by_hand, author, note`;

const timeOf = (ms: string | null): number => (ms === null ? -Infinity : Number(ms));

function toVersion(row: VersionRow): PriceVersion {
  return {
    id: row.id,
    source: row.source,
    sourceVersion: row.source_version,
    orgId: row.org_id,
    provider: row.provider,
    model: row.model,
    match: row.match,
    serviceTier: row.service_tier,
    effectiveFrom: timeOf(row.effective_ms),
    certainFrom: timeOf(row.certain_ms),
    recordedAt: Number(row.recorded_ms),
    meters: row.meters,
    windows: row.windows,
    basis: row.basis,
    empty: row.empty,
    refused: row.refused,
    ended: row.ended,
    withdrawn: row.withdrawn,
    byHand: row.by_hand,
    author: row.author,
    note: row.note,
  };
}

/** The whole book, in the order it was recorded. */
export async function readVersions(db: Queryable): Promise<readonly PriceVersion[]> {
  const { rows } = await db.query<VersionRow>(
    sql`select ${COLUMNS} from price_versions order by price_versions.id`,
  );
  return rows.map(toVersion);
}

/** Id of the newest version; null when the book is empty. It only grows, so an unchanged one means an unchanged book. */
export async function lastVersionId(db: Queryable): Promise<string | null> {
  const { rows } = await db.query<{ id: string | null }>(sql`select max(id)::text as id from price_versions`);
  return rows[0]?.id ?? null;
}

export interface VersionFilter {
  readonly provider?: string | undefined;
  readonly model?: string | undefined;
  readonly source?: PriceSource | undefined;
  /** Ids below this one. */
  readonly before: string | null;
  readonly limit: number;
}

/** One page of the book, newest first: catalogue and overrides, and of the contracts those of organisations one may see. */
export async function listVersions(
  db: Queryable,
  filter: VersionFilter,
  { organisations }: Allowed,
): Promise<readonly PriceVersion[]> {
  const { rows } = await db.query<VersionRow>(sql`
    select ${COLUMNS} from price_versions
    where true
      ${when(filter.provider, (value) => sql`and provider = ${value}`)}
      ${when(filter.model, (value) => sql`and (model = ${value} or match @> jsonb_build_array(jsonb_build_object('model', ${value.toLowerCase()}::text)))`)}
      ${when(filter.source, (value) => sql`and source = ${value}`)}
      ${when(organisations, (own) => sql`and (org_id is null or org_id = any(${[...own]}::text[]))`)}
      ${when(filter.before, (value) => sql`and id < ${value}::bigint`)}
    order by price_versions.id desc
    limit ${filter.limit}`);
  return rows.map(toVersion);
}

const when = <T>(value: T | null | undefined, condition: (value: T) => Sql): Sql =>
  value === null || value === undefined ? empty : condition(value);

/** How calls name a model. */
export interface SeenModel extends Row {
  readonly provider: string | null;
  readonly request_model: string | null;
  readonly response_model: string | null;
}

/** The models of the calls since `since` (Unix ms) and of those that still wait for a price, at most 10,000. */
export async function readSeenModels(db: Queryable, since: number): Promise<readonly SeenModel[]> {
  const { rows } = await db.query<SeenModel>(sql`
    select provider, request_model, response_model from usage_events
    where kind = 'call' and started_at >= ${timestamp(since)}::timestamptz
    union
    select provider, request_model, response_model from usage_events where cost_status = 'pending'
    union
    select provider, request_model, response_model from kept_events where cost_status = 'pending'
    limit 10000`);
  return rows;
}

/** Keeps other importers out until the transaction ends. */
export async function lockImports(tx: Queryable): Promise<void> {
  await tx.query(sql`select pg_advisory_xact_lock(${IMPORT_LOCK})`);
}

/** Adds versions; the database numbers them. */
export async function insertVersions(tx: Queryable, drafts: readonly PriceVersionDraft[]): Promise<void> {
  for (let start = 0; start < drafts.length; start += INSERT_ROWS) {
    const rows = JSON.stringify(drafts.slice(start, start + INSERT_ROWS).map(toRow));
    await tx.query(sql`
      insert into price_versions (
        source, source_version, org_id, provider, model, match, service_tier, effective_from, certain_from, recorded_at,
        meters, windows, basis, empty, refused, ended, withdrawn, by_hand, author, note)
      select
        source, source_version, org_id, provider, model, match, service_tier, effective_from, certain_from, recorded_at,
        meters, windows, basis, empty, refused, ended, withdrawn, by_hand, author, note
      from jsonb_to_recordset(${rows}::jsonb) as row (
        source text, source_version text, org_id text, provider text, model text, match jsonb, service_tier text,
        effective_from timestamptz, certain_from timestamptz, recorded_at timestamptz,
        meters jsonb, windows jsonb, basis jsonb, empty boolean, refused text,
        ended boolean, withdrawn boolean, by_hand boolean, author text, note text)`);
  }
}

const timestamp = (ms: number): string => (ms === -Infinity ? '-infinity' : new Date(ms).toISOString());

function toRow(draft: PriceVersionDraft): Record<string, unknown> {
  return {
    source: draft.source,
    source_version: draft.sourceVersion,
    org_id: draft.orgId,
    provider: draft.provider,
    model: draft.model,
    match: draft.match,
    service_tier: draft.serviceTier,
    effective_from: timestamp(draft.effectiveFrom),
    certain_from: timestamp(draft.certainFrom),
    recorded_at: timestamp(draft.recordedAt),
    meters: draft.meters,
    windows: draft.windows,
    basis: draft.basis,
    empty: draft.empty,
    refused: draft.refused,
    ended: draft.ended,
    withdrawn: draft.withdrawn,
    by_hand: draft.byHand,
    author: draft.author,
    note: draft.note,
  };
}
