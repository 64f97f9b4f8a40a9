import { z } from 'zod';
import { isoTime, moneySchema, numberOf, orNull, timeSchema } from './common-schema.js';
import type { EventRow } from './event-store.js';
import { eventSchema, eventView } from './event-view.js';
import type { ChainSums } from './trace-store.js';
import { traceTree } from './trace-tree.js';
import { whatToDo } from './what-to-do.js';

/** Spans listed at most; the totals are always of all of them. */
export const MAX_SPANS = 10_000;

/** What traces and conversations tell alike. */
export const chainFields = {
  partial: z
    .boolean()
    .meta({ description: 'A span names a parent that is not here (yet), or is not yours to see.' }),
  truncated: z
    .boolean()
    .meta({ description: `There are more than ${MAX_SPANS} spans; totals cover all of them.` }),
  spans: z
    .array(
      eventSchema
        .extend({
          depth: z.int().meta({ description: '0 for a root, or for a span whose parent is missing.' }),
          parent_missing: z.boolean(),
        })
        .meta({ id: 'TraceSpan' }),
    )
    .meta({ description: 'In tree order: every span after its parent, siblings by start time.' }),
  totals: z
    .object({
      cost_usd: orNull(moneySchema).meta({ description: 'Cost so far; null when nothing is priced.' }),
      coverage: z
        .number()
        .nullable()
        .meta({ description: 'Priced / billable calls; null without billable calls.' }),
      spans: z.int(),
      calls: z.int(),
      priced_calls: z.int(),
      pending_calls: z.int(),
      input_tokens: z.number().nullable(),
      output_tokens: z.number().nullable(),
      tokens: z.number().nullable().meta({ description: 'Input and output; null when neither is told.' }),
      started_at: timeSchema,
      duration_ms: z.number(),
    })
    .meta({ id: 'TraceTotals' }),
  pending: z.array(
    z.object({
      realm: z.string(),
      span_id: z.string(),
      started_at: timeSchema,
      provider: z.string().nullable(),
      model: z.string().nullable(),
      reason: z.string().nullable(),
      message: z.string().nullable().meta({ description: 'What to do about it.' }),
    }),
  ),
};
export type ChainView = { [K in keyof typeof chainFields]: z.output<(typeof chainFields)[K]> };

/**
 * Spans of one trace or of several, each trace by itself in tree order, those that began first before.
 * @param rows in the order they started
 * @param startedAt when the first span began, listed or not
 */
export function chainView(rows: readonly EventRow[], sums: ChainSums, startedAt: Date): ChainView {
  const traces = new Map<string, EventRow[]>();
  for (const row of rows) {
    const known = traces.get(row.trace_id);
    if (known) known.push(row);
    else traces.set(row.trace_id, [row]);
  }
  const placed = [...traces.values()].flatMap((trace) =>
    traceTree(
      trace.map((row) => ({ row, realm: row.realm, spanId: row.span_id, parentSpanId: row.parent_span_id })),
    ),
  );
  return {
    partial: placed.some((node) => node.parentMissing),
    truncated: Number(sums.spans) > rows.length,
    spans: placed.map(({ span, depth, parentMissing }) => ({
      ...eventView(span.row),
      depth,
      parent_missing: parentMissing,
    })),
    totals: totalsView(sums, startedAt),
    pending: rows.filter((row) => row.kind === 'call' && row.cost_status === 'pending').map(pendingView),
  };
}

function totalsView(sums: ChainSums, startedAt: Date): ChainView['totals'] {
  const [input, output] = [numberOf(sums.input_tokens), numberOf(sums.output_tokens)];
  return {
    cost_usd: sums.cost_usd,
    coverage: numberOf(sums.coverage),
    spans: Number(sums.spans),
    calls: Number(sums.calls),
    priced_calls: Number(sums.priced_calls),
    pending_calls: Number(sums.pending_calls),
    input_tokens: input,
    output_tokens: output,
    tokens: input === null && output === null ? null : (input ?? 0) + (output ?? 0),
    started_at: isoTime(startedAt.getTime()),
    duration_ms: Number(sums.duration_ms),
  };
}

const pendingView = (row: EventRow) => ({
  realm: row.realm,
  span_id: row.span_id,
  started_at: isoTime(row.started_at.getTime()),
  provider: row.provider,
  model: row.model,
  reason: row.cost_reason,
  message: whatToDo(row.cost_reason),
});
