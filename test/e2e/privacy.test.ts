import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import sql, { raw } from 'sql-template-tag';
import { openEmbedded } from '../../backend/src/db/embedded/open-embedded.js';
import { silentLogger } from '../support/database.js';
import { encodeOtlp } from '../support/otlp-codec.js';
import { startProduct, type ProductProcess } from '../support/product-process.js';

/** Stands wherever a prompt can stand; a number behind it tells where. It is no hex and has capitals on purpose. */
const SECRET = 'TellNobodyQz';
/** Stands where texts may be stored: proves that the search would find the other. */
const STORED = 'StoredNameQz';

let dataDir: string;
let product: ProductProcess | null = null;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'tokenledger-privacy-'));
});
afterAll(async () => {
  await product?.stop('SIGKILL');
  await rm(dataDir, { recursive: true, force: true });
});

const places: string[] = [];
/** The secret as a sentence, numbered by its place. */
function secret(place: string): string {
  places.push(place);
  return `${SECRET}${places.length} my password is 1234`;
}
const placesIn = (text: string): string[] => [
  ...new Set(
    [...text.matchAll(new RegExp(`${SECRET}(\\d+)?`, 'gi'))].map(
      ([, place]) => places[Number(place) - 1] ?? 'unknown place',
    ),
  ),
];

const CONTENT_ATTRIBUTES = [
  // semantic conventions, now and then
  ...['gen_ai.input.messages', 'gen_ai.output.messages', 'gen_ai.system_instructions', 'gen_ai.prompt'],
  ...['gen_ai.completion', 'gen_ai.prompt.0.content', 'gen_ai.completion.0.content', 'gen_ai.prompt.0.role'],
  ...['gen_ai.tool.definitions', 'gen_ai.tool.call.arguments', 'gen_ai.tool.call.result'],
  ...['gen_ai.tool.description', 'gen_ai.agent.description', 'gen_ai.request.stop_sequences'],
  ...['gen_ai.response.finish_reasons', 'gen_ai.data_source.id', 'gen_ai.evaluation.explanation'],
  ...['error.message', 'exception.message', 'exception.stacktrace', 'db.query.text', 'url.full', 'url.query'],
  // OpenInference
  ...['input.value', 'output.value', 'llm.prompts', 'llm.tools', 'llm.invocation_parameters'],
  ...['llm.input_messages.0.message.content', 'llm.output_messages.0.message.content'],
  ...['llm.prompt_template.template', 'llm.prompt_template.variables', 'tool.parameters'],
  ...['retrieval.documents.0.document.content', 'embedding.embeddings.0.embedding.text', 'tag.tags'],
  // Vercel AI SDK
  ...['ai.prompt', 'ai.prompt.messages', 'ai.prompt.tools', 'ai.response.text', 'ai.response.object'],
  ...['ai.response.toolCalls', 'ai.response.reasoning', 'ai.toolCall.args', 'ai.toolCall.result', 'ai.value'],
  // Traceloop, Langfuse, LangSmith, pydantic-ai, LiteLLM
  ...['traceloop.entity.input', 'traceloop.entity.output', 'traceloop.prompt.template'],
  ...['langfuse.observation.input', 'langfuse.observation.output', 'langfuse.trace.input'],
  ...['langfuse.observation.status_message', 'langfuse.observation.metadata.note', 'langsmith.metadata.note'],
  ...['all_messages_events', 'final_result', 'logfire.msg', 'events', 'llm.openai.messages'],
  ...['llm.anthropic.messages', 'llm.openai.extra_body', 'prompt', 'completion', 'query', 'whatever.text'],
  // names that carry counts or switches, holding a text instead
  ...[
    'gen_ai.usage.input_tokens',
    'gen_ai.usage.output_tokens',
    'gen_ai.usage.cost',
    'gen_ai.request.stream',
  ],
  ...['gen_ai.response.time_to_first_chunk', 'http.response.status_code', 'metadata'],
];
const USAGE_DOCUMENTS = [
  ...['gen_ai.usage.raw', 'langfuse.observation.usage_details', 'langsmith.usage_metadata'],
  ...[
    'metadata.usage_object',
    'llm.openai.usage',
    'llm.gemini.usageMetadata',
    'ai.response.providerMetadata',
  ],
  ...['langfuse.observation.cost_details', 'gen_ai.usage.input_token_details'],
  ...['gen_ai.usage.output_token_details'],
];

interface Value {
  readonly [kind: string]: unknown;
}
const attribute = (key: string, value: Value): { key: string; value: Value } => ({ key, value });
const text = (stringValue: string): Value => ({ stringValue });
const list = (...values: Value[]): Value => ({ arrayValue: { values } });
const map = (entries: Readonly<Record<string, Value>>): Value => ({
  kvlistValue: { values: Object.entries(entries).map(([key, value]) => ({ key, value })) },
});

/** Every attribute a prompt was ever seen in, as text, list, map and bytes, and where nobody has looked yet. */
function secretAttributes(where: string): ReturnType<typeof attribute>[] {
  const at = (place: string): string => secret(`${where}: ${place}`);
  return [
    ...CONTENT_ATTRIBUTES.map((name) => attribute(name, text(at(name)))),
    ...CONTENT_ATTRIBUTES.flatMap((name) => [
      attribute(`${name}.list`, list(text(at(`${name} in a list`)))),
      attribute(`${name}.map`, map({ content: text(at(`${name} in a map`)) })),
      attribute(`${name}.bytes`, { bytesValue: Buffer.from(at(`${name} as bytes`)).toString('base64') }),
    ]),
    ...USAGE_DOCUMENTS.flatMap((name) => [
      attribute(name, text(usageDocument((place) => at(`${name}, ${place}`)))),
      attribute(`${name}.map`, map({ input_tokens: { intValue: '5' }, note: text(at(`${name} as map`)) })),
    ]),
    attribute(
      'llm.mistral.usage',
      map({ prompt_tokens: { intValue: '1' }, note: text(at('usage as a map')) }),
    ),
    attribute(
      'llm.cohere.usage',
      text(`{'prompt_tokens': 1, '${at('key of a repr')}': 2, 'n': '${at('repr')}'}`),
    ),
    attribute(at('name of a number'), { intValue: '1' }),
    attribute(at('name of a switch'), { boolValue: true }),
    attribute(at('name of a text'), text(at('value of such'))),
    attribute(`ai.telemetry.metadata.${at('name of metadata')}`, { doubleValue: 1.5 }),
    attribute('metadata', text(JSON.stringify({ tenant_id: STORED, note: at('note'), deep: [at('deep')] }))),
  ];
}

const usageDocument = (at: (place: string) => string): string =>
  JSON.stringify({
    ...{ prompt_tokens: 10, completion_tokens: 5, note: at('text'), [at('key')]: 7 },
    details: { cached_tokens: 3, text: at('inner text'), [at('inner key')]: 1, list: [at('list'), 4] },
  });

const nowNano = (): string => `${Date.now()}000000`;
let made = 0;
const hexId = (digits: number): string => (made += 1).toString(16).padStart(digits, 'c');

function secretSpan(where: string, changes: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  const at = (place: string): string => secret(`${where}: ${place}`);
  return {
    ...{
      traceId: hexId(32),
      spanId: hexId(16),
      name: `${STORED} chat`,
      kind: 3,
      traceState: `a=${at('state')}`,
    },
    ...{ startTimeUnixNano: nowNano(), endTimeUnixNano: nowNano() },
    attributes: [
      attribute('gen_ai.operation.name', text('chat')),
      attribute('gen_ai.request.model', text('gpt-4o')),
      ...secretAttributes(where),
    ],
    events: [
      {
        ...{ timeUnixNano: nowNano(), name: at('event name') },
        attributes: [attribute('gen_ai.event.content', text(at('event attribute')))],
      },
    ],
    links: [{ traceId: hexId(32), spanId: hexId(16), attributes: [attribute('note', text(at('link')))] }],
    status: { code: 2, message: at('status message') },
    ...changes,
  };
}

const secretRequest = (where: string, spans: unknown[]): { resourceSpans: unknown[] } => ({
  resourceSpans: [
    {
      resource: {
        attributes: [
          attribute('service.name', text(STORED)),
          attribute('process.command_line', text(secret(`${where}: resource`))),
          attribute('process.command_args', list(text(secret(`${where}: resource list`)))),
          ...secretAttributes(`${where}, resource`),
        ],
      },
      scopeSpans: [
        {
          scope: {
            ...{ name: STORED, version: '1' },
            attributes: [attribute('note', text(secret(`${where}: scope`)))],
          },
          spans,
          schemaUrl: secret(`${where}: schema url`),
        },
      ],
      schemaUrl: secret(`${where}: schema url of the resource`),
    },
  ],
});

const LONG_AGO = { startTimeUnixNano: '1000000000000000000', endTimeUnixNano: '1000000001000000000' };

function secretEvents(): unknown[] {
  const at = (place: string): string => secret(`JSON event: ${place}`);
  const good = { started_at: new Date().toISOString(), provider: 'openai', model: 'gpt-4o', name: STORED };
  return [
    { ...good, prompt: at('unknown field'), [at('unknown name')]: 1, metadata: { a: [{ b: at('deep') }] } },
    { ...good, started_at: '2001-01-01T00:00:00Z', prompt: at('unknown field of an old one') },
    { ...good, started_at: at('time') },
    { ...good, usage: { input_tokens: at('count'), [at('name of a count')]: 5 } },
    { ...good, usage: { input_tokens: 5, other: { [at('name of a meter')]: 5 } } },
    { ...good, usage: at('usage') },
    { ...good, usage: [at('usage in a list')] },
    ...['trace_id', 'span_id', 'parent_span_id', 'kind', 'reported_cost_usd', 'ended_at', 'error'].map(
      (field) => ({ ...good, [field]: at(field) }),
    ),
    ...['id', 'name', 'org_id', 'user_id', 'model', 'provider'].flatMap((field) => [
      { ...good, [field]: at(`${field}, too long`).repeat(60) },
      { ...good, [field]: { content: at(`${field}, no text`) } },
    ]),
    at('a text for an event'),
    [at('a list for an event')],
  ];
}

async function sendSecrets({ url }: ProductProcess): Promise<void> {
  const post = async (path: string, type: string, body: Uint8Array | string, encoding?: string) => {
    const headers = { 'content-type': type, ...(encoding && { 'content-encoding': encoding }) };
    const response = await fetch(url + path, { method: 'POST', headers, body });
    return [response.status, await response.text()] as const;
  };
  const otlp = async (where: string, spans: (form: string) => unknown[]) => {
    const json = secretRequest(where, spans(`${where}, JSON`));
    expect((await post('/v1/traces', 'application/json', JSON.stringify(json)))[0]).toBe(200);
    const protobuf = secretRequest(where, spans(`${where}, protobuf`));
    const body = encodeOtlp(protobuf);
    expect((await post('/v1/traces', 'application/x-protobuf', gzipSync(body), 'gzip'))[0]).toBe(200);
  };
  await otlp('good', (where) => [secretSpan(where), secretSpan(where)]);
  await otlp('too old', (where) => [secretSpan(where, LONG_AGO)]);
  await otlp('no id', (where) => [secretSpan(where, { traceId: '' }), secretSpan(where, { spanId: '' })]);

  const malformed = ['traceId', 'spanId', 'parentSpanId', 'startTimeUnixNano', 'endTimeUnixNano', 'status'];
  const odd = malformed.map((field) => secretSpan('odd', { [field]: secret(`odd: ${field}`) }));
  const body = JSON.stringify(secretRequest('odd', [...odd, secret('odd: a text for a span')]));
  expect((await post('/v1/traces', 'application/json', body))[0]).toBe(200);

  for (const path of ['/v1/traces', '/v1/events']) {
    const json = `{"resourceSpans": ${secret(`${path}: broken JSON`)}`;
    expect((await post(path, 'application/json', json))[0]).toBe(400);
    expect((await post(path, 'application/json', JSON.stringify(secret(`${path}: a text`))))[0]).toBe(400);
    expect((await post(path, 'text/plain', secret(`${path}: plain text`)))[0]).toBe(415);
    expect((await post(path, 'application/json', secret(`${path}: not gzip`), 'gzip'))[0]).toBe(400);
    const query = JSON.stringify({ from: secret('query: from'), measures: [secret('query: measure')] });
    expect((await post('/api/v1/query', 'application/json', query))[0]).toBe(400);
  }
  const notProtobuf = secret('not protobuf');
  expect((await post('/v1/traces', 'application/x-protobuf', notProtobuf))[0]).toBe(400);
  const [status, answer] = await post('/v1/events', 'application/json', JSON.stringify(secretEvents()));
  expect([status, (JSON.parse(answer) as { accepted: number }).accepted]).toEqual([200, 1]);
}

it('keeps no prompt: not in a table, not in a file of the data folder, not in the log', async () => {
  product = await startProduct(dataDir, { LOG_LEVEL: 'trace' });
  await sendSecrets(product);
  const { body } = await product.call<{ items: { replayable: boolean }[] }>(
    'GET',
    '/api/v1/quarantine?limit=1000',
  );
  expect(body.items.length).toBeGreaterThan(30);
  expect(body.items.filter(({ replayable }) => replayable)).toHaveLength(3);
  expect(placesIn(JSON.stringify(body))).toEqual([]);
  expect(await product.stop('SIGTERM')).toEqual({ code: 0, signal: null });
  expect(placesIn(product.output())).toEqual([]);

  const tables = await textOfTables();
  expect(tables).toContain(STORED);
  expect(placesIn(tables)).toEqual([]);

  const files = await readdir(dataDir, { recursive: true, withFileTypes: true });
  let found = 0;
  for (const file of files.filter((entry) => entry.isFile())) {
    const content = await readFile(join(file.parentPath, file.name));
    if (content.includes(STORED)) found += 1;
    for (const form of [SECRET, SECRET.toLowerCase(), SECRET.toUpperCase()]) {
      if (content.includes(form)) expect([file.name, placesIn(content.toString('latin1'))]).toEqual([]);
    }
  }
  // Search and CHECKPOINT worked: what may be stored is in the log of the database and in its tables' files.
  expect(found).toBeGreaterThan(1);
}, 60_000);

/** Every row of every table as text: a file may hold a long value compressed. */
async function textOfTables(): Promise<string> {
  const db = await openEmbedded({ dataDir, logger: silentLogger });
  try {
    await db.query(sql`checkpoint`);
    const { rows: tables } = await db.query<{ name: string }>(sql`
      select format('%I.%I', schemaname, tablename) as name from pg_tables
      where schemaname not in ('pg_catalog', 'information_schema')`);
    const texts: string[] = [];
    for (const { name } of tables) {
      const { rows } = await db.query<{ row: string }>(sql`select t::text as row from ${raw(name)} t`);
      texts.push(...rows.map(({ row }) => row));
    }
    return texts.join('\n');
  } finally {
    await db.close();
  }
}
