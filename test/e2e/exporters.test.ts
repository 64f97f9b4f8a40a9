import { createServer, request, Agent as HttpAgent, type ClientRequest, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { ROOT_CONTEXT, SpanStatusCode, trace } from '@opentelemetry/api';
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider, type SpanExporter } from '@opentelemetry/sdk-trace-node';
import sql from 'sql-template-tag';
import { isLoopback } from '../../backend/src/access/loopback.js';
import { readConfig } from '../../backend/src/config.js';
import { openProduct, type Product } from '../support/product.js';
import { readEvents } from '../support/read-events.js';

const KIB = 1024;
let product: Product;
beforeAll(async () => {
  // As small as a body may be, so that one request can fill it.
  product = await openProduct({ MAX_BODY_BYTES: '64KiB', MAX_BYTES_IN_FLIGHT: '64KiB' });
});
afterEach(async () => {
  await product.db.query(sql`truncate usage_events`);
});
afterAll(() => product.stop());

type Options = NonNullable<ConstructorParameters<typeof JsonExporter>[0]>;
const GZIP = { compression: 'gzip' as NonNullable<Options['compression']> };
const EXPORTERS: [string, (options: Options) => SpanExporter][] = [
  ['exporter-trace-otlp-http', (options) => new JsonExporter(options)],
  ['exporter-trace-otlp-http, gzip', (options) => new JsonExporter({ ...options, ...GZIP })],
  ['exporter-trace-otlp-proto', (options) => new ProtobufExporter(options)],
  ['exporter-trace-otlp-proto, gzip', (options) => new ProtobufExporter({ ...options, ...GZIP })],
];

/** One request of an app: a step, the call in it, and a call that failed; flushed like at the end of a process. */
async function runApp(exporter: SpanExporter): Promise<{ traceId: string; callId: string }> {
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'shop', 'deployment.environment.name': 'prod' }),
    spanProcessors: [new BatchSpanProcessor(exporter)],
  });
  const tracer = provider.getTracer('my-instrumentation', '1.2.3');
  const root = tracer.startSpan('POST /ask', { attributes: { 'app.org.id': 'acme' } }, ROOT_CONTEXT);
  const inside = trace.setSpan(ROOT_CONTEXT, root);
  const call = tracer.startSpan('chat gpt-4o', { attributes: CALL }, inside);
  call.addEvent('gen_ai.choice', { content: 'hello' });
  call.end();
  const failed = tracer.startSpan('chat gpt-4o', { attributes: FAILED }, inside);
  failed.setStatus({ code: SpanStatusCode.ERROR, message: 'rate limited' });
  failed.end();
  root.end();
  await provider.forceFlush();
  await provider.shutdown();
  return { traceId: root.spanContext().traceId, callId: call.spanContext().spanId };
}

const CALL = {
  'gen_ai.operation.name': 'chat',
  'gen_ai.provider.name': 'openai',
  'gen_ai.request.model': 'gpt-4o',
  'gen_ai.response.model': 'gpt-4o-2024-08-06',
  'gen_ai.response.finish_reasons': ['stop'],
  'gen_ai.request.temperature': 0.5,
  'gen_ai.usage.input_tokens': 1_000,
  'gen_ai.usage.cache_read.input_tokens': 400,
  'gen_ai.usage.output_tokens': 100,
};
const FAILED = {
  ...{ 'gen_ai.operation.name': 'chat', 'gen_ai.provider.name': 'openai', 'gen_ai.request.model': 'gpt-4o' },
  ...{ 'error.type': '429' },
};
// 600 × 2.5 + 400 × 1.25 + 100 × 10 millionths of a USD
const COST = '0.003';

async function checkStored({ traceId, callId }: { traceId: string; callId: string }): Promise<void> {
  const events = await readEvents(product);
  expect(events.map(({ trace_id: id }) => id)).toEqual([traceId, traceId, traceId]);
  const common = {
    org_id: 'acme',
    service_name: 'shop',
    environment: 'prod',
    scope_name: 'my-instrumentation',
  };
  expect(events).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ ...common, kind: 'step', name: 'POST /ask', parent_span_id: null }),
      expect.objectContaining({
        ...{ ...common, kind: 'call', span_id: callId, provider: 'openai', cost_usd: COST },
        ...{ cost_status: 'priced', cost_quality: 'exact', response_model: 'gpt-4o-2024-08-06' },
      }),
      expect.objectContaining({
        ...{
          ...common,
          kind: 'call',
          cost_status: 'unbilled',
          cost_reason: 'failed_no_usage',
          cost_usd: null,
        },
      }),
    ]),
  );
}

describe.each(EXPORTERS)('%s', (_name, create) => {
  it('delivers', async () => {
    await checkStored(await runApp(create({ url: `${product.url}/v1/traces` })));
  });

  it('delivers once after a 503 with Retry-After', async () => {
    const hog = await fillBytesInFlight();
    const front = await openFront((status) => {
      if (status === 503) hog.destroy();
    });
    try {
      await checkStored(await runApp(create({ url: `${front.url}/v1/traces`, timeoutMillis: 20_000 })));
      expect(front.answers[0]).toEqual({ status: 503, retryAfter: '1' });
      expect(front.answers.at(-1)?.status).toBe(200);
    } finally {
      hog.destroy();
      front.close();
    }
  });

  it('without any configuration looks where the product listens by default', async () => {
    const agent = new DivertedAgent(product.url);
    await checkStored(await runApp(create({ httpAgentOptions: () => agent })));
    const { host, port } = readConfig({});
    expect(agent.asked).toEqual([{ host: 'localhost', port }]);
    expect(isLoopback(host)).toBe(true);
  });
});

/** Remembers where it was asked to connect to and connects to the product, so that no test needs the default port. */
class DivertedAgent extends HttpAgent {
  readonly asked: { host: unknown; port: number }[] = [];
  readonly #target: URL;

  constructor(target: string) {
    super();
    this.#target = new URL(target);
  }

  override createConnection(options: { host?: unknown; port?: unknown }): Socket {
    this.asked.push({ host: options.host, port: Number(options.port) });
    return connect(Number(this.#target.port), this.#target.hostname);
  }
}

/** A request that never ends and holds nearly all bytes the product may hold. */
async function fillBytesInFlight(): Promise<ClientRequest> {
  const headers = { 'content-type': 'application/json', 'content-length': 64 * KIB };
  const hog = request(`${product.url}/v1/traces`, { method: 'POST', headers });
  hog.on('error', () => undefined);
  hog.write(Buffer.alloc(64 * KIB - 500));
  const probe = async (): Promise<number> => {
    const body = `{"resourceSpans": [], "padding": "${'x'.repeat(600)}"}`;
    const answer = await fetch(`${product.url}/v1/traces`, {
      ...{ method: 'POST', headers: { 'content-type': 'application/json' }, body },
    });
    return answer.status;
  };
  while ((await probe()) !== 503);
  return hog;
}

interface Front {
  readonly url: string;
  readonly answers: { status: number; retryAfter: string | undefined }[];
  close(): void;
}

/** Passes everything on to the product and tells what it answered. */
async function openFront(onAnswer: (status: number) => void): Promise<Front> {
  const answers: Front['answers'] = [];
  const server: Server = createServer((incoming, outgoing) => {
    const { method, headers, url } = incoming;
    const passed = request(product.url + (url ?? ''), { method, headers }, (answer) => {
      const status = answer.statusCode ?? 0;
      answers.push({ status, retryAfter: answer.headers['retry-after'] });
      onAnswer(status);
      outgoing.writeHead(status, answer.headers);
      answer.pipe(outgoing);
    });
    incoming.pipe(passed);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answers,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
