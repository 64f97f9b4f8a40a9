import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatMoney, parseMoney } from '../../backend/src/ledger/money.js';
import { encodeOtlp } from '../support/otlp-codec.js';
import { startProduct, type ProductProcess } from '../support/product-process.js';
import { readEvents } from '../support/read-events.js';

/** How often the process is killed; more by hand. */
const ROUNDS = Number(process.env['CRASH_ROUNDS'] ?? 2);
const SENDERS = 6;
const EVENTS_PER_REQUEST = 40;
/** Requests answered with 200 before the signal, which then meets those of the other senders in flight. */
const ANSWERED_BEFORE_SIGNAL = 40;
const DAY_MS = 86_400_000;
/** 10 × 2.5 + 2 × 10 millionths of a USD. */
const COST_OF_EVENT = parseMoney('0.000045');

/** One request is one trace; its events lie in three UTC days, so it is stored in three transactions. */
interface Request {
  readonly traceId: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | string;
}

let dataDir: string;
let product: ProductProcess | null = null;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'tokenledger-crash-'));
});
afterAll(async () => {
  await product?.stop('SIGKILL');
  await rm(dataDir, { recursive: true, force: true });
});

const start = async (): Promise<ProductProcess> =>
  (product = await startProduct(dataDir, { LOG_LEVEL: 'warn' }));

it(
  `kill -9 under load, ${ROUNDS} times: every acknowledged event is there exactly once`,
  async () => {
    const acknowledged = new Set<string>();
    let running = await start();
    for (let round = 1; round <= ROUNDS; round += 1) {
      const { answered, cut } = await loadUntil(running, 'SIGKILL');
      for (const { traceId } of answered) acknowledged.add(traceId);

      running = await start();
      const found = await eventsByTrace(running);
      expect(incomplete(found, acknowledged)).toEqual([]);
      const known = new Set([...acknowledged, ...cut.map(({ traceId }) => traceId)]);
      expect([...found.keys()].filter((traceId) => !known.has(traceId))).toEqual([]);

      // What was cut may be stored or not. Its sender sends it running, and then it is there once.
      for (const request of cut) {
        expect(await send(running, request)).toBe(200);
        acknowledged.add(request.traceId);
      }
      await checkSums(running, acknowledged.size * EVENTS_PER_REQUEST);
    }
  },
  30_000 + ROUNDS * 30_000,
);

it('SIGTERM under load: every request it took is answered, it ends with 0, and a restart has everything', async () => {
  // As the kills left it.
  const running = product ?? (await start());
  const before = await eventsByTrace(running);
  const { answered } = await loadUntil(running, 'SIGTERM');
  const again = await start();
  const after = await eventsByTrace(again);
  const added = [...after.keys()].filter((traceId) => !before.has(traceId));
  const acknowledged = new Set(answered.map(({ traceId }) => traceId));
  // Nothing is stored whose sender was not told, and nothing told is missing.
  expect(new Set(added)).toEqual(acknowledged);
  expect(incomplete(after, acknowledged)).toEqual([]);
  expect(await again.stop('SIGTERM')).toEqual({ code: 0, signal: null });
}, 60_000);

/**
 * Several senders send until the process is gone; it gets its signal in the middle of that.
 * `cut` are requests without an answer.
 */
async function loadUntil(
  running: ProductProcess,
  signal: 'SIGKILL' | 'SIGTERM',
): Promise<{ answered: Request[]; cut: Request[] }> {
  const answered: Request[] = [];
  const cut: Request[] = [];
  let stopped: ReturnType<ProductProcess['stop']> | null = null;
  const sendOn = async (sender: number): Promise<void> => {
    for (;;) {
      const request = requestOf(sender);
      let status: number;
      try {
        status = await send(running, request);
      } catch (error) {
        cut.push(request);
        if (stopped === null) throw error;
        return;
      }
      expect([200, 429, 503]).toContain(status);
      if (status === 200) answered.push(request);
      if (answered.length >= ANSWERED_BEFORE_SIGNAL) stopped ??= running.stop(signal);
    }
  };
  await Promise.all(Array.from({ length: SENDERS }, (_, sender) => sendOn(sender)));
  const exit = await (stopped ?? running.stop('SIGKILL'));
  expect(exit).toEqual(signal === 'SIGKILL' ? { code: null, signal } : { code: 0, signal: null });
  return { answered, cut };
}

async function send({ url }: ProductProcess, { path, headers, body }: Request): Promise<number> {
  const response = await fetch(url + path, { method: 'POST', headers, body });
  await response.arrayBuffer();
  return response.status;
}

const FORMS = ['json', 'otlp-json', 'otlp-protobuf'] as const;

function requestOf(sender: number): Request {
  const traceId = randomBytes(16).toString('hex');
  const spans = Array.from({ length: EVENTS_PER_REQUEST }, (_, index) => ({
    spanId: randomBytes(8).toString('hex'),
    startMs: Date.now() - 60_000 - (index % 3) * DAY_MS,
  }));
  const form = FORMS[sender % FORMS.length];
  if (form === 'json') {
    const events = spans.map(({ spanId, startMs }) => ({
      ...{ trace_id: traceId, span_id: spanId, started_at: new Date(startMs).toISOString() },
      ...{ provider: 'openai', model: 'gpt-4o', usage: { input_tokens: 10, output_tokens: 2 } },
    }));
    const headers = { 'content-type': 'application/json' };
    return { traceId, path: '/v1/events', headers, body: JSON.stringify(events) };
  }
  const request = {
    resourceSpans: [{ scopeSpans: [{ spans: spans.map((span) => otlpSpan(traceId, span)) }] }],
  };
  return form === 'otlp-json'
    ? otlpRequest(traceId, 'application/json', JSON.stringify(request))
    : otlpRequest(traceId, 'application/x-protobuf', encodeOtlp(request));
}

const otlpRequest = (traceId: string, type: string, body: Uint8Array | string): Request => ({
  ...{ traceId, path: '/v1/traces', headers: { 'content-type': type }, body },
});

const otlpSpan = (traceId: string, { spanId, startMs }: { spanId: string; startMs: number }) => ({
  ...{ traceId, spanId, name: 'chat gpt-4o' },
  startTimeUnixNano: `${startMs}000000`,
  endTimeUnixNano: `${startMs + 500}000000`,
  attributes: [
    { key: 'gen_ai.operation.name', value: { stringValue: 'chat' } },
    { key: 'gen_ai.provider.name', value: { stringValue: 'openai' } },
    { key: 'gen_ai.request.model', value: { stringValue: 'gpt-4o' } },
    { key: 'gen_ai.usage.input_tokens', value: { intValue: '10' } },
    { key: 'gen_ai.usage.output_tokens', value: { intValue: '2' } },
  ],
});

/** Span ids of every stored event by trace; each is listed as often as it is stored. */
async function eventsByTrace(running: ProductProcess): Promise<Map<string, string[]>> {
  const byTrace = new Map<string, string[]>();
  for (const event of await readEvents(running)) {
    const spans = byTrace.get(event.trace_id) ?? [];
    byTrace.set(event.trace_id, [...spans, event.span_id]);
  }
  return byTrace;
}

/** Traces that lack an event or have one twice. */
const incomplete = (found: ReadonlyMap<string, readonly string[]>, traceIds: Iterable<string>): string[] =>
  [...traceIds].filter((traceId) => {
    const spans = found.get(traceId) ?? [];
    return spans.length !== EVENTS_PER_REQUEST || new Set(spans).size !== EVENTS_PER_REQUEST;
  });

/** The aggregate has survived as well. */
async function checkSums(running: ProductProcess, events: number): Promise<void> {
  const { body } = await running.call('POST', '/api/v1/query', {
    from: new Date(Date.now() - 7 * DAY_MS).toISOString(),
    to: new Date().toISOString(),
    measures: ['calls', 'cost_usd'],
  });
  expect(body).toMatchObject({
    totals: { calls: events, cost_usd: formatMoney(BigInt(events) * COST_OF_EVENT), pending_calls: 0 },
  });
}
