import fc from 'fast-check';
import { spanOf } from '../../../test/support/spans.js';
import { readingTests, semconv, CLAUDE } from '../../../test/support/reading-cases.js';
import type { AttributeValue } from './span.js';
import { readSpan } from './read-span.js';

const chat = (more: Record<string, AttributeValue>) => ({
  scopeName: 'opentelemetry.instrumentation.genai.openai',
  attributes: { ...semconv('openai', 'gpt-4o', 1200, 350), ...more },
});
const claude = (more: Record<string, AttributeValue>) => ({
  scopeName: 'com.anthropic.sdk.python',
  attributes: { ...semconv('anthropic', CLAUDE, 2736, 350), ...more },
});
const INCONSISTENT = { problem: 'inconsistent_usage', in: undefined } as const;

readingTests('counts', [
  [
    'a whole number sent as a double',
    chat({ 'gen_ai.usage.input_tokens': 121.0 }),
    { in: 121, problem: null },
  ],
  ['a whole number sent as digits', chat({ 'gen_ai.usage.input_tokens': '121' }), { in: 121 }],
  ['the largest count believed', chat({ 'gen_ai.usage.input_tokens': 1e12 }), { in: 1e12 }],
  ['above it', chat({ 'gen_ai.usage.input_tokens': 1e12 + 1 }), INCONSISTENT],
  ['NaN', chat({ 'gen_ai.usage.input_tokens': Number.NaN }), INCONSISTENT],
  ['infinite', chat({ 'gen_ai.usage.output_tokens': Number.POSITIVE_INFINITY }), INCONSISTENT],
  ['negative', chat({ 'gen_ai.usage.output_tokens': -1 }), INCONSISTENT],
  ['a fraction', chat({ 'gen_ai.usage.input_tokens': 1.5 }), INCONSISTENT],
  ['words', chat({ 'gen_ai.usage.input_tokens': 'many' }), INCONSISTENT],
  ['a negative part', chat({ 'gen_ai.usage.cache_read.input_tokens': -5 }), INCONSISTENT],
  ['more cached than sent', chat({ 'gen_ai.usage.cache_read.input_tokens': 1201 }), INCONSISTENT],
  ['more reasoning than output', chat({ 'gen_ai.usage.reasoning.output_tokens': 351 }), INCONSISTENT],
  ['more audio than input', chat({ 'gen_ai.usage.audio.input_tokens': 1201 }), INCONSISTENT],
  [
    'writes that do not add up',
    claude({
      'gen_ai.usage.cache_write.input_tokens': 512,
      'anthropic.usage.cache_creation.ephemeral_5m_input_tokens': 384,
      'anthropic.usage.cache_creation.ephemeral_1h_input_tokens': 100,
    }),
    INCONSISTENT,
  ],
  [
    'one part of the writes: the other follows',
    claude({
      'gen_ai.usage.cache_write.input_tokens': 512,
      'gen_ai.usage.details.ephemeral_1h_input_tokens': 128,
    }),
    { w5: 384, w1: 128, quality: 'exact' },
  ],
  [
    'nothing told',
    { attributes: { 'gen_ai.operation.name': 'chat' } },
    { cls: 'call', problem: 'no_usage', in: undefined },
  ],
  [
    'nothing but zeros',
    chat({ 'gen_ai.usage.input_tokens': 0, 'gen_ai.usage.output_tokens': 0 }),
    { problem: 'no_usage' },
  ],
  ['output without input', chat({ 'gen_ai.usage.input_tokens': 0 }), { problem: 'no_usage' }],
  [
    'zero cached is told, not unknown',
    chat({ 'gen_ai.usage.cache_read.input_tokens': 0 }),
    { rd: 0, quality: 'exact' },
  ],
  [
    'a total that is no number is only a check',
    chat({ 'gen_ai.usage.total_tokens': Number.NaN }),
    { in: 1200, problem: null },
  ],
  [
    'old and new names at once: the new one is believed',
    chat({ 'gen_ai.usage.prompt_tokens': 7, 'llm.usage.prompt_tokens': 8 }),
    { in: 1200 },
  ],
  [
    'a total that counts cached tokens apart proves the input exclusive',
    {
      attributes: {
        ...semconv('anthropic', CLAUDE, 3000, 350),
        'gen_ai.usage.cache_read.input_tokens': 2048,
        'gen_ai.usage.cache_creation.input_tokens': 0,
        'gen_ai.usage.total_tokens': 5398,
      },
    },
    { in: 5048, basis: 'proved_exclusive', quality: 'exact' },
  ],
  [
    'a raw object that contradicts itself is not overruled',
    chat({
      'gen_ai.usage.raw':
        '{"prompt_tokens": 10, "completion_tokens": 5, "prompt_tokens_details": {"cached_tokens": 11}}',
    }),
    INCONSISTENT,
  ],
  [
    'a raw object of another kind is not one',
    chat({ 'gen_ai.usage.raw': '{"note": "none"}' }),
    { in: 1200, basis: 'convention_default' },
  ],
  [
    'Cohere billed units',
    {
      attributes: {
        ...semconv('cohere', 'command-a-03-2025', 9, 9),
        'gen_ai.usage.raw':
          '{"billed_units": {"input_tokens": 121.0, "output_tokens": 41.0}, "tokens": {"input_tokens": 500}}',
      },
    },
    { in: 121, out: 41, basis: 'raw_provider_usage', quality: 'exact' },
  ],
  [
    'xAI: reasoning beside the answer, as the total shows',
    {
      attributes: {
        ...semconv('xai', 'grok-4', 100, 20),
        'gen_ai.usage.reasoning_tokens': 30,
        'gen_ai.usage.total_tokens': 150,
        'gen_ai.usage.cache_read.input_tokens': 0,
      },
    },
    { provider: 'x-ai', out: 50, rs: 30, quality: 'exact' },
  ],
]);

describe('readSpan', () => {
  it('keeps a reported cost as a decimal, never in exponents, and refuses what is none', () => {
    const cost = (value: AttributeValue) =>
      readSpan(spanOf(chat({ 'gen_ai.usage.cost': value }))).reportedCost;
    expect([cost(0.005362500000000001), cost(1e-7), cost(0), cost(-1), cost(Number.NaN), cost('x')]).toEqual([
      '0.005362500000000001',
      '0.0000001',
      '0',
      null,
      null,
      null,
    ]);
  });

  it('tells the time to the first token in milliseconds', () => {
    expect(readSpan(spanOf(chat({ 'gen_ai.response.time_to_first_chunk': 0.0674 }))).timeToFirstTokenMs).toBe(
      67,
    );
    expect(readSpan(spanOf(chat({ 'ai.response.msToFirstChunk': 22.3 }))).timeToFirstTokenMs).toBe(22);
    expect(
      readSpan(spanOf(chat({ 'gen_ai.server.time_to_first_token': 3, 'gen_ai.request.stream': false })))
        .timeToFirstTokenMs,
    ).toBeNull();
  });

  it('ranks richer evidence higher: refused, untold, doubtful, exact, exact with more told', () => {
    const detail = (sketch: Parameters<typeof spanOf>[0]) => readSpan(spanOf(sketch)).detail;
    const ranks = [
      detail({ name: 'step' }),
      detail({ attributes: { 'gen_ai.operation.name': 'invoke_agent' } }),
      detail({ attributes: { 'gen_ai.operation.name': 'chat' } }),
      detail({ attributes: semconv('anthropic', CLAUDE, 2736, 350) }),
      detail(chat({})),
      detail(chat({ 'gen_ai.usage.cache_read.input_tokens': 1024 })),
    ];
    expect(ranks).toEqual([...ranks].sort((a, b) => a - b));
    expect(new Set(ranks).size).toBe(ranks.length);
  });

  const name = fc.oneof(
    fc.constantFrom(
      'gen_ai.operation.name',
      'gen_ai.usage.input_tokens',
      'gen_ai.usage.output_tokens',
      'gen_ai.usage.raw',
      'ai.operationId',
      'ai.response.providerMetadata',
      'llm.openai.usage',
      'openinference.span.kind',
      'metadata.usage_object',
      'gen_ai.usage.cache_read.input_tokens',
      'request_data',
      'gen_ai.request.model',
      'gen_ai.provider.name',
      'langfuse.observation.usage_details',
    ),
    fc.string(),
  );
  const value: fc.Arbitrary<AttributeValue> = fc.letrec<{ node: AttributeValue }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 3 },
      fc.constantFrom<AttributeValue>(
        null,
        true,
        Number.NaN,
        -1,
        1e300,
        'chat',
        'LLM',
        'ai.generateText.doGenerate',
        "{'prompt_tokens': nan}",
        '{"anthropic":{"usage":{"input_tokens":-1}}}',
        '{"promptTokenCount":{}}',
      ),
      fc.double(),
      fc.integer(),
      fc.string(),
      fc.array(tie('node'), { maxLength: 3 }),
      fc.dictionary(fc.string(), tie('node'), { maxKeys: 3 }),
    ),
  })).node;

  it('never throws and never tells a count that is no whole number', () => {
    fc.assert(
      fc.property(
        fc.dictionary(name, value, { maxKeys: 10 }),
        fc.constantFrom('ai', 'litellm', 'logfire.openai', 'x'),
        (attributes, scopeName) => {
          const reading = readSpan(
            spanOf({ scopeName, name: scopeName === 'litellm' ? 'raw_gen_ai_request' : 'chat', attributes }),
          );
          const { other, ...counts } = reading.usage ?? { other: {} };
          for (const count of [...Object.values(counts), ...Object.values(other)]) {
            expect(count === null || (Number.isInteger(count) && count >= 0 && count <= 1e12)).toBe(true);
          }
          expect(reading.usage === null || reading.problem === null).toBe(true);
          expect(Number.isInteger(reading.detail) && reading.detail >= 0 && reading.detail < 2 ** 31).toBe(
            true,
          );
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

describe('a recorded exception', () => {
  const asked = { hasException: true, status: 'ok' as const, scopeName: 'langsmith' };
  const request = {
    'langsmith.span.kind': 'llm',
    'gen_ai.request.model': 'gpt-4o',
    'gen_ai.system': 'openai',
  };

  it('without usage means a failed call, whatever the status says', () => {
    expect(readSpan(spanOf({ ...asked, attributes: request }))).toMatchObject({
      failed: true,
      problem: 'no_usage',
    });
  });

  it('with usage was caught: the call was answered', () => {
    const attributes = { ...request, ...semconv('openai', 'gpt-4o', 1200, 350) };
    expect(readSpan(spanOf({ ...asked, attributes }))).toMatchObject({ failed: false, problem: null });
  });
});
