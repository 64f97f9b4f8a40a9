import { Sql } from 'sql-template-tag';
import { arrayLiteral } from '../db/array-literal.js';
import { ATTRIBUTION_FIELDS, UNATTRIBUTED } from '../ledger/event.js';
import { formatMoney } from '../ledger/money.js';
import type { Queryable } from '../db/db.js';
import type { Usage } from '../usage/usage.js';
import type { LedgerRow } from './ledger-row.js';

/** A column of usage_events, its array type, and its value of one row. */
type Column = readonly [name: string, type: string, value: (row: LedgerRow) => Value];
type Value = string | number | boolean | null;

const time = (unixMs: number): string => new Date(unixMs).toISOString();

const COLUMNS: readonly Column[] = [
  ['realm', 'text', (row) => row.event.realm],
  ['trace_id', 'text', (row) => row.event.traceId],
  ['span_id', 'text', (row) => row.event.spanId],
  ['started_at', 'timestamptz', (row) => time(row.event.startedAt)],
  ['parent_span_id', 'text', (row) => row.event.parentSpanId],
  ['kind', 'text', (row) => row.settlement.kind],
  ['span_class', 'text', (row) => row.event.spanClass],
  ['name', 'text', (row) => row.event.name],
  ['duration_us', 'bigint', (row) => row.event.durationUs],
  ['scope_name', 'text', (row) => row.event.scopeName],
  ['scope_version', 'text', (row) => row.event.scopeVersion],
  ['service_name', 'text', (row) => row.event.serviceName],
  ['status_error', 'boolean', (row) => row.event.statusError],
  ['org_id', 'text', (row) => row.settlement.attribution.orgId ?? UNATTRIBUTED],
  ['assistant_id', 'text', (row) => row.settlement.attribution.assistantId],
  ['query_type', 'text', (row) => row.settlement.attribution.queryType],
  ['conversation_id', 'text', (row) => row.settlement.attribution.conversationId],
  ['user_id', 'text', (row) => row.settlement.attribution.userId],
  ['environment', 'text', (row) => row.settlement.attribution.environment],
  ['inherited', 'smallint', inheritedBits],
  ['operation', 'text', (row) => row.event.operation],
  ['provider', 'text', (row) => row.event.provider],
  ['model', 'text', (row) => row.model],
  ['request_model', 'text', (row) => row.event.requestModel],
  ['response_model', 'text', (row) => row.event.responseModel],
  ['response_id', 'text', (row) => row.event.responseId],
  ['service_tier', 'text', (row) => row.event.serviceTier],
  ['input_tokens', 'bigint', (row) => row.event.usage?.input_tokens ?? null],
  ['cache_read', 'bigint', (row) => row.event.usage?.cache_read ?? null],
  ['cache_write_5m', 'bigint', (row) => row.event.usage?.cache_write_5m ?? null],
  ['cache_write_1h', 'bigint', (row) => row.event.usage?.cache_write_1h ?? null],
  ['output_tokens', 'bigint', (row) => row.event.usage?.output_tokens ?? null],
  ['reasoning', 'bigint', (row) => row.event.usage?.reasoning ?? null],
  ['usage_more', 'jsonb', (row) => row.event.usage && rareCounts(row.event.usage)],
  ['usage_problem', 'text', (row) => row.event.usageProblem],
  ['input_basis', 'text', (row) => row.event.inputBasis],
  ['usage_quality', 'text', (row) => row.event.usageQuality],
  ['lost', 'text', (row) => row.event.lost.join('; ') || null],
  ['detail', 'integer', (row) => row.event.detail],
  ['failed', 'boolean', (row) => row.event.failed],
  ['reported_cost', 'numeric', (row) => row.event.reportedCost],
  ['time_to_first_token_ms', 'double precision', (row) => row.event.timeToFirstTokenMs],
  ['cost_status', 'text', (row) => row.cost.status],
  ['cost_reason', 'text', (row) => row.cost.reason],
  ['cost_quality', 'text', (row) => row.cost.quality],
  ['cost_usd', 'numeric', (row) => (row.cost.costUsd === null ? null : formatMoney(row.cost.costUsd))],
  ['price_version_ids', 'text', (row) => row.cost.priceVersionIds.join(',') || null],
  ['repeat_of_trace_id', 'text', (row) => row.settlement.repeatOf?.traceId ?? null],
  ['repeat_of_span_id', 'text', (row) => row.settlement.repeatOf?.spanId ?? null],
  [
    'repeat_of_started_at',
    'timestamptz',
    (row) => row.settlement.repeatOf && time(row.settlement.repeatOf.startedAt),
  ],
  ['attributes', 'jsonb', (row) => row.event.attributes && JSON.stringify(row.event.attributes)],
];

const KEY = new Set(['realm', 'trace_id', 'span_id', 'started_at']);
const names = COLUMNS.map(([name]) => name).join(', ');
const replaced = COLUMNS.filter(([name]) => !KEY.has(name))
  .map(([name]) => `${name} = excluded.${name}`)
  .concat('ingested_at = now()')
  .join(', ');

/** The text around the parameters, one array per column: `unnest($1::text[], $2::timestamptz[], …)`. */
const TEXT: readonly string[] = [
  `insert into usage_events (${names}) select * from unnest(`,
  ...COLUMNS.slice(1).map((_, index) => `::${COLUMNS[index]?.[1]}[], `),
  `::${COLUMNS.at(-1)?.[1]}[])
   on conflict (trace_id, span_id, realm, started_at) do update set ${replaced}
   where excluded.detail > usage_events.detail`,
];

/**
 * Writes rows of one UTC day in one statement. A row that is stored already is replaced only by one with richer detail,
 * so an equal or poorer resend writes nothing. Keys must be unique within `rows` (else SQLSTATE 21000).
 * @returns how many rows were inserted or replaced
 */
export async function upsertEvents(db: Queryable, rows: readonly LedgerRow[]): Promise<number> {
  const { rowCount } = await db.query(new Sql(TEXT, valuesOf(rows).map(arrayLiteral)));
  return rowCount;
}

/** The statement's text and its values column by column: the bench makes its bare yardstick of them. */
export const upsertParts = (rows: readonly LedgerRow[]): { text: readonly string[]; values: Value[][] } => ({
  text: TEXT,
  values: valuesOf(rows),
});

const valuesOf = (rows: readonly LedgerRow[]): Value[][] => COLUMNS.map(([, , value]) => rows.map(value));

function inheritedBits({ event, settlement }: LedgerRow): number {
  return ATTRIBUTION_FIELDS.reduce(
    (bits, field, index) =>
      event.own[field] === null && settlement.attribution[field] !== null ? bits | (1 << index) : bits,
    0,
  );
}

/** Counts that few calls have, as JSON; null when there are none. */
function rareCounts(usage: Usage): string | null {
  const { input_audio, cache_read_audio, input_image, output_audio, output_image, other } = usage;
  const counts = Object.entries({
    input_audio,
    cache_read_audio,
    input_image,
    output_audio,
    output_image,
    ...other,
  });
  const told = counts.filter(([, count]) => count !== null && count !== undefined);
  return told.length ? JSON.stringify(Object.fromEntries(told)) : null;
}
