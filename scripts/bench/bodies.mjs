import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import protobuf from 'protobufjs';

const MODELS = ['gpt-4o-2024-11-20', 'o4-mini-2025-04-16', 'gpt-5-2025-08-07'];
/** Two hours of one UTC day: a steady stream, as a busy afternoon gives. */
const START = Math.floor(Date.now() / 86_400_000) * 86_400_000 - 14 * 3_600_000;
const SPREAD_MS = 7_200_000;

/** What every event tells, whichever way it comes. @param {number} index */
const callOf = (index) => ({
  org: `org-${index % 200}`,
  assistant: `assistant-${index % 7}`,
  type: ['chat', 'search', 'summarise'][index % 3] ?? 'chat',
  model: MODELS[index % MODELS.length] ?? '',
  startedAt: START + Math.floor(((index * 7919) % 1_000_003) * (SPREAD_MS / 1_000_003)),
  durationMs: 300 + (index % 4_000),
  input: 1_200 + (index % 900),
  cached: 1_024,
  output: 350 + (index % 90),
});

/** @param {number} batches @param {number} size */
export function jsonBodies(batches, size) {
  return Array.from({ length: batches }, (_, batch) => {
    const events = Array.from({ length: size }, (_unused, item) => {
      const call = callOf(batch * size + item);
      return {
        trace_id: randomBytes(16).toString('hex'),
        span_id: randomBytes(8).toString('hex'),
        started_at: new Date(call.startedAt).toISOString(),
        duration_ms: call.durationMs,
        org_id: call.org,
        assistant_id: call.assistant,
        query_type: call.type,
        provider: 'openai',
        model: call.model,
        usage: { input_tokens: call.input, cache_read: call.cached, output_tokens: call.output },
      };
    });
    return Buffer.from(JSON.stringify(events));
  });
}

const otlp = protobuf.Root.fromJSON(
  JSON.parse(readFileSync(new URL('../../test/support/otlp-descriptor.json', import.meta.url), 'utf8')),
);

/** Spans as the semantic conventions have them: 15 attributes each. @param {number} batches @param {number} size */
export function otlpBodies(batches, size) {
  const type = otlp.lookupType('ExportTraceServiceRequest');
  return Array.from({ length: batches }, (_, batch) => {
    const spans = Array.from({ length: size }, (_unused, item) => spanOf(callOf(batch * size + item)));
    const scope = { name: '@arizeai/openinference-instrumentation-openai', version: '4.2.7' };
    const resource = {
      attributes: attributes({ 'service.name': 'bench', 'deployment.environment.name': 'prod' }),
    };
    const request = { resourceSpans: [{ resource, scopeSpans: [{ scope, spans }] }] };
    return Buffer.from(type.encode(type.fromObject(request)).finish());
  });
}

/** @param {ReturnType<typeof callOf>} call */
function spanOf(call) {
  const start = BigInt(call.startedAt) * 1_000_000n;
  return {
    traceId: randomBytes(16),
    spanId: randomBytes(8),
    parentSpanId: randomBytes(8),
    name: `chat ${call.model}`,
    kind: 3,
    startTimeUnixNano: String(start),
    endTimeUnixNano: String(start + BigInt(call.durationMs) * 1_000_000n),
    attributes: attributes({
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': call.model,
      'gen_ai.response.model': call.model,
      'gen_ai.response.id': `chatcmpl-${randomBytes(12).toString('hex')}`,
      'gen_ai.usage.input_tokens': call.input,
      'gen_ai.usage.output_tokens': call.output,
      'gen_ai.usage.cache_read.input_tokens': call.cached,
      'gen_ai.request.max_tokens': 1_000,
      'app.org.id': call.org,
      'app.assistant.id': call.assistant,
      'app.query.type': call.type,
      'gen_ai.conversation.id': `conversation-${call.org}`,
      'server.address': 'api.openai.com',
      'server.port': 443,
    }),
  };
}

/** @param {Record<string, string | number>} entries */
const attributes = (entries) =>
  Object.entries(entries).map(([key, value]) => ({
    key,
    value: typeof value === 'number' ? { intValue: value } : { stringValue: value },
  }));
