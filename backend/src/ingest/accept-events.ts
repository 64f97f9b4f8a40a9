import { z } from 'zod';
import type { LedgerRow } from '../event-store/ledger-row.js';
import type { QuarantineItem } from './quarantine-item.js';
import { cleanText } from './clean-text.js';
import { sha256 } from './accept-spans.js';
import { canonicalJson } from './derive-ids.js';
import { JsonEvent, type JsonEventInput } from './json-event-schema.js';
import { jsonEventIds, jsonToEvent } from './json-to-event.js';
import { refuseTime, type TimeWindow } from './span-to-event.js';
import { settleAndPrice } from '../event-store/settle-and-price.js';
import { isStorableName } from './stored-attributes.js';
import type { UsageEvent } from '../ledger/event.js';
import type { FieldError } from '../http/problem.js';
import type { PriceBook } from '../pricing/price-book.js';

export interface EventsContext extends TimeWindow {
  readonly realm: string;
  readonly boundOrgId: string | null;
}

export interface AcceptedEvents {
  /** Rows with the position of their item in the request. */
  readonly rows: { readonly index: number; readonly row: LedgerRow }[];
  readonly quarantined: QuarantineItem[];
  readonly errors: Required<FieldError>[];
  /** Fields that were not understood and not stored, the first thousand; the event itself was taken. */
  readonly warnings: Required<FieldError>[];
  readonly orgClaimsIgnored: number;
}

/** Turns the items of one JSON request into rows; each wrong item gets its own errors and the others are kept. Pure. */
export function acceptEvents(
  items: readonly unknown[],
  context: EventsContext,
  book: PriceBook,
): AcceptedEvents {
  const result: Omit<AcceptedEvents, 'rows'> = {
    quarantined: [],
    errors: [],
    warnings: [],
    orgClaimsIgnored: 0,
  };
  const accepted: { index: number; event: UsageEvent }[] = [];
  const ordinalOf = countEqual();
  let orgClaimsIgnored = 0;
  items.forEach((item, index) => {
    const parsed = JsonEvent.safeParse(item);
    if (!parsed.success) {
      const problems = fieldErrors(parsed.error, index);
      for (const problem of problems) result.errors.push(problem);
      result.quarantined.push(quarantineItem(item, 'invalid_event', messageOf(problems), false, context));
      return;
    }
    const refusal = refuseTime(Date.parse(parsed.data.started_at), context);
    if (refusal) {
      result.errors.push({ index, field: 'started_at', message: refusal.message });
      const ids = jsonEventIds(parsed.data, item, context.realm, ordinalOf);
      const kept = { ...parsed.data, id: null, trace_id: ids.traceId, span_id: ids.spanId };
      result.quarantined.push(quarantineItem(kept, refusal.reason, refusal.message, true, context));
      return;
    }
    for (const warning of unknownFields(item, index))
      if (result.warnings.length < MAX_WARNINGS) result.warnings.push(warning);
    const claimed = parsed.data.org_id;
    if (context.boundOrgId !== null && claimed != null && claimed !== context.boundOrgId)
      orgClaimsIgnored += 1;
    const ids = jsonEventIds(parsed.data, item, context.realm, ordinalOf);
    accepted.push({ index, event: jsonToEvent(parsed.data, ids, context.realm, context.boundOrgId) });
  });
  const rows = settleAndPrice(
    accepted.map(({ event }) => event),
    book,
  ).map((row, position) => ({ row, index: accepted[position]?.index ?? position }));
  return { ...result, rows, orgClaimsIgnored };
}

/** An answer as long as a sender's mistakes would hold up everybody else. */
const MAX_WARNINGS = 1_000;

/** How many equal items were seen before in this request: two equal calls are two events, a retry of both is the same two. */
function countEqual(): (text: string) => number {
  const seen = new Map<string, number>();
  return (text) => {
    const ordinal = seen.get(text) ?? 0;
    seen.set(text, ordinal + 1);
    return ordinal;
  };
}

const WHOLE_EVENT = '(event)';

function fieldErrors(error: z.ZodError, index: number): Required<FieldError>[] {
  return error.issues.flatMap((issue) => {
    const path = issue.path.join('.');
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => {
        const name = cleanText(key).slice(0, 64);
        return { index, field: path ? `${path}.${name}` : name, message: 'is not a known field' };
      });
    }
    return [{ index, field: cleanText(path).slice(0, 128) || WHOLE_EVENT, message: issue.message }];
  });
}

/** One line per item, without any value of it. A name is stored by the rule of attribute names: others are texts. */
function messageOf(errors: readonly FieldError[]): string {
  const nameOf = (field: string): string =>
    field === WHOLE_EVENT || isStorableName(field) ? field : '(a field)';
  return cleanText(errors.map(({ field, message }) => `${nameOf(field)}: ${message}`).join('; '));
}

const KNOWN = JsonEvent.shape;
const unknownFields = (item: unknown, index: number): Required<FieldError>[] =>
  Object.keys(item as object)
    .filter((name) => !(name in KNOWN))
    .map((name) => ({
      index,
      field: cleanText(name).slice(0, 64),
      message: 'is not a known field and was not stored',
    }));

function quarantineItem(
  item: unknown,
  reason: QuarantineItem['reason'],
  message: string,
  replayable: boolean,
  context: EventsContext,
): QuarantineItem {
  return {
    realm: context.realm,
    orgId: context.boundOrgId,
    source: 'json',
    reason,
    message,
    item: replayable ? keptFields(item as JsonEventInput) : keptNumbers(item),
    replayable,
    contentType: null,
    bodyBytes: null,
    fingerprint: sha256(`${reason}\0${canonicalJson(item)}`),
  };
}

const keptFields = (input: JsonEventInput): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(input)
      .filter(([name, value]) => value != null && name in KNOWN)
      .map(([name, value]) => [name, typeof value === 'string' ? cleanText(value) : value]),
  );

/** Of an item that is no event only its known numbers and times are kept: its strings may be anything. */
function keptNumbers(item: unknown): Record<string, unknown> | null {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) return null;
  const source = item as Record<string, unknown>;
  const usage = z.record(z.string(), z.unknown()).safeParse(source['usage']);
  const counts = Object.entries(usage.success ? usage.data : {}).filter(
    ([name, value]) => /^[a-z0-9_]{1,64}$/.test(name) && typeof value === 'number',
  );
  const startedAt = z.iso.datetime({ offset: true }).safeParse(source['started_at']);
  return { ...(startedAt.success && { started_at: startedAt.data }), usage: Object.fromEntries(counts) };
}
