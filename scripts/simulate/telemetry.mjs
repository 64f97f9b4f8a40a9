import { PROVIDER } from './world.mjs';

/** @typedef {import('./world.mjs').Span} Span @typedef {import('./world.mjs').Told} Told */

const SCOPES = {
  rich: { name: 'opentelemetry.instrumentation.genai.openai', version: '1.3b0' },
  poor: { name: 'opentelemetry.instrumentation.openai', version: '0.62.0' },
  agent: { name: 'simulated.agents', version: '1.0.0' },
  json: { name: '', version: '' },
};

/** An OTLP/JSON request. @param {readonly Told[]} items */
export function otlpBody(items) {
  const scopeSpans = Object.entries(SCOPES).flatMap(([teller, scope]) => {
    const spans = items.filter(({ span }) => span.teller === teller).map(otlpSpan);
    return spans.length > 0 ? [{ scope, spans }] : [];
  });
  const resource = { attributes: [attribute('service.name', 'simulation')] };
  return { resourceSpans: [{ resource, scopeSpans }] };
}

/** @param {Told} told */
function otlpSpan({ span, version }) {
  const usage = span.usages[version] ?? null;
  const attributes = {
    'app.org.id': span.own.orgId,
    'app.assistant.id': span.own.assistantId,
    'app.query.type': span.own.queryType,
    ...(span.role !== 'step' && {
      'gen_ai.operation.name': span.role === 'wrapper' ? 'invoke_agent' : 'chat',
      'gen_ai.provider.name': PROVIDER,
      'gen_ai.request.model': span.model,
      'gen_ai.response.model': span.teller === 'rich' ? span.model : null,
      'gen_ai.response.id': span.responseId,
    }),
    'gen_ai.usage.input_tokens': usage?.input ?? null,
    'gen_ai.usage.output_tokens': usage?.output ?? null,
    'gen_ai.usage.cache_read.input_tokens': usage?.cacheRead ?? null,
  };
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    ...(span.parent && { parentSpanId: span.parent.spanId }),
    name: span.role === 'call' ? `chat ${span.model}` : span.role,
    kind: 3,
    startTimeUnixNano: `${span.startedAt}000000`,
    endTimeUnixNano: `${span.endedAt}000000`,
    status: span.failed ? { code: 2 } : {},
    attributes: Object.entries(attributes).flatMap(([key, value]) =>
      value === null ? [] : [attribute(key, value)],
    ),
  };
}

/** @param {string} key @param {string | number} value */
const attribute = (key, value) => ({
  key,
  value: typeof value === 'number' ? { intValue: String(value) } : { stringValue: value },
});

/** A JSON event. @param {Told} told */
export function jsonEvent({ span, version }) {
  const usage = span.usages[version] ?? null;
  return {
    trace_id: span.traceId,
    span_id: span.spanId,
    parent_span_id: span.parent?.spanId ?? null,
    kind: span.role === 'step' ? 'step' : 'call',
    started_at: new Date(span.startedAt).toISOString(),
    ended_at: new Date(span.endedAt).toISOString(),
    org_id: span.own.orgId,
    assistant_id: span.own.assistantId,
    query_type: span.own.queryType,
    service_name: 'simulation',
    ...(span.role === 'call' && {
      provider: PROVIDER,
      model: span.model,
      response_id: span.responseId,
      error: span.failed,
      usage: usage && usageBody(usage),
    }),
  };
}

/** Usage in the product's words. @param {import('./price-list.mjs').Usage} usage */
export const usageBody = (usage) => ({
  input_tokens: usage.input,
  output_tokens: usage.output,
  ...(usage.cacheRead !== null && { cache_read: usage.cacheRead }),
});
