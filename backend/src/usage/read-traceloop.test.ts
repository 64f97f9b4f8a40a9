import { CLAUDE, semconv, readingTests } from '../../../test/support/reading-cases.js';

readingTests('OpenLLMetry (Traceloop)', [
  [
    'Traceloop anthropic ts 0.27',
    {
      scopeName: '@traceloop/instrumentation-anthropic',
      scopeVersion: '0.27.0',
      attributes: semconv('anthropic', CLAUDE, 176, 350),
    },
    { in: 176, basis: 'instrumentation_table', quality: 'lower_bound', lost: ['cache_read', 'cache_write'] },
  ],
  [
    'Traceloop anthropic ts, after 0.27',
    {
      scopeName: '@traceloop/instrumentation-anthropic',
      scopeVersion: '0.28.0',
      attributes: {
        ...semconv('anthropic', CLAUDE, 2736, 350),
        'gen_ai.usage.cache_read.input_tokens': 2048,
        'gen_ai.usage.cache_creation.input_tokens': 0,
      },
    },
    { in: 2736, rd: 2048, w5: 0, quality: 'exact' },
  ],
  [
    'Traceloop langchain ts 0.27, Claude',
    {
      scopeName: '@traceloop/instrumentation-langchain',
      scopeVersion: '0.27.0',
      attributes: semconv('anthropic', CLAUDE, 176, 350),
    },
    { in: 176, basis: 'convention_default', quality: 'estimated' },
  ],
  [
    'Traceloop langchain ts, OpenAI',
    {
      scopeName: '@traceloop/instrumentation-langchain',
      scopeVersion: '0.27.0',
      attributes: semconv('openai', 'gpt-4o', 1200, 350),
    },
    { in: 1200, quality: 'upper_bound', lost: ['cache_read'] },
  ],
  [
    'Traceloop langchain py, Claude: a write of 0 is not believed',
    {
      scopeName: 'opentelemetry.instrumentation.langchain',
      scopeVersion: '0.62.4',
      attributes: {
        ...semconv('anthropic', CLAUDE, 2736, 350),
        'gen_ai.usage.cache_read.input_tokens': 2048,
        'gen_ai.usage.cache_creation.input_tokens': 0,
      },
    },
    { in: 2736, rd: 2048, quality: 'lower_bound', lost: ['cache_write'] },
  ],
  [
    'Traceloop bedrock py, Converse',
    {
      scopeName: 'opentelemetry.instrumentation.bedrock',
      scopeVersion: '0.62.4',
      attributes: {
        ...semconv('aws.bedrock', 'claude-sonnet-4-5-20250929-v1:0', 176, 350),
        'gen_ai.usage.total_tokens': 526,
        'gen_ai.usage.cache_read.input_tokens': 2048,
        'gen_ai.usage.cache_creation.input_tokens': 512,
      },
    },
    {
      provider: 'aws',
      in: 2736,
      basis: 'proved_exclusive',
      quality: 'estimated',
      lost: ['1h split', 'region'],
    },
  ],
  [
    'Traceloop bedrock py, InvokeModel: nothing of the cache',
    {
      scopeName: 'opentelemetry.instrumentation.bedrock',
      scopeVersion: '0.62.4',
      attributes: semconv('aws.bedrock', 'claude-sonnet-4-5-20250929-v1:0', 176, 350),
    },
    { in: 176, basis: 'instrumentation_table', quality: 'estimated' },
  ],
  [
    'Traceloop google-generativeai py: thoughts are the gap of the total',
    {
      scopeName: 'opentelemetry.instrumentation.google_generativeai',
      scopeVersion: '0.62.4',
      attributes: {
        ...semconv('gcp.gen_ai', 'gemini-2.5-pro', 1213, 227),
        'gen_ai.operation.name': 'generate_content',
        'gen_ai.usage.total_tokens': 1569,
        'gen_ai.usage.cache_read.input_tokens': 1024,
      },
    },
    { provider: 'google', in: 1213, rd: 1024, out: 356, rs: 129, quality: 'exact' },
  ],
  [
    'Traceloop mistral py: doubles, no operation',
    {
      scopeName: 'opentelemetry.instrumentation.mistralai',
      scopeVersion: '0.62.4',
      name: 'mistralai.chat',
      attributes: {
        'gen_ai.system': 'MistralAI',
        'llm.request.type': 'chat',
        'gen_ai.request.model': 'mistral-large-latest',
        'gen_ai.response.id': 'm1',
        'llm.usage.total_tokens': 162,
        'gen_ai.usage.output_tokens': 41,
        'gen_ai.usage.input_tokens': 121,
      },
    },
    { cls: 'call', provider: 'mistral', in: 121, out: 41, quality: 'exact' },
  ],
  [
    'mistralai SDK: cache not told',
    {
      scopeName: 'mistralai_sdk_tracer',
      attributes: semconv('mistral_ai', 'mistral-large-latest', 2121, 41),
    },
    { provider: 'mistral', quality: 'upper_bound', lost: ['cache_read'] },
  ],
  [
    'Traceloop openai py: stream without cache detail, long prompt',
    {
      scopeName: 'opentelemetry.instrumentation.openai.v1',
      attributes: semconv('openai', 'gpt-4o', 1252, 394),
    },
    { quality: 'upper_bound', lost: ['cache_read'] },
  ],
  [
    'Traceloop openai py: a prompt too short to be cached',
    {
      scopeName: 'opentelemetry.instrumentation.openai.v1',
      attributes: semconv('openai', 'gpt-4o', 1023, 394),
    },
    { quality: 'exact', lost: [] },
  ],
  [
    'Traceloop openai py: flex served',
    {
      scopeName: 'opentelemetry.instrumentation.openai.v1',
      attributes: {
        ...semconv('openai', 'o4-mini', 1343, 471),
        'gen_ai.usage.cache_read.input_tokens': 1024,
        'openai.response.service_tier': 'flex',
      },
    },
    { tier: 'flex', quality: 'exact' },
  ],
  [
    'Traceloop anthropic py 0.62: a stream has one token too many, and a span does not always say that it streams',
    {
      scopeName: 'opentelemetry.instrumentation.anthropic',
      scopeVersion: '0.62.4',
      attributes: {
        ...semconv('anthropic', CLAUDE, 200, 379),
        'gen_ai.usage.cache_read.input_tokens': 0,
        'gen_ai.usage.cache_creation.input_tokens': 0,
      },
    },
    { quality: 'upper_bound', lost: ['output (start and delta added)'] },
  ],
  [
    'traceloop-sdk: workflow',
    { scopeName: 'traceloop.tracer', attributes: { 'traceloop.span.kind': 'workflow' } },
    { cls: 'wrapper' },
  ],
  [
    'traceloop-sdk: tool',
    { scopeName: 'traceloop.tracer', attributes: { 'traceloop.span.kind': 'tool' } },
    { cls: 'step' },
  ],
]);
