import { CLAUDE, semconv, readingTests } from '../../../test/support/reading-cases.js';

readingTests('OpenTelemetry and vendors', [
  [
    'opentelemetry genai-openai: cache, reasoning, audio, tier',
    {
      scopeName: 'opentelemetry.instrumentation.genai.openai',
      scopeVersion: '1.3b0',
      attributes: {
        ...semconv('openai', 'gpt-4o-audio-preview', 1356, 482),
        'gen_ai.usage.cache_read.input_tokens': 0,
        'gen_ai.usage.audio.input_tokens': 600,
        'gen_ai.usage.audio.output_tokens': 200,
        'openai.response.service_tier': 'default',
      },
    },
    { in: 1356, rd: 0, tier: 'default', quality: 'exact' },
  ],
  [
    'opentelemetry genai-openai: absent cache means none',
    {
      scopeName: 'opentelemetry.instrumentation.genai.openai',
      attributes: semconv('openai', 'gpt-4o', 1356, 482),
    },
    { quality: 'exact' },
  ],
  [
    'opentelemetry botocore, Converse: exclusive, more input than cache',
    {
      scopeName: 'opentelemetry.instrumentation.botocore.bedrock-runtime',
      scopeVersion: '0.66b2',
      attributes: {
        ...semconv('aws.bedrock', 'us.anthropic.claude-sonnet-4-5-20250929-v1:0', 5000, 350),
        'gen_ai.usage.cache_read.input_tokens': 2048,
        'gen_ai.usage.cache_creation.input_tokens': 0,
      },
    },
    { provider: 'aws', in: 7048, rd: 2048, basis: 'instrumentation_table', quality: 'exact' },
  ],
  [
    'opentelemetry botocore, InvokeModel',
    {
      scopeName: 'opentelemetry.instrumentation.botocore.bedrock-runtime',
      attributes: semconv('aws.bedrock', 'us.anthropic.claude-sonnet-4-5-20250929-v1:0', 176, 350),
    },
    { in: 176, basis: 'instrumentation_table', quality: 'lower_bound' },
  ],
  [
    'opentelemetry vertexai: candidates only, nothing tells of thoughts',
    {
      scopeName: 'opentelemetry.instrumentation.vertexai',
      attributes: semconv('vertex_ai', 'gemini-2.5-pro', 1200, 222),
    },
    { provider: 'google', out: 222, quality: 'lower_bound', lost: ['reasoning'] },
  ],
  [
    'anthropic SDK: an abandoned stream',
    {
      scopeName: 'com.anthropic.sdk.python',
      attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': 'anthropic',
        'gen_ai.request.model': CLAUDE,
        'gen_ai.request.stream': true,
        'gen_ai.response.time_to_first_chunk': 0.013,
        'gen_ai.usage.input_tokens': 2736,
        'gen_ai.usage.cache_read.input_tokens': 2048,
        'gen_ai.usage.cache_write.input_tokens': 0,
      },
    },
    { in: 2736, out: null, quality: 'lower_bound', lost: ['output (stream aborted)'] },
  ],
  [
    'a stream that broke after its first token is not free',
    {
      scopeName: 'com.anthropic.sdk.python',
      status: 'error',
      attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': 'anthropic',
        'gen_ai.request.model': CLAUDE,
        'gen_ai.request.stream': true,
        'gen_ai.response.time_to_first_chunk': 0.013,
        'error.type': 'APIConnectionError',
      },
    },
    { problem: 'aborted_stream', failed: false },
  ],
  [
    'a refused stream is',
    {
      scopeName: 'com.anthropic.sdk.python',
      status: 'error',
      attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.request.model': CLAUDE,
        'http.response.status_code': 529,
        'error.type': 'overloaded_error',
      },
    },
    { problem: 'no_usage', failed: true },
  ],
]);
