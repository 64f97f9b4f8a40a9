import { register } from 'node:module';
import { BaggageSpanProcessor } from '@opentelemetry/baggage-span-processor';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { registerInstrumentations } from '@opentelemetry/instrumentation';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici';
import { defaultResource, detectResources, envDetector } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';

// Lets instrumentations reach ES modules; they must be registered before your own code is loaded.
register('@opentelemetry/instrumentation/hook.mjs', import.meta.url);

/** The only baggage that is copied onto spans. */
const TAGS = new Set(['app.org.id', 'app.assistant.id', 'app.query.type', 'gen_ai.conversation.id']);

/** The only addresses that trace context and baggage are sent to: your own services, never a vendor. */
const OWN_SERVICES = new Set(process.env.OWN_SERVICES?.split(',') ?? []);

const provider = new NodeTracerProvider({
  // OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES.
  resource: defaultResource().merge(detectResources({ detectors: [envDetector] })),
  spanProcessors: [
    new BaggageSpanProcessor((key) => TAGS.has(key)),
    new BatchSpanProcessor(new OTLPTraceExporter()),
  ],
});
provider.register();

registerInstrumentations({
  instrumentations: [
    // What node:http receives. What it sends is left alone: nothing may leave by a way nobody looks at.
    new HttpInstrumentation({ disableOutgoingRequestInstrumentation: true }),
    // What the built-in fetch sends.
    new UndiciInstrumentation({ ignoreRequestHook: ({ origin }) => !OWN_SERVICES.has(origin) }),
  ],
});

process.once('SIGTERM', async () => {
  await provider.shutdown();
  process.exit();
});
