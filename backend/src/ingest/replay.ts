import { acceptEvents } from './accept-events.js';
import { acceptSpans } from './accept-spans.js';
import type { IngestContext } from './ingest.js';
import {
  deleteQuarantined,
  listQuarantined,
  type QuarantineFilter,
  type StoredQuarantineItem,
} from './quarantine-store.js';
import { spanOfItem, type SpanItem } from './stored-span.js';
import type { Db } from '../db/db.js';
import type { LedgerRow } from './ledger-row.js';
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
export const REPLAY_LIMIT = 1_000;

/**
 * Tries quarantined items again. One whose reason has gone becomes an event and leaves the quarantine (in that order: a
 * crash in between only means that it is replayed once more, onto itself). The others stay and say why.
 */
export async function replayQuarantined(
  deps: ReplayDeps,
  filter: QuarantineFilter,
): Promise<ReplayOutcome[]> {
  const items = await listQuarantined(deps.db, filter, REPLAY_LIMIT);
  const outcomes: ReplayOutcome[] = [];
  for (const item of items) {
    const attempt = rebuild(item, deps.contextOf(item.realm, item.org_id));
    if (!('row' in attempt)) {
      outcomes.push({ id: item.id, replayed: false, message: attempt.why });
      continue;
    }
    await deps.writer.write({ rows: [attempt.row], quarantined: [] });
    await deleteQuarantined(deps.db, { realm: null, ids: [item.id] });
    outcomes.push({ id: item.id, replayed: true, message: 'stored as an event' });
  }
  return outcomes;
}

type Attempt = { readonly row: LedgerRow } | { readonly why: string };

function rebuild(stored: StoredQuarantineItem, context: IngestContext): Attempt {
  if (stored.source === 'body')
    return { why: 'cannot be rebuilt: the body was not decodable and is not kept' };
  if (!stored.replayable || stored.item === null) return { why: `cannot be rebuilt: ${stored.message}` };
  if (stored.source === 'json') {
    const { rows, errors } = acceptEvents([stored.item], context, context.book);
    const row = rows[0]?.row;
    return row ? { row } : { why: `still refused: ${errors[0]?.message ?? stored.message}` };
  }
  const { span, attribution } = spanOfItem(stored.item as SpanItem);
  const { rows, quarantined } = acceptSpans(
    [span],
    { ...context, readAttribution: () => attribution },
    context.book,
  );
  const row = rows[0];
  return row ? { row } : { why: `still refused: ${quarantined[0]?.message ?? stored.message}` };
}
