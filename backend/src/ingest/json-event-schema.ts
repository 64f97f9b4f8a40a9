import { z } from 'zod';
import { OTHER_METERS } from '../usage/usage.js';

/** A year: what is said to have taken longer is a mistake. */
export const MAX_DURATION_MS = 31_536_000_000;

const id = z.string().trim().min(1).max(256);
const hexId = (digits: number) =>
  z
    .string()
    .regex(new RegExp(`^[0-9a-fA-F]{${digits}}$`), `must be ${digits} hex digits`)
    .refine((text) => !/^0+$/.test(text), 'must not be all zero; leave it out to have one made');
// A count that is a number but no possible count (negative, NaN, 1e13) makes the call pending, it is not refused.
const count = z.number().nullish();

/** Usage as a sender without OpenTelemetry tells it: canonical form, a count left out means there was none. */
export const JsonUsage = z
  .strictObject({
    input_tokens: count.describe('Everything sent, cached, audio and image parts included.'),
    cache_read: count.describe('Part of input_tokens read from a cache.'),
    cache_write_5m: count.describe('Part of input_tokens written to a cache for 5 minutes.'),
    cache_write_1h: count.describe('Part of input_tokens written to a cache for 1 hour.'),
    cache_write: count.describe(
      'Cache writes whose lifetime is not known: priced as 5 minutes, quality "estimated".',
    ),
    input_audio: count,
    cache_read_audio: count,
    input_image: count,
    output_tokens: count.describe('Everything generated, reasoning and audio included.'),
    reasoning: count.describe('Part of output_tokens.'),
    output_audio: count,
    output_image: count,
    other: z.partialRecord(z.enum(OTHER_METERS), z.number()).nullish(),
  })
  .meta({ id: 'UsageInput' });

/** One event of `POST /v1/events`. Only `started_at` is required. */
export const JsonEvent = z
  .object({
    id: z
      .string()
      .min(1)
      .max(1_024)
      .nullish()
      .describe("The sender's own id of this call: a retry with it is the same event."),
    trace_id: hexId(32).nullish(),
    span_id: hexId(16).nullish(),
    parent_span_id: hexId(16).nullish(),
    kind: z
      .enum(['call', 'step'])
      .nullish()
      .describe('"step" for work of the request that is no model call. Default "call".'),
    name: id.nullish(),
    started_at: z.iso.datetime({ offset: true, error: 'must be a time like 2026-11-22T10:15:00.000Z' }),
    ended_at: z.iso.datetime({ offset: true }).nullish(),
    duration_ms: z.number().min(0).max(MAX_DURATION_MS).nullish(),
    org_id: id.nullish(),
    assistant_id: id.nullish(),
    query_type: id.nullish(),
    conversation_id: id.nullish(),
    user_id: id.nullish(),
    environment: id.nullish(),
    service_name: id.nullish(),
    operation: id.nullish(),
    provider: id.nullish(),
    model: id.nullish().describe('The model that answered, as the provider names it.'),
    request_model: id.nullish(),
    response_id: id.nullish(),
    service_tier: id.nullish(),
    error: z.boolean().nullish().describe('The call failed. Without usage it is not billed.'),
    time_to_first_token_ms: z.number().min(0).nullish(),
    reported_cost_usd: z
      .string()
      .regex(/^\d{1,18}(\.\d{1,18})?$/, 'must be a decimal like 0.0025')
      .nullish()
      .describe('A cost you know already: kept for comparison, never used.'),
    usage: JsonUsage.nullish(),
  })
  .meta({ id: 'EventInput' });
export type JsonEventInput = z.output<typeof JsonEvent>;

/** Most events in one request. */
export const MAX_EVENTS = 1_000;
