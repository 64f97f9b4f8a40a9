import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { readConfig } from '../backend/src/config.js';
import { decodeOtlpProtobuf } from '../backend/src/ingest/otlp-protobuf.js';
import { startServer, type RunningServer } from '../backend/src/start-server.js';
import type { Span } from '../backend/src/usage/span.js';

/** The code of docs/instrument.md, run as the document says: two services, a vendor, and Tokenledger. */
const FOLDER = fileURLToPath(new URL('./instrument/', import.meta.url));
const CUSTOMER = 'Zürich 東京';
const TAGS = {
  'app.org.id': CUSTOMER,
  'app.assistant.id': 'support-bot',
  'app.query.type': 'chat',
  'gen_ai.conversation.id': 'conversation-7',
};

interface RecordedEvent {
  span_id: string;
  parent_span_id: string | null;
  kind: string;
  name: string;
  org_id: string;
  assistant_id: string;
  query_type: string;
  conversation_id: string;
  cost_quality: string | null;
  cost_usd: string | null;
}

let product: RunningServer;
let dataDir: string;
let answer: Response;
let answerText: string;
let spans: Span[];
let vendorRequests: IncomingHttpHeaders[];

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'tokenledger-'));
  product = await startServer(
    readConfig({ DATA_DIR: dataDir, PORT: '0', EMBEDDED_PG_PORT: '0' }),
    pino({ level: 'silent' }),
    {
      purpose: 'serve',
    },
  );
  spans = [];
  vendorRequests = [];
  const vendor = await listen((request, response) => {
    vendorRequests.push(request.headers);
    response.setHeader('content-type', 'application/json').end(JSON.stringify(MESSAGE));
  });
  // On their way to Tokenledger the spans are looked at as they were sent: it stores less of them.
  const collector = await listen((request, response) => {
    void buffer(request).then(async (body) => {
      spans.push(...decodeOtlpProtobuf(body));
      const headers = { 'content-type': String(request.headers['content-type']) };
      const taken = await fetch(product.url + request.url, { method: 'POST', headers, body });
      response.writeHead(taken.status).end(await buffer(taken.body!));
    });
  });
  const exporter = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url };
  const second = await startService('answer.mjs', {
    ...exporter,
    ANTHROPIC_BASE_URL: vendor.url,
    ANTHROPIC_API_KEY: 'none',
  });
  const first = await startService('front.mjs', {
    ...exporter,
    ANSWER_URL: second.url,
    OWN_SERVICES: second.url,
  });
  answer = await fetch(first.url, {
    headers: {
      'x-customer': encodeURIComponent(CUSTOMER),
      'x-conversation': 'conversation-7',
      // What a browser could send to pass for somebody else, and a key that is not on the list.
      baggage: 'app.org.id=somebody-else,app.secret=hush',
    },
  });
  answerText = await answer.text();
  // A service that ends sends what it still holds.
  await Promise.all([first.stop(), second.stop()]);
  vendor.close();
  collector.close();
}, 60_000);

afterAll(async () => {
  await product.stop();
  await rm(dataDir, { recursive: true });
});

it('one trace spans both services, and the user is told its id', () => {
  expect([answer.status, answerText]).toEqual([200, 'Hello']);
  const names = spans.map(({ resource, name }) => `${resource.get('service.name') as string}: ${name}`);
  expect(names.sort()).toEqual([
    'answer: POST',
    'answer: anthropic.messages.create',
    'front: GET',
    'front: POST',
  ]);
  expect(new Set(spans.map(({ traceId }) => traceId))).toEqual(new Set([answer.headers.get('x-trace-id')]));
});

it('every span carries the four tags, whatever a browser claims', () => {
  for (const { name, attributes } of spans) {
    const tags = Object.fromEntries(Object.keys(TAGS).map((key) => [key, attributes.get(key)]));
    expect({ name, ...tags }).toEqual({ name, ...TAGS });
  }
});

it('baggage that is not on the list is not copied onto any span', () => {
  expect(spans.filter(({ attributes }) => attributes.has('app.secret'))).toEqual([]);
});

it('the vendor gets neither baggage nor trace context', () => {
  expect(vendorRequests).toHaveLength(1);
  // It is the AI call, and none of the headers by which traces and baggage travel is in it.
  expect(vendorRequests[0]).toHaveProperty('anthropic-version');
  const names = Object.keys(vendorRequests[0] ?? {});
  expect(names.filter((name) => /baggage|trace|^b3$|^x-b3/.test(name))).toEqual([]);
});

it('the AI call is recorded once, with its organisation and its exact cost', async () => {
  const url = `${product.url}/api/v1/events?kind=all&trace_id=${answer.headers.get('x-trace-id')}`;
  const { events } = (await (await fetch(url)).json()) as { events: RecordedEvent[] };
  expect(events).toHaveLength(4);
  const calls = events.filter(({ kind }) => kind !== 'step');
  expect(calls).toMatchObject([
    {
      kind: 'call',
      name: 'anthropic.messages.create',
      org_id: CUSTOMER,
      assistant_id: 'support-bot',
      query_type: 'chat',
      conversation_id: 'conversation-7',
      cost_quality: 'exact',
      // 176 × 3 + 2,048 × 0.30 + 384 × 3.75 + 128 × 6 + 350 × 15 USD per million (claude-sonnet-4-6)
      cost_usd: '0.0086004',
    },
  ]);
});

it('the document shows the files that ran', async () => {
  const document = await readFile(new URL('../docs/instrument.md', import.meta.url), 'utf8');
  const blocks = [...document.matchAll(/^```js\n([^]*?)^```$/gm)].map(([, code]) => code);
  const files = ['telemetry.mjs', 'front.mjs', 'answer.mjs'].map((name) =>
    readFile(join(FOLDER, name), 'utf8'),
  );
  expect(blocks).toEqual(await Promise.all(files));
});

/** What the vendor answers: 2,736 input tokens, of which 2,048 were cached and 512 are written to the cache. */
const MESSAGE = {
  id: 'msg_instrument',
  type: 'message',
  role: 'assistant',
  model: 'claude-sonnet-4-6',
  content: [{ type: 'text', text: 'Hello' }],
  stop_reason: 'end_turn',
  stop_sequence: null,
  usage: {
    input_tokens: 176,
    cache_read_input_tokens: 2048,
    cache_creation_input_tokens: 512,
    cache_creation: { ephemeral_5m_input_tokens: 384, ephemeral_1h_input_tokens: 128 },
    output_tokens: 350,
    service_tier: 'standard',
  },
};

async function listen(handle: RequestListener): Promise<{ url: string; close(): void }> {
  const server = createServer(handle).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, close: () => void server.close() };
}

/** Starts a service as a user would; it prints its port when it listens. */
async function startService(
  file: string,
  environment: Record<string, string>,
): Promise<{ url: string; stop(): Promise<void> }> {
  const child: ChildProcess = spawn(process.execPath, ['--import', './telemetry.mjs', file], {
    cwd: FOLDER,
    env: { ...process.env, PORT: '0', OTEL_SERVICE_NAME: file.replace('.mjs', ''), ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const started = await Promise.race([once(child.stdout!, 'data'), exited]);
  const port = Number(String(started[0]));
  if (!Number.isInteger(port) || port === 0) throw new Error(`${file} did not start`);
  return {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      child.kill('SIGTERM');
      await exited;
    },
  };
}
