import type { Allowed } from '../access/allowed.js';
import { acceptEvents } from './accept-events.js';
import { acceptSpans } from './accept-spans.js';
import type { IngestContext } from './ingest.js';
import {
  deleteQuarantined,
  listQuarantined,
  type QuarantineFilter,
  type StoredQuarantineItem,
} from './quarantine-store.js';
import { refuseSpan } from './span-to-event.js';
import { spanOfItem, type SpanItem } from './stored-span.js';
import type { Db } from '../db/db.js';
import type { LedgerRow } from '../event-store/ledger-row.js';
import type { Writer } from './writer.js';

export interface ReplayOutcome {
  readonly id: string;
  readonly replayed: boolean;
  /** Why not, for people. */
  readonly message: string;
}

export interface ReplayDeps {
  readonly db: Db;
  readonly writer: Writer;
  readonly contextOf: (realm: string, boundOrgId: string | null) => IngestContext;
}

/** Items looked at in one go; more wait for the next call. */
const REPLAY_LIMIT = 1_000;

/**
 * Tries quarantined items again. Those whose reason has gone become events and leave the quarantine (in that order: a
 * crash in between only means that they are replayed once more, onto themselves). The others stay and say why.
 */
export async function replayQuarantined(
  deps: ReplayDeps,
  filter: QuarantineFilter,
  allowed: Allowed,
): Promise<ReplayOutcome[]> {
  const items = await listQuarantined(deps.db, filter, REPLAY_LIMIT, allowed);
  const outcomes: ReplayOutcome[] = [];
  for (const group of bySender(items)) {
    const attempts = rebuild(group, deps.contextOf(group[0].realm, group[0].org_id));
    const rows = attempts.flatMap(({ row }) => (row ? [row] : []));
    if (rows.length) await deps.writer.write({ rows, quarantined: [] });
    const ids = attempts.filter(({ row }) => row !== null).map(({ id }) => id);
    if (ids.length) await deleteQuarantined(deps.db, { ids }, allowed);
    outcomes.push(...attempts.map(({ id, row, message }) => ({ id, replayed: row !== null, message })));
  }
  return outcomes;
}

type Group = [StoredQuarantineItem, ...StoredQuarantineItem[]];

/** Items of one realm and organisation together: spans of one trace must be settled with each other. */
function bySender(items: readonly StoredQuarantineItem[]): Group[] {
  const groups = new Map<string, Group>();
  for (const item of items) {
    const key = JSON.stringify([item.realm, item.org_id]);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return [...groups.values()];
}

interface Attempt {
  readonly id: string;
  readonly row: LedgerRow | null;
  readonly message: string;
}
const done = (id: string, row: LedgerRow): Attempt => ({ id, row, message: 'stored as an event' });
const failed = (id: string, message: string): Attempt => ({ id, row: null, message });

function rebuild(group: Group, context: IngestContext): Attempt[] {
  const usable = group.filter(({ replayable, item }) => replayable && item !== null);
  const lost = group.filter((item) => !usable.includes(item));
  return [
    ...lost.map(({ id, message }) => failed(id, `cannot be rebuilt: ${message}`)),
    ...usable.filter(({ source }) => source === 'json').map((item) => rebuildEvent(item, context)),
    ...rebuildSpans(
      usable.filter(({ source }) => source === 'otlp'),
      context,
    ),
  ];
}

function rebuildEvent({ id, item, message }: StoredQuarantineItem, context: IngestContext): Attempt {
  const { rows, errors } = acceptEvents([item], context, context.book);
  const row = rows[0]?.row;
  return row ? done(id, row) : failed(id, `still refused: ${errors[0]?.message ?? message}`);
}

function rebuildSpans(items: readonly StoredQuarantineItem[], context: IngestContext): Attempt[] {
  const stored = items.map(({ id, item }) => ({ id, ...spanOfItem(item as SpanItem) }));
  const refused = stored.flatMap(({ id, span }) => {
    const refusal = refuseSpan(span, context);
    return refusal ? [failed(id, `still refused: ${refusal.message}`)] : [];
  });
  const refusedIds = new Set(refused.map(({ id }) => id));
  const accepted = stored.filter(({ id }) => !refusedIds.has(id));
  const readings = new Map(accepted.map(({ span, reading }) => [span, reading]));
  const attributions = new Map(accepted.map(({ span, attribution }) => [span.attributes, attribution]));
  const { rows } = acceptSpans(
    accepted.map(({ span }) => span),
    {
      ...context,
      readSpan: (span) => readings.get(span) ?? context.readSpan(span),
      readAttribution: (attributes, resource) =>
        attributions.get(attributes) ?? context.readAttribution(attributes, resource),
    },
    context.book,
  );
  return [...refused, ...rows.map((row, index) => done(accepted[index]?.id ?? '', row))];
}
