import { z } from 'zod';
import type { allowedOrganisations } from '../access/allowed.js';
import type { Db } from '../db/db.js';
import { Problem } from '../http/problem.js';
import { route, type Route } from '../http/route.js';
import { chainFields, chainView, MAX_SPANS } from './chain-view.js';
import { isoTime, moneySchema, orNull, textSchema, timeSchema } from './common-schema.js';
import {
  ofConversation,
  ofTrace,
  readConversationTraces,
  readSpans,
  readSums,
  readTraceSums,
  type TraceSums,
} from './trace-store.js';

export const traceSchema = z.object({ trace_id: z.string(), ...chainFields }).meta({ id: 'Trace' });

export const conversationSchema = z
  .object({
    conversation_id: z.string(),
    traces: z
      .array(
        z.object({
          trace_id: z.string(),
          started_at: timeSchema,
          duration_ms: z.number(),
          cost_usd: orNull(moneySchema),
          pending_calls: z.int(),
        }),
      )
      .meta({ description: 'Its requests, those that began first before.' }),
    ...chainFields,
  })
  .meta({ id: 'Conversation' });

export interface TraceRouteDeps {
  readonly db: Db;
  readonly allowed: typeof allowedOrganisations;
}

/** One request from end to end, and all requests of a conversation. */
export const createTraceRoutes = (deps: TraceRouteDeps): Route[] => [
  traceRoute(deps),
  conversationRoute(deps),
];

const traceRoute = ({ db, allowed }: TraceRouteDeps): Route =>
  route({
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
      const chain = ofTrace(params.trace_id, allowed(caller));
      const rows = await readSpans(db, chain, MAX_SPANS);
      const sums = await readSums(db, chain);
      if (rows.length === 0 || sums.started_at === null) {
        throw new Problem(
          404,
          'no_such_trace',
          'There is no trace with this id, or this key may not see it.',
        );
      }
      return { body: { trace_id: params.trace_id, ...chainView(rows, sums, sums.started_at) } };
    },
  });

const conversationRoute = ({ db, allowed }: TraceRouteDeps): Route =>
  route({
    method: 'get',
    // An id may hold any character, a slash too, which no path can.
    path: '/api/v1/conversations',
    summary: 'Show all requests of a conversation and its cost so far',
    description:
      'Every span the caller may see of every request that has one of this conversation, without those of other conversations. ' +
      "A conversation's id is its organisation's own: where several use the same, `org_id` chooses one.",
    tag: 'Read',
    scope: 'read',
    query: z.strictObject({ conversation_id: textSchema, org_id: textSchema.optional() }),
    responses: {
      200: { description: 'The conversation.', schema: conversationSchema },
      404: { description: 'No such conversation, or not yours to see.' },
    },
    async handle({ caller, query: { conversation_id: id, org_id: orgId } }) {
      const visible = allowed(caller, orgId === undefined ? undefined : [orgId]);
      const traces = await readConversationTraces(db, id, visible);
      const chain = traces && ofConversation(id, traces, visible);
      const sums = chain && (await readSums(db, chain));
      if (!chain || !sums || sums.started_at === null) {
        throw new Problem(
          404,
          'no_such_conversation',
          'There is no conversation with this id whose events are still stored, or this key may not see it.',
        );
      }
      const rows = await readSpans(db, chain, MAX_SPANS);
      const body = {
        conversation_id: id,
        traces: (await readTraceSums(db, chain)).map(traceView),
        ...chainView(rows, sums, sums.started_at),
      };
      return { body: body satisfies z.input<typeof conversationSchema> };
    },
  });

const traceView = (trace: TraceSums) => ({
  trace_id: trace.trace_id,
  started_at: isoTime(trace.started_at.getTime()),
  duration_ms: Number(trace.duration_ms),
  cost_usd: trace.cost_usd,
  pending_calls: Number(trace.pending_calls),
});
