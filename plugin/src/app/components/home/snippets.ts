/** Stands where the backend's address is not known. */
export const ENDPOINT_PLACEHOLDER = 'http://YOUR-TOKENLEDGER:4318';

export const MAKE_KEY = 'npm run -s tokenledger -- keys create --name my-app --scope ingest';

export interface Snippet {
  id: string;
  label: string;
  /** One line on what it is for. */
  text: string;
  code: (endpoint: string) => string;
}

/** Ways to send data, the shortest first. The same as in the README and docs/instrument.md of the backend. */
export const SNIPPETS: readonly Snippet[] = [
  {
    id: 'otel',
    label: 'OpenTelemetry',
    text:
      'For an app that already traces its AI calls. Whose call it is comes from span attributes such as app.org.id; ' +
      'without one it is kept as "unattributed".',
    code: (endpoint) =>
      [
        'OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf',
        `OTEL_EXPORTER_OTLP_ENDPOINT=${endpoint}`,
        "OTEL_EXPORTER_OTLP_HEADERS='Authorization=Bearer%20YOUR_KEY'",
      ].join('\n'),
  },
  {
    id: 'python',
    label: 'Python',
    text: 'With the variables of the first tab set. Load an instrumentation of your AI library beside it.',
    code: () => `# pip install opentelemetry-sdk opentelemetry-exporter-otlp-proto-http
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

provider = TracerProvider()
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
trace.set_tracer_provider(provider)

# Where a request begins:
with trace.get_tracer("my-app").start_as_current_span("answer") as span:
    span.set_attributes({"app.org.id": "acme", "app.assistant.id": "support-bot", "app.query.type": "chat"})
    ...  # your AI calls`,
  },
  {
    id: 'javascript',
    label: 'JavaScript',
    text: 'With the variables of the first tab set. Load an instrumentation of your AI library beside it.',
    code: () => `// npm install @opentelemetry/api @opentelemetry/sdk-trace-node @opentelemetry/exporter-trace-otlp-proto
import { trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';

const provider = new NodeTracerProvider({ spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())] });
provider.register();

// Where a request begins:
await trace.getTracer('my-app').startActiveSpan('answer', async (span) => {
  span.setAttributes({ 'app.org.id': 'acme', 'app.assistant.id': 'support-bot', 'app.query.type': 'chat' });
  // your AI calls
  span.end();
});`,
  },
  {
    id: 'json',
    label: 'JSON',
    text: 'For anything else: one event, or up to 1,000 in a list. The answer tells what the call cost.',
    code: (
      endpoint,
    ) => `curl ${endpoint}/v1/events -H 'content-type: application/json' -H 'authorization: Bearer YOUR_KEY' -d '{
  "id": "my-call-1", "started_at": "'$(date -u +%FT%TZ)'", "duration_ms": 1840,
  "org_id": "acme", "assistant_id": "support-bot", "query_type": "chat",
  "provider": "openai", "model": "gpt-4o-mini",
  "usage": { "input_tokens": 1200, "cache_read": 1024, "output_tokens": 350 }
}'`,
  },
];
