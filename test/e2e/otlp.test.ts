import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import sql from 'sql-template-tag';
import { decodeExportResponse, decodeRpcStatus, encodeOtlp } from '../support/otlp-codec.js';
import { ADMIN_KEY, openProduct, type Product } from '../support/product.js';
import { truncateAll } from '../support/database.js';

const JSON_TYPE = 'application/json';
const PROTOBUF = 'application/x-protobuf';

let product: Product;
beforeAll(async () => {
  // The capture keeps its age while the test gets older; 1970 stays too old for some decades.
  product = await openProduct({ MAX_BODY_BYTES: '2MiB', LATE_EVENTS_MAX_AGE: '15000d' });
});
afterEach(async () => {
  await product.db.query(sql`truncate usage_events, quarantine`);
});
afterAll(() => product.stop());

const capture = JSON.parse(
  readFileSync(new URL('../captures/vercel-ai-sdk-v6.otlp.json', import.meta.url), 'utf8'),
) as { resourceSpans: { scopeSpans: { spans: { traceId: string; startTimeUnixNano: string }[] }[] }[] };

async function send(body: Uint8Array | string, headers: Record<string, string>) {
  const response = await fetch(`${product.url}/v1/traces`, {
    method: 'POST',
    body,
    headers: { authorization: `Bearer ${ADMIN_KEY}`, ...headers },
  });
  return {
    status: response.status,
    headers: response.headers,
    body: Buffer.from(await response.arrayBuffer()),
  };
}

async function stored(): Promise<{ events: number; cost: string | null }> {
  const { rows } = await product.db.query<{ events: string; cost: string | null }>(
    sql`select count(*) as events, trim_scale(sum(cost_usd))::text as cost from usage_events`,
  );
  return { events: Number(rows[0]?.events), cost: rows[0]?.cost ?? null };
}

const FORMS: [string, Uint8Array, Record<string, string>][] = [
  ['JSON', Buffer.from(JSON.stringify(capture)), { 'content-type': JSON_TYPE }],
  [
    'JSON with a charset',
    Buffer.from(JSON.stringify(capture)),
    { 'content-type': 'application/json; charset=utf-8' },
  ],
  [
    'JSON, gzip',
    gzipSync(JSON.stringify(capture)),
    { 'content-type': JSON_TYPE, 'content-encoding': 'gzip' },
  ],
  ['protobuf', encodeOtlp(capture), { 'content-type': PROTOBUF }],
  ['protobuf, gzip', gzipSync(encodeOtlp(capture)), { 'content-type': PROTOBUF, 'content-encoding': 'gzip' }],
];

describe('POST /v1/traces', () => {
  it.each(FORMS)('takes %s and answers in kind, with partial_success unset', async (_name, body, headers) => {
    const answer = await send(body, headers);
    expect(answer.status).toBe(200);
    const type = headers['content-type']?.split(';')[0];
    expect(answer.headers.get('content-type')?.split(';')[0]).toBe(type);
    expect(
      type === PROTOBUF ? decodeExportResponse(answer.body) : JSON.parse(answer.body.toString()),
    ).toEqual({});
  });

  it('has stored the same events and the same cost whatever the form, however often it came', async () => {
    const [, first, headers] = FORMS[0] ?? ['', Buffer.alloc(0), {}];
    await send(first, headers);
    const once = await stored();
    expect(once.events).toBe(12);
    for (const [, body, otherHeaders] of [...FORMS, ...FORMS]) await send(body, otherHeaders);
    expect(await stored()).toEqual(once);
  });

  it('answers an empty request with success', async () => {
    expect((await send('{}', { 'content-type': JSON_TYPE })).status).toBe(200);
    expect((await send(new Uint8Array(), { 'content-type': PROTOBUF })).status).toBe(200);
  });

  it('names rejected spans in partial_success, keeps them in the quarantine and stores the others', async () => {
    const good = capture.resourceSpans[0]?.scopeSpans[0]?.spans[0];
    const spans = [good, { ...good, traceId: '00' }, { ...good, startTimeUnixNano: '1' }];
    const request = { resourceSpans: [{ scopeSpans: [{ spans }] }] };
    const json = await send(JSON.stringify(request), { 'content-type': JSON_TYPE });
    expect(json.status).toBe(200);
    const { partialSuccess } = JSON.parse(json.body.toString()) as {
      partialSuccess: { rejectedSpans: string; errorMessage: string };
    };
    expect(partialSuccess.rejectedSpans).toBe('2');
    expect(partialSuccess.errorMessage).toMatch(/trace id.*LATE_EVENTS_MAX_AGE/);

    const protobuf = await send(encodeOtlp(request), { 'content-type': PROTOBUF });
    expect(decodeExportResponse(protobuf.body).partialSuccess).toEqual(partialSuccess);
    expect((await stored()).events).toBe(1);
    const { rows } = await product.db.query<{ reason: string; times_seen: number }>(
      sql`select reason, times_seen from quarantine order by reason`,
    );
    expect(rows).toEqual([
      { reason: 'invalid_trace_id', times_seen: 2 },
      { reason: 'too_old', times_seen: 2 },
    ]);
  });

  it.each<[number, string, Uint8Array | string, Record<string, string>]>([
    [400, 'JSON that is none', '{', { 'content-type': JSON_TYPE }],
    [400, 'JSON of another shape', '[1]', { 'content-type': JSON_TYPE }],
    [400, 'bytes that are no protobuf', Buffer.from('not protobuf at all'), { 'content-type': PROTOBUF }],
    [400, 'gzip that is none', 'plain', { 'content-type': PROTOBUF, 'content-encoding': 'gzip' }],
    [413, 'a body that is too large', Buffer.alloc(3_000_000), { 'content-type': PROTOBUF }],
    [
      413,
      'a body that is too large once inflated',
      gzipSync(Buffer.alloc(30_000_000)),
      { 'content-type': PROTOBUF, 'content-encoding': 'gzip' },
    ],
    [415, 'text', 'x', { 'content-type': 'text/plain' }],
    [415, 'zstd', Buffer.alloc(8), { 'content-type': PROTOBUF, 'content-encoding': 'zstd' }],
    [401, 'a wrong key', '{}', { 'content-type': JSON_TYPE, authorization: 'Bearer wrong' }],
  ])('answers %i for %s, as google.rpc.Status', async (status, _name, body, headers) => {
    const answer = await send(body, headers);
    expect(answer.status).toBe(status);
    const type = answer.headers.get('content-type')?.split(';')[0];
    const rpc =
      type === JSON_TYPE
        ? (JSON.parse(answer.body.toString()) as { message: string })
        : decodeRpcStatus(answer.body);
    expect(rpc.message.length).toBeGreaterThan(10);
    expect((await stored()).events).toBe(0);
  });

  it('keeps of an undecodable body only its length, type, hash and error', async () => {
    const body = 'SECRET prompt that is no protobuf';
    await send(body, { 'content-type': PROTOBUF });
    const { rows } = await product.db.query<Record<string, unknown>>(sql`select * from quarantine`);
    expect(rows[0]).toMatchObject({
      reason: 'undecodable_body',
      body_bytes: String(body.length),
      item: null,
    });
    expect(JSON.stringify(rows)).not.toContain('SECRET');
  });

  it('lets the newest usage be queried at once, whatever bucket it falls into', async () => {
    await truncateAll(product.db);
    const hourAgo = Date.now() - 3_600_000;
    const event = {
      started_at: new Date(hourAgo).toISOString(),
      provider: 'openai',
      model: 'gpt-4o',
      usage: { input_tokens: 1_000, output_tokens: 10 },
    };
    const question = {
      from: new Date(Math.floor(hourAgo / 900_000) * 900_000 - 3_600_000).toISOString(),
      to: new Date().toISOString(),
      interval: null,
      measures: ['calls'],
      group_by: [],
    };
    // Materialises up to now: from here on TimescaleDB does not look at raw rows of an hour ago by itself.
    await product.call('POST', '/v1/events', {
      ...event,
      started_at: new Date(Date.now() - 1_800_000).toISOString(),
    });
    await product.app.refresher.refresh();
    for (let calls = 2; calls <= 4; calls += 1) {
      await product.call('POST', '/v1/events', { ...event, id: `late-${calls}` });
      const { body } = await product.call<{ totals: { calls: number } }>('POST', '/api/v1/query', question);
      expect(body.totals.calls).toBe(calls);
    }
  });
});
