import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createGarbage, type GarbageRequest } from '../support/garbage.js';
import { decodeRpcStatus } from '../support/otlp-codec.js';
import { startProduct, type ProductProcess } from '../support/product-process.js';
import { createChance } from '../support/random.js';
import { readJson } from '../support/read-capture.js';

/** More by hand: each has a seed of its own, so a longer run begins with these. */
const REQUESTS = Number(process.env['GARBAGE_REQUESTS'] ?? 3_000);
/** Another seed finds other garbage. */
const SEED = Number(process.env['GARBAGE_SEED'] ?? 20_261_122);
const CONCURRENCY = 16;
const MIB = 1024 ** 2;
/** Small ones, as thousands of them are sent. */
const GOOD_OTLP = [
  'baggage',
  'otel-instrumentation-openai-latest',
  'traceloop-openai',
  'python/traceloop-cohere',
];

let dataDir: string;
let product: ProductProcess;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'tokenledger-garbage-'));
  product = await startProduct(dataDir, { LOG_LEVEL: 'error', LATE_EVENTS_MAX_AGE: '36500d' });
});
afterAll(async () => {
  await product.stop('SIGKILL');
  await rm(dataDir, { recursive: true, force: true });
});

const GOOD = {
  ...{ id: 'good', started_at: new Date(Date.now() - 60_000).toISOString() },
  ...{ provider: 'openai', model: 'gpt-4o', usage: { input_tokens: 1_000, output_tokens: 100 } },
};

it(`${REQUESTS} random and mutated requests: no crash, no 5xx but 503 with Retry-After, always a message`, async () => {
  const before = await product.call('POST', '/v1/events', GOOD);
  const garbage = createGarbage(
    GOOD_OTLP.map((name) => readJson(`${name}.otlp.json`)),
    GOOD.started_at,
  );
  const wrong: object[] = [];
  const statuses = new Map<number, number>();
  let next = 0;
  const sendOn = async (): Promise<void> => {
    while (next < REQUESTS && wrong.length < 10) {
      const number = (next += 1);
      const request = garbage(createChance(SEED + number));
      const { status, problem } = await send(request);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      if (problem !== null)
        wrong.push({ seed: SEED + number, kind: request.kind, path: request.path, problem });
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, sendOn));
  expect({ wrong, log: product.output().split('\n').slice(6, 9) }).toEqual({ wrong: [], log: [''] });
  // It was garbage, and not only that: the decoders were reached, and some of it was good enough to be stored.
  expect(statuses.get(400)).toBeGreaterThan(REQUESTS / 10);
  expect(statuses.get(200)).toBeGreaterThan(REQUESTS / 10);
  expect(statuses.get(415)).toBeGreaterThan(REQUESTS / 200);

  expect((await product.call('GET', '/readyz')).status).toBe(200);
  const after = await product.call('POST', '/v1/events', GOOD);
  expect([after.status, after.body]).toEqual([200, before.body]);
  const metrics = await (await fetch(`${product.url}/metrics`)).text();
  expect(gauge(metrics, 'tokenledger_ingest_queued_rows')).toBe(0);
  // The embedded engine has 0.5 GiB of it.
  expect(gauge(metrics, 'process_resident_memory_bytes')).toBeLessThan(1_200 * MIB);
}, 240_000);

async function send(request: GarbageRequest): Promise<{ status: number; problem: string | null }> {
  const response = await fetch(product.url + request.path, {
    ...{ method: request.method, headers: request.headers },
    ...(request.body && { body: request.body }),
  });
  const body = Buffer.from(await response.arrayBuffer());
  return { status: response.status, problem: problemOf(response, body) };
}

/** What is wrong with an answer, or null. */
function problemOf({ status, headers }: Response, body: Buffer): string | null {
  if (status < 400) return null;
  if (status >= 500 && !(status === 503 && headers.has('retry-after'))) return `${status} ${body.toString()}`;
  return messageOf(headers.get('content-type') ?? '', body).length > 10
    ? null
    : `${status} without a message`;
}

/** The message of RFC 9457, of google.rpc.Status, or of the errors of single items. */
function messageOf(type: string, body: Buffer): string {
  if (type.startsWith('application/x-protobuf')) return decodeRpcStatus(body).message;
  const { detail, message, errors } = JSON.parse(body.toString()) as {
    readonly detail?: string;
    readonly message?: string;
    readonly errors?: readonly { readonly field: string; readonly message: string }[];
  };
  return detail ?? message ?? (errors ?? []).map((error) => `${error.field} ${error.message}`).join('; ');
}

function gauge(metrics: string, name: string): number {
  const [, value] = new RegExp(`^${name} (\\S+)$`, 'm').exec(metrics) ?? [];
  if (value === undefined) throw new Error(`there is no ${name}`);
  return Number(value);
}
