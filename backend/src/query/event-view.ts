import { usageOf } from '../event-store/stored-usage.js';
import { z } from 'zod';
import { COST_STATUSES, EVENT_KINDS } from '../ledger/event.js';
import { COST_QUALITIES } from '../usage/usage.js';
import { isoTime, moneySchema, orNull, timeSchema } from './common-schema.js';
import type { EventRow } from './event-store.js';

const count = z.number().nullable();
const name = z.string().nullable();

const usageSchema = z
  .object({
    input_tokens: count,
    cache_read: count,
    cache_write_5m: count,
    cache_write_1h: count,
    input_audio: count,
    cache_read_audio: count,
    input_image: count,
    output_tokens: count,
    reasoning: count,
    output_audio: count,
    output_image: count,
    other: z.record(z.string(), z.number()).meta({ description: 'Counts that are not tokens, by meter.' }),
  })
  .meta({
    id: 'Usage',
    description:
      'Canonical usage. input_tokens includes its cached, audio and image parts; output_tokens includes reasoning. ' +
      'null = not told, 0 = told to be none.',
  });

/** One event as every endpoint shows it. */
export const eventSchema = z
  .object({
    realm: z
      .string()
      .meta({ description: '`team`, or `org:` and the organisation the ingest key was bound to.' }),
    org_id: z.string(),
    assistant_id: name,
    query_type: name,
    conversation_id: name,
    user_id: name,
    environment: name,
    trace_id: z.string(),
    span_id: z.string(),
    parent_span_id: name,
    kind: z.enum(EVENT_KINDS),
    name: z.string(),
    started_at: timeSchema,
    ingested_at: timeSchema,
    recovered_at: orNull(timeSchema).meta({
      description: 'When it got its cost, if it was pending at first.',
    }),
    duration_ms: z.number(),
    service_name: name,
    scope_name: z.string(),
    scope_version: z.string(),
    operation: name,
    provider: name,
    model: name,
    request_model: name,
    response_model: name,
    service_tier: name,
    usage: orNull(usageSchema),
    usage_problem: name,
    usage_quality: z.enum(COST_QUALITIES),
    input_basis: name,
    lost: z.array(z.string()).meta({ description: 'What the sender did not tell.' }),
    failed: z.boolean(),
    status_error: z.boolean(),
    cost_status: z.enum(COST_STATUSES).nullable(),
    cost_reason: name,
    cost_quality: z.enum(COST_QUALITIES).nullable(),
    cost_usd: orNull(moneySchema).meta({ description: 'null unless priced: unknown is never zero.' }),
    cache_saved_usd: orNull(moneySchema).meta({
      description: 'What it would have cost more without caches; null for a call that used none.',
    }),
    price_version_ids: z.array(z.string()),
    repeat_of: z
      .object({ trace_id: z.string(), span_id: z.string(), started_at: orNull(timeSchema) })
      .nullable(),
    reported_cost_usd: z.string().nullable().meta({ description: "The sender's own claim, never trusted." }),
    time_to_first_token_ms: z.number().nullable(),
  })
  .meta({ id: 'Event' });
export type EventView = z.output<typeof eventSchema>;

/** Columns shown as they are. */
const PLAIN = [
  ...([
    'realm',
    'org_id',
    'assistant_id',
    'query_type',
    'conversation_id',
    'user_id',
    'environment',
  ] as const),
  ...(['trace_id', 'span_id', 'parent_span_id', 'kind', 'name'] as const),
  ...(['service_name', 'scope_name', 'scope_version', 'operation'] as const),
  ...(['provider', 'model', 'request_model', 'response_model', 'service_tier'] as const),
  ...([
    'usage_problem',
    'usage_quality',
    'input_basis',
    'failed',
    'status_error',
    'time_to_first_token_ms',
  ] as const),
  ...(['cost_status', 'cost_reason', 'cost_quality', 'cost_usd', 'cache_saved_usd'] as const),
];

/** A stored event as the API shows it. */
export function eventView(row: EventRow): EventView {
  const plain = Object.fromEntries(PLAIN.map((column) => [column, row[column]])) as Pick<
    EventRow,
    (typeof PLAIN)[number]
  >;
  const { repeat_of_trace_id: traceId, repeat_of_span_id: spanId, repeat_of_started_at: startedAt } = row;
  return {
    ...plain,
    started_at: isoTime(row.started_at.getTime()),
    ingested_at: isoTime(row.ingested_at.getTime()),
    recovered_at: row.recovered_at && isoTime(row.recovered_at.getTime()),
    duration_ms: Number(row.duration_us) / 1000,
    usage: usageOf(row),
    lost: row.lost?.split('; ') ?? [],
    price_version_ids: row.price_version_ids?.split(',') ?? [],
    reported_cost_usd: row.reported_cost,
    repeat_of:
      traceId === null || spanId === null
        ? null
        : { trace_id: traceId, span_id: spanId, started_at: startedAt && isoTime(startedAt.getTime()) },
  };
}
