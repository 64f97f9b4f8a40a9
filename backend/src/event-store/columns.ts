import sql, { Sql } from 'sql-template-tag';
import { arrayLiteral } from '../db/array-literal.js';
import { ATTRIBUTION_FIELDS, UNATTRIBUTED } from '../ledger/event.js';
import { formatMoney } from '../ledger/money.js';
import type { Usage } from '../usage/usage.js';
import type { LedgerRow } from './ledger-row.js';

/** A column of usage_events, its array type, and its value of one row. */
export type Column<T = LedgerRow> = readonly [name: string, type: string, value: (row: T) => Value];
export type Value = string | number | boolean | null;

export const timeText = (unixMs: number): string => new Date(unixMs).toISOString();
/** A timestamptz as Unix ms. */
export const asMs = (instant: Sql): Sql => sql`(extract(epoch from ${instant}) * 1000)::float8`;

export const KEY_COLUMNS: readonly Column[] = [
  ['realm', 'text', (row) => row.event.realm],
  ['trace_id', 'text', (row) => row.event.traceId],
  ['span_id', 'text', (row) => row.event.spanId],
  ['started_at', 'timestamptz', (row) => timeText(row.event.startedAt)],
];

/** What neighbours and prices decide. */
export const SETTLED_COLUMNS: readonly Column[] = [
  ['kind', 'text', (row) => row.settlement.kind],
  ['org_id', 'text', (row) => row.settlement.attribution.orgId ?? UNATTRIBUTED],
  ['assistant_id', 'text', (row) => row.settlement.attribution.assistantId],
  ['query_type', 'text', (row) => row.settlement.attribution.queryType],
  ['conversation_id', 'text', (row) => row.settlement.attribution.conversationId],
  ['user_id', 'text', (row) => row.settlement.attribution.userId],
  ['environment', 'text', (row) => row.settlement.attribution.environment],
  ['inherited', 'smallint', inheritedBits],
  ['model', 'text', (row) => row.model],
  ['cost_status', 'text', (row) => row.cost.status],
  ['cost_reason', 'text', (row) => row.cost.reason],
  ['cost_quality', 'text', (row) => row.cost.quality],
  ['cost_usd', 'numeric', (row) => (row.cost.costUsd === null ? null : formatMoney(row.cost.costUsd))],
  [
    'cache_saved_usd',
    'numeric',
    ({ cost }) => (cost.cacheSavedUsd === null ? null : formatMoney(cost.cacheSavedUsd)),
  ],
  ['price_version_ids', 'text', (row) => row.cost.priceVersionIds.join(',') || null],
  ['repeat_of_trace_id', 'text', (row) => row.settlement.repeatOf?.traceId ?? null],
  ['repeat_of_span_id', 'text', (row) => row.settlement.repeatOf?.spanId ?? null],
  [
    'repeat_of_started_at',
    'timestamptz',
    (row) => row.settlement.repeatOf && timeText(row.settlement.repeatOf.startedAt),
  ],
];

/** What a sender told of the usage; a correction replaces it. */
export const USAGE_COLUMNS: readonly Column[] = [
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
];

/** What else was read off the span. */
export const SPAN_COLUMNS: readonly Column[] = [
  ['parent_span_id', 'text', (row) => row.event.parentSpanId],
  ['span_class', 'text', (row) => row.event.spanClass],
  ['name', 'text', (row) => row.event.name],
  ['duration_us', 'bigint', (row) => row.event.durationUs],
  ['scope_name', 'text', (row) => row.event.scopeName],
  ['scope_version', 'text', (row) => row.event.scopeVersion],
  ['service_name', 'text', (row) => row.event.serviceName],
  ['status_error', 'boolean', (row) => row.event.statusError],
  ['operation', 'text', (row) => row.event.operation],
  ['provider', 'text', (row) => row.event.provider],
  ['request_model', 'text', (row) => row.event.requestModel],
  ['response_model', 'text', (row) => row.event.responseModel],
  ['response_id', 'text', (row) => row.event.responseId],
  ['service_tier', 'text', (row) => row.event.serviceTier],
];

const ATTRIBUTES: Column = [
  'attributes',
  'jsonb',
  (row) => row.event.attributes && JSON.stringify(row.event.attributes),
];

/** A row with the number of the request it came with. */
export interface NumberedRow {
  readonly row: LedgerRow;
  readonly requestNumber: string | null;
}

const numbered = ([name, type, value]: Column): Column<NumberedRow> => [name, type, ({ row }) => value(row)];

const ROW_COLUMNS: readonly Column[] = [
  ...[...KEY_COLUMNS, ...SPAN_COLUMNS, ...SETTLED_COLUMNS, ...USAGE_COLUMNS],
  ATTRIBUTES,
];

/** Every column that a request writes: the request's number is the last. */
export const WRITTEN_COLUMNS: readonly Column<NumberedRow>[] = [
  ...ROW_COLUMNS.map(numbered),
  ['request_number', 'bigint', ({ requestNumber }) => requestNumber],
];

const KEY = new Set(KEY_COLUMNS.map(([name]) => name));
const names = WRITTEN_COLUMNS.map(([name]) => name).join(', ');
const replaced = WRITTEN_COLUMNS.filter(([name]) => !KEY.has(name))
  .map(([name]) => `${name} = excluded.${name}`)
  .concat('ingested_at = now()', 'recovered_at = null')
  .join(', ');

const insertText = (table: string, onConflict: string): readonly string[] => [
  `insert into ${table} (${names}) select * from unnest(`,
  ...WRITTEN_COLUMNS.slice(1).map((_, index) => `::${WRITTEN_COLUMNS[index]?.[1]}[], `),
  `::${WRITTEN_COLUMNS.at(-1)?.[1]}[])
   on conflict (trace_id, span_id, realm, started_at) ${onConflict}`,
];

const UPSERT = insertText(
  'usage_events',
  `do update set ${replaced} where excluded.detail > usage_events.detail`,
);
const INSERT_NEW = {
  raw: insertText('usage_events', 'do nothing returning trace_id, span_id, realm, started_at'),
  kept: insertText('kept_events', 'do nothing returning trace_id, span_id, realm, started_at'),
} as const;

const valuesOf = (rows: readonly NumberedRow[]): Value[][] =>
  WRITTEN_COLUMNS.map(([, , value]) => rows.map(value));

/**
 * Writes rows out for `upsertStatement`, before their transaction begins: 2,000 rows take ten milliseconds and more, and
 * with the ledger lock held a watermark would wait for them.
 */
export const writtenOut = (rows: readonly LedgerRow[]): readonly string[] =>
  ROW_COLUMNS.map(([, , value]) => arrayLiteral(rows.map(value)));

/** Inserts rows; of a key that is stored already the richer detail stays. */
export const upsertStatement = (
  written: ReturnType<typeof writtenOut>,
  requestNumbers: readonly (string | null)[],
): Sql => new Sql(UPSERT, [...written, arrayLiteral(requestNumbers)]);

/** Inserts the rows whose key is not stored and returns their keys. */
export const insertNewStatement = (place: 'raw' | 'kept', rows: readonly NumberedRow[]): Sql =>
  new Sql(INSERT_NEW[place], valuesOf(rows).map(arrayLiteral));

/** The upsert's text and its values column by column: the bench makes its bare yardstick of them. */
export const upsertParts = (rows: readonly LedgerRow[]): { text: readonly string[]; values: Value[][] } => ({
  text: UPSERT,
  values: valuesOf(rows.map((row) => ({ row, requestNumber: '1' }))),
});

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
