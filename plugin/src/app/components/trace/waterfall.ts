import type { Conversation, TraceSpan } from '../../../api/wire';
import { msBetween } from '../../format/time';

/** A line of the waterfall: a span, or in a conversation the request it belongs to. */
export interface WaterfallRow {
  key: string;
  depth: number;
  hasChildren: boolean;
  /** Where its bar begins and how long it is, as shares of the whole. */
  start: number;
  length: number;
  content:
    { type: 'span'; span: TraceSpan } | { type: 'request'; request: ConversationRequest; number: number };
}

export type ConversationRequest = Conversation['traces'][number];

type Identity = Pick<TraceSpan, 'realm' | 'trace_id' | 'span_id' | 'started_at'>;

export const spanKey = ({ realm, trace_id: trace, span_id: span, started_at: at }: Identity): string =>
  `${trace}/${span}/${realm}/${at}`;

/** The spans of one request, in the tree order they come in. */
export function requestRows(spans: readonly TraceSpan[]): WaterfallRow[] {
  const { startedAt, lengthMs } = extentOf(spans);
  return spanRows(spans, startedAt, lengthMs, 0);
}

/**
 * Request by request, each from its own start and all in the same scale: minutes of thinking between two questions would
 * leave no room for what happened in them.
 */
export function conversationRows(
  spans: readonly TraceSpan[],
  requests: readonly ConversationRequest[],
): WaterfallRow[] {
  const spansOf = new Map<string, TraceSpan[]>();
  for (const span of spans) {
    const known = spansOf.get(span.trace_id);
    if (known) {
      known.push(span);
    } else {
      spansOf.set(span.trace_id, [span]);
    }
  }
  const longest = Math.max(1, ...requests.map(({ duration_ms: ms }) => ms));
  return requests.flatMap((request, index): WaterfallRow[] => {
    const own = spansOf.get(request.trace_id) ?? [];
    const head: WaterfallRow = {
      key: request.trace_id,
      depth: 0,
      hasChildren: own.length > 0,
      start: 0,
      length: request.duration_ms / longest,
      content: { type: 'request', request, number: index + 1 },
    };
    return [head, ...spanRows(own, request.started_at, longest, 1)];
  });
}

function spanRows(
  spans: readonly TraceSpan[],
  startedAt: string,
  lengthMs: number,
  depth: number,
): WaterfallRow[] {
  return spans.map((span, index) => ({
    key: spanKey(span),
    depth: span.depth + depth,
    hasChildren: (spans[index + 1]?.depth ?? 0) > span.depth,
    start: clamp(msBetween(startedAt, span.started_at) / lengthMs),
    length: clamp(span.duration_ms / lengthMs),
    content: { type: 'span', span },
  }));
}

function extentOf(spans: readonly TraceSpan[]): { startedAt: string; lengthMs: number } {
  let [start, end] = [Infinity, -Infinity];
  for (const span of spans) {
    const at = Date.parse(span.started_at);
    start = Math.min(start, at);
    end = Math.max(end, at + span.duration_ms);
  }
  return spans.length === 0
    ? { startedAt: new Date(0).toISOString(), lengthMs: 1 }
    : { startedAt: new Date(start).toISOString(), lengthMs: Math.max(1, end - start) };
}

const clamp = (share: number): number => Math.min(1, Math.max(0, share));

/** Without what is under a closed row. */
export function visibleRows(
  rows: readonly WaterfallRow[],
  closed: ReadonlySet<string>,
): readonly WaterfallRow[] {
  if (closed.size === 0) {
    return rows;
  }
  let closedDepth = Infinity;
  return rows.filter(({ key, depth }) => {
    if (depth > closedDepth) {
      return false;
    }
    closedDepth = closed.has(key) ? depth : Infinity;
    return true;
  });
}

/** The row that a row stands under, by its place; -1 for none. */
export function parentIndex(rows: readonly WaterfallRow[], index: number): number {
  for (let above = index - 1; above >= 0; above--) {
    if (rows[above].depth < rows[index].depth) {
      return above;
    }
  }
  return -1;
}
