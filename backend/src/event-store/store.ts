import { createHash } from 'node:crypto';
import sql, { Sql } from 'sql-template-tag';
import { arrayLiteral } from '../db/array-literal.js';
import type { Queryable, Row } from '../db/db.js';
import type { EventKey } from '../ledger/event.js';
import {
  insertNewStatement,
  KEY_COLUMNS,
  SETTLED_COLUMNS,
  timeText,
  upsertStatement,
  USAGE_COLUMNS,
  WRITTEN_COLUMNS,
  type Column,
  type NumberedRow,
} from './columns.js';
import { eventKey, type RowChange, type StoredRow } from './ledger-row.js';
import { storedColumns, storedRow } from './stored-row.js';

/** The ledger lock: "ledger" in ASCII. Writers of calls share it, who raises a watermark has it alone. */
export const LEDGER_LOCK_KEY = 0x6c6564676572n;

const DAY_MS = 86_400_000;

/** Unix ms, UTC midnights. */
export interface Watermarks {
  readonly rawFloor: number;
  readonly closedBefore: number;
}

/**
 * Enters the ledger as a writer, to the end of the transaction: no watermark moves meanwhile. The lock is taken in a
 * statement of its own, so that the next one sees what was committed before (`for share` starved the raiser: 7-120 s).
 * @returns the watermarks and numbers for `requests` requests
 */
export async function enterLedger(
  tx: Queryable,
  requests = 0,
): Promise<Watermarks & { readonly requestNumbers: readonly string[] }> {
  await tx.query(sql`select pg_advisory_xact_lock_shared(${LEDGER_LOCK_KEY})`);
  const { rows } = await tx.query<{ raw_floor: number; closed_before: number; numbers: string[] | null }>(sql`
    select (extract(epoch from raw_floor) * 1000)::float8 as raw_floor,
           (extract(epoch from closed_before) * 1000)::float8 as closed_before,
           (select array_agg(nextval('request_numbers')::text) from generate_series(1, ${requests}::int)) as numbers
    from ledger_state`);
  const [state] = rows;
  if (!state) throw new Error('ledger_state has no row: restore it from a back-up, it holds the watermarks');
  return {
    rawFloor: state.raw_floor,
    closedBefore: state.closed_before,
    requestNumbers: state.numbers ?? [],
  };
}

/** Waits for every writer of calls and keeps new ones out, to the end of the transaction: do nothing slow in it. */
export async function lockLedger(tx: Queryable): Promise<void> {
  await tx.query(sql`select pg_advisory_xact_lock(${LEDGER_LOCK_KEY})`);
}

/**
 * Writes rows of one open UTC day in one statement: a row that is stored already is replaced only by one with richer
 * detail. Keys must be unique within `rows` (else SQLSTATE 21000).
 * @returns how many rows were inserted or replaced
 */
export async function upsertEvents(tx: Queryable, rows: readonly NumberedRow[]): Promise<number> {
  return (await tx.query(upsertStatement(rows))).rowCount;
}

/** Inserts rows whose keys are not stored yet; returns their keys. */
export async function insertNew(
  tx: Queryable,
  place: StoredRow['place'],
  rows: readonly NumberedRow[],
): Promise<ReadonlySet<string>> {
  const { rows: inserted } = await tx.query(insertNewStatement(place, rows));
  return new Set(inserted.map(keyOf));
}

const keyOf = (row: Row): string =>
  eventKey({
    realm: String(row['realm']),
    traceId: String(row['trace_id']),
    spanId: String(row['span_id']),
    startedAt: (row['started_at'] as Date).getTime(),
  });

/** A row of a compressed day is decompressed by its change: TimescaleDB's limit of 100,000 would fail a large one. */
export async function allowCompressedChanges(tx: Queryable): Promise<void> {
  await tx.query(sql`set local timescaledb.max_tuples_decompressed_per_dml_transaction = 0`);
}

const TABLES = { raw: sql`usage_events`, kept: sql`kept_events` } as const;

const within = (alias: Sql, day: number): Sql =>
  sql`${alias}.started_at >= ${timeText(day)}::timestamptz and ${alias}.started_at < ${timeText(day + DAY_MS)}::timestamptz`;

/**
 * The stored rows of one UTC day with these keys, locked until the transaction ends. By an update that changes nothing:
 * TimescaleDB cannot lock rows of a compressed chunk (0A000), but an update takes them out of it first.
 */
export async function lockRows(
  tx: Queryable,
  place: StoredRow['place'],
  day: number,
  keys: readonly EventKey[],
): Promise<ReadonlyMap<string, StoredRow>> {
  const list = (value: (key: EventKey) => string): string => arrayLiteral(keys.map(value));
  const { rows } = await tx.query(sql`
    update ${TABLES[place]} e set detail = e.detail
    from unnest(
      ${list((key) => key.traceId)}::text[], ${list((key) => key.spanId)}::text[], ${list((key) => key.realm)}::text[],
      ${list((key) => timeText(key.startedAt))}::timestamptz[]
    ) as k (trace_id, span_id, realm, started_at)
    where e.trace_id = k.trace_id and e.span_id = k.span_id and e.realm = k.realm and e.started_at = k.started_at
      and ${within(sql`e`, day)}
    returning ${storedColumns('e')}`);
  return new Map(
    rows.map((row) => storedRow(row, place)).map((stored) => [eventKey(stored.event), stored] as const),
  );
}

/** Which part of a row a change writes; the rest stays as it is. */
export type ChangedPart = 'settled' | 'usage' | 'all';

const CHANGED: Record<ChangedPart, readonly Column<NumberedRow>[]> = {
  settled: SETTLED_COLUMNS.map(([name, type, value]) => [name, type, ({ row }) => value(row)]),
  usage: [...SETTLED_COLUMNS, ...USAGE_COLUMNS].map(([name, type, value]) => [
    name,
    type,
    ({ row }) => value(row),
  ]),
  all: WRITTEN_COLUMNS.slice(KEY_COLUMNS.length),
};
/** A row that another transaction changed since it was read is left alone: it is looked at again. */
const SEEN: readonly Column[] = [
  ...SETTLED_COLUMNS.filter(([name]) =>
    [
      ...['kind', 'org_id', 'assistant_id', 'query_type', 'environment', 'model'],
      ...['cost_status', 'cost_reason', 'cost_quality', 'cost_usd', 'price_version_ids'],
    ].includes(name),
  ),
  ...USAGE_COLUMNS.filter(([name]) => name === 'detail'),
];

/**
 * Writes the changes of rows of one UTC day that are still as they were read; `touch` gives them their request number.
 * @returns the keys of the rows changed
 */
export async function updateRows(
  tx: Queryable,
  place: StoredRow['place'],
  day: number,
  part: ChangedPart,
  changes: readonly (RowChange & { readonly requestNumber: string | null; readonly recovered: boolean })[],
  touch = false,
): Promise<ReadonlySet<string>> {
  const after = changes.map(({ after: row, requestNumber }) => ({ row, requestNumber }));
  const before = changes.map(({ before: row }) => row);
  const lists: [name: string, type: string, values: string][] = [
    ...KEY_COLUMNS.map(([name, type, value]) => list(`k_${name}`, type, before.map(value))),
    ...SEEN.map(([name, type, value]) => list(`seen_${name}`, type, before.map(value))),
    ...CHANGED[part].map(([name, type, value]) => list(`new_${name}`, type, after.map(value))),
    list(
      'request_number',
      'bigint',
      changes.map(({ requestNumber }) => requestNumber),
    ),
    list(
      'recovered',
      'boolean',
      changes.map(({ recovered }) => recovered),
    ),
  ];
  const assignments = CHANGED[part].map(([name]) => `${name} = g.new_${name}`).join(', ');
  const unchanged = SEEN.map(([name]) => `e.${name} is not distinct from g.seen_${name}`).join(' and ');
  const texts = [
    `update ${place === 'raw' ? 'usage_events' : 'kept_events'} e
     set ${assignments}${touch ? ', request_number = g.request_number' : ''}, recovered_at = case when g.recovered then now() else e.recovered_at end from unnest(`,
    ...lists.slice(1).map((_, index) => `::${lists[index]?.[1]}[], `),
    `::${lists.at(-1)?.[1]}[]) as g (${lists.map(([name]) => name).join(', ')})
     where e.trace_id = g.k_trace_id and e.span_id = g.k_span_id and e.realm = g.k_realm and e.started_at = g.k_started_at
       and ${unchanged} and e.started_at >= `,
    `::timestamptz and e.started_at < `,
    `::timestamptz returning e.trace_id, e.span_id, e.realm, e.started_at`,
  ];
  const { rows } = await tx.query(
    new Sql(texts, [...lists.map(([, , values]) => values), timeText(day), timeText(day + DAY_MS)]),
  );
  return new Set(rows.map(keyOf));
}

const list = (
  name: string,
  type: string,
  values: readonly (string | number | boolean | null)[],
): [string, string, string] => [name, type, arrayLiteral(values)];

/** A key as retired_keys holds it: the first 64 bits of a SHA-256, as a signed integer in decimal text. */
export const keyHash = ({ traceId, spanId, realm, startedAt }: EventKey): string =>
  createHash('sha256')
    .update(`${traceId}/${spanId}/${startedAt}/${realm}`)
    .digest()
    .readBigInt64BE()
    .toString();

/** The same hash in SQL, of a row `e`. */
export const KEY_HASH_SQL = sql`('x' || encode(substring(sha256(convert_to(
  e.trace_id || '/' || e.span_id || '/' || (extract(epoch from e.started_at) * 1000)::bigint || '/' || e.realm, 'UTF8'
)) for 8), 'hex'))::bit(64)::bigint`;

/** Of hashes of one retired UTC day those that were seen before. */
export async function knownHashes(
  tx: Queryable,
  day: number,
  hashes: readonly string[],
): Promise<ReadonlySet<string>> {
  const { rows } = await tx.query<{ hash: string }>(sql`
    select hash::text from unnest(${arrayLiteral(hashes)}::bigint[]) as hash
    where hash in (select unnest(keys) from retired_keys where day = ${timeText(day)}::timestamptz at time zone 'UTC')`);
  return new Set(rows.map(({ hash }) => hash));
}
