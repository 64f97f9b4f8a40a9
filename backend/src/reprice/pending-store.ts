import sql, { join, type Sql } from 'sql-template-tag';
import type { Allowed } from '../access/allowed.js';
import { arrayLiteral } from '../db/array-literal.js';
import type { Queryable, Row } from '../db/db.js';
import { asMs, timeText } from '../event-store/columns.js';
import type { StoredRow } from '../event-store/ledger-row.js';
import type { PendingReason } from '../ledger/event.js';
import { readSlice, slicesOfDay, type CallSlice } from './call-slices-store.js';

/** Which pending calls; what is left out does not matter. `model` is the name asked for. */
export interface PendingFilter {
  readonly reason?: PendingReason | undefined;
  readonly provider?: string | undefined;
  readonly model?: string | undefined;
  /** Calls that started before it, Unix ms. */
  readonly before?: number | undefined;
}

/** Pending calls that one deed would resolve. */
export interface PendingGroup {
  readonly reason: string;
  readonly provider: string | null;
  /** As asked for; as answered where the request named none. */
  readonly model: string | null;
  readonly serviceTier: string | null;
  readonly calls: number;
  /** Input and output, decimal text; null: nobody told any. */
  readonly tokens: string | null;
  /** Which rare counts their usage tells: a price must have them too. */
  readonly meters: readonly string[];
  /** Starts of the first and the last, Unix ms. */
  readonly oldest: number;
  readonly newest: number;
}

const MODEL = sql`coalesce(e.request_model, e.response_model)`;

function matching({ reason, provider, model, before }: PendingFilter, { organisations }: Allowed): Sql {
  const conditions = [sql`e.cost_status = 'pending'`];
  if (reason !== undefined) conditions.push(sql`e.cost_reason = ${reason}`);
  if (provider !== undefined) conditions.push(sql`e.provider = ${provider}`);
  if (model !== undefined) conditions.push(sql`${MODEL} = ${model}`);
  if (before !== undefined) conditions.push(sql`e.started_at < ${timeText(before)}::timestamptz`);
  if (organisations) conditions.push(sql`e.org_id = any(${arrayLiteral(organisations)}::text[])`);
  return join(conditions, ' and ');
}

const everywhere = (columns: Sql, condition: Sql): Sql => sql`
  select ${columns} from usage_events e
  where ${condition} and e.started_at >= (select raw_floor from ledger_state)
  union all select ${columns} from kept_events e where ${condition}`;

interface GroupRow extends Row {
  readonly cost_reason: string;
  readonly provider: string | null;
  readonly model: string | null;
  readonly service_tier: string | null;
  readonly calls: string;
  readonly tokens: string | null;
  readonly cache_read: boolean;
  readonly cache_write_5m: boolean;
  readonly cache_write_1h: boolean;
  readonly oldest: number;
  readonly newest: number;
}

/** Pending calls by reason, provider, model and tier, most calls first. */
export async function pendingGroups(
  db: Queryable,
  filter: PendingFilter,
  allowed: Allowed,
): Promise<PendingGroup[]> {
  const columns = sql`
    e.cost_reason, e.provider, ${MODEL} as model, e.service_tier, e.started_at, e.input_tokens, e.output_tokens,
    e.cache_read, e.cache_write_5m, e.cache_write_1h`;
  const { rows } = await db.query<GroupRow>(sql`
    select cost_reason, provider, model, service_tier, count(*) as calls,
      (sum(coalesce(input_tokens, 0) + coalesce(output_tokens, 0))
        filter (where input_tokens is not null or output_tokens is not null))::text as tokens,
      coalesce(bool_or(cache_read > 0), false) as cache_read,
      coalesce(bool_or(cache_write_5m > 0), false) as cache_write_5m,
      coalesce(bool_or(cache_write_1h > 0), false) as cache_write_1h,
      ${asMs(sql`min(started_at)`)} as oldest,
      ${asMs(sql`max(started_at)`)} as newest
    from (${everywhere(columns, matching(filter, allowed))}) p
    group by 1, 2, 3, 4
    order by count(*) desc, 1, 2, 3, 4`);
  return rows.map((row) => ({
    reason: row.cost_reason,
    provider: row.provider,
    model: row.model,
    serviceTier: row.service_tier,
    calls: Number(row.calls),
    tokens: row.tokens,
    meters: (['cache_read', 'cache_write_5m', 'cache_write_1h'] as const).filter((meter) => row[meter]),
    oldest: Math.round(row.oldest),
    newest: Math.round(row.newest),
  }));
}

/** UTC days (Unix ms) with such calls, oldest first. */
export async function pendingDays(db: Queryable, filter: PendingFilter, allowed: Allowed): Promise<number[]> {
  const { rows } = await db.query<{ day: number }>(sql`
    select distinct ${asMs(sql`day`)} as day
    from (${everywhere(sql`date_trunc('day', e.started_at, 'UTC') as day`, matching(filter, allowed))}) p order by 1`);
  return rows.map(({ day }) => day);
}

export const slicePending = (
  db: Queryable,
  day: number,
  filter: PendingFilter,
  allowed: Allowed,
): Promise<CallSlice[]> => slicesOfDay(db, day, matching(filter, allowed));

export const readPending = (
  db: Queryable,
  slice: CallSlice,
  filter: PendingFilter,
  allowed: Allowed,
): Promise<StoredRow[]> => readSlice(db, slice, matching(filter, allowed));
