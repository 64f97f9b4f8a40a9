import { z } from 'zod';
import type { allowedOrganisations } from '../access/allowed.js';
import type { Db } from '../db/db.js';
import { Problem } from '../http/problem.js';
import { route, type Route } from '../http/route.js';
import { isoTime, moneySchema, orNull, textSchema, timeSchema } from './common-schema.js';
import type { EventRow } from './event-store.js';
import { eventSchema, eventView } from './event-view.js';
import { readTraceSpans, readTraceSums, type TraceSums } from './trace-store.js';
import { traceTree, type Placed } from './trace-tree.js';
import { whatToDo } from './what-to-do.js';

/** Spans listed at most; the totals are always of all of them. */
const MAX_SPANS = 10_000;

const traceSchema = z
  .object({
    trace_id: z.string(),
    partial: z
      .boolean()
      .meta({ description: 'A span names a parent that is not here (yet), or is not yours to see.' }),
    truncated: z
      .boolean()
      .meta({ description: `The trace has more than ${MAX_SPANS} spans; totals cover all of them.` }),
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
  })
  .meta({ id: 'Trace' });

/** `GET /api/v1/traces/{trace_id}`: one request from end to end. */
export function createTraceRoutes(deps: {
  readonly db: Db;
  readonly allowed: typeof allowedOrganisations;
}): Route[] {
  const trace = route({
    method: 'get',
    path: '/api/v1/traces/:trace_id',
    summary: 'Show a request with all its steps and its cost so far',
    description:
      'Only spans the caller may see, in tree order, with what the calls among them cost and what is pending.',
    tag: 'Read',
    scope: 'read',
    params: z.strictObject({ trace_id: textSchema }),
    query: z.strictObject({}),
    responses: {
      200: { description: 'The trace.', schema: traceSchema },
      404: { description: 'No such trace, or not yours to see.' },
    },
    async handle({ caller, params }) {
      const allowed = deps.allowed(caller);
      const rows = await readTraceSpans(deps.db, params.trace_id, MAX_SPANS, allowed);
      const sums = await readTraceSums(deps.db, params.trace_id, allowed);
      if (rows.length === 0 || sums.started_at === null) {
        throw new Problem(
          404,
          'no_such_trace',
          'There is no trace with this id, or this key may not see it.',
        );
      }
      return { body: traceView(params.trace_id, rows, sums, sums.started_at) };
    },
  });
  return [trace];
}

function traceView(
  traceId: string,
  rows: readonly EventRow[],
  sums: TraceSums,
  startedAt: Date,
): z.output<typeof traceSchema> {
  const placed = traceTree(
    rows.map((row) => ({ row, realm: row.realm, spanId: row.span_id, parentSpanId: row.parent_span_id })),
  );
  return {
    trace_id: traceId,
    partial: placed.some((node) => node.parentMissing),
    truncated: Number(sums.spans) > rows.length,
    spans: placed.map(spanView),
    totals: totalsView(sums, startedAt),
    pending: rows.filter((row) => row.kind === 'call' && row.cost_status === 'pending').map(pendingView),
  };
}

const spanView = ({
  span,
  depth,
  parentMissing,
}: Placed<{ row: EventRow; realm: string; spanId: string; parentSpanId: string | null }>) => ({
  ...eventView(span.row),
  depth,
  parent_missing: parentMissing,
});

const numberOf = (text: string | null): number | null => (text === null ? null : Number(text));

function totalsView(sums: TraceSums, startedAt: Date): z.output<typeof traceSchema>['totals'] {
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
