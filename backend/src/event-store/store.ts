import { createHash } from 'node:crypto';
import sql, { type Sql } from 'sql-template-tag';
import { arrayLiteral } from '../db/array-literal.js';
import type { Queryable, Row } from '../db/db.js';
import type { EventKey } from '../ledger/event.js';
import { asMs, insertNewStatement, timeText, upsertStatement, type NumberedRow } from './columns.js';
import { eventKey, type StoredRow } from './ledger-row.js';
import { storedColumns, storedRow } from './stored-row.js';

/** The ledger lock: "calls" in ASCII (migrations have "ledger"). Writers of calls share it, who raises a watermark has it alone. */
export const LEDGER_LOCK_KEY = 0x63616c6c73n;

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
    select ${asMs(sql`raw_floor`)} as raw_floor,
           ${asMs(sql`closed_before`)} as closed_before,
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
 * detail. Keys must be unique within the rows (else SQLSTATE 21000).
 * @param written the rows, by `writtenOut` @param requestNumbers of each row
 * @returns how many rows were inserted or replaced
 */
export async function upsertEvents(
  tx: Queryable,
  written: readonly string[],
  requestNumbers: readonly (string | null)[],
): Promise<number> {
  return (await tx.query(upsertStatement(written, requestNumbers))).rowCount;
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

/**
 * A row of a compressed day is decompressed by its change: TimescaleDB's limit of 100,000 would fail a large one. The
 * embedded engine dies of a bitmap scan over a compressed chunk in an update (`memory access out of bounds`).
 */
export async function allowCompressedChanges(tx: Queryable): Promise<void> {
  await tx.query(sql`
    select set_config('timescaledb.max_tuples_decompressed_per_dml_transaction', '0', true),
           set_config('enable_bitmapscan', 'off', true)`);
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
