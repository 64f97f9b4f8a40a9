import { CLAUDE, RAW_CLAUDE, semconv, readingTests } from '../../../test/support/reading-cases.js';

readingTests('gateways and other SDKs', [
  [
    'logfire: raw usage of Claude',
    {
      scopeName: 'logfire.anthropic',
      attributes: {
        ...semconv('anthropic', CLAUDE, 2736, 350),
        'gen_ai.usage.raw': JSON.stringify(RAW_CLAUDE),
      },
    },
    { in: 2736, w5: 384, w1: 128, basis: 'raw_provider_usage', quality: 'exact' },
  ],
  [
    'logfire: the request of a stream',
    {
      scopeName: 'logfire.openai',
      attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.request.model': 'gpt-4o',
        request_data: '{"model":"gpt-4o","stream":true}',
      },
    },
    { cls: 'wrapper' },
  ],
  [
    'logfire 5.2: the request of a stream, which shows by what it lacks',
    {
      scopeName: 'logfire.anthropic',
      attributes: {
        'logfire.span_type': 'span',
        request_data: `{"model":"${CLAUDE}"}`,
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': 'anthropic',
        'gen_ai.request.model': CLAUDE,
        'gen_ai.response.model': CLAUDE,
      },
    },
    { cls: 'wrapper', problem: 'no_usage' },
  ],
  [
    'mistralai SDK: embeddings, told only by the model',
    {
      scopeName: 'mistralai_sdk_tracer',
      attributes: {
        'gen_ai.provider.name': 'mistral_ai',
        'gen_ai.request.model': 'mistral-embed',
        'gen_ai.usage.prompt_tokens': 13,
        'gen_ai.usage.output_tokens': 0,
      },
    },
    { cls: 'call', in: 13, quality: 'exact' },
  ],
  [
    'logfire: the log of a stream without usage',
    {
      scopeName: 'logfire.openai',
      attributes: {
        'logfire.span_type': 'log',
        'gen_ai.operation.name': 'chat',
        'gen_ai.request.model': 'gpt-4o',
        request_data: '{"model":"gpt-4o","stream":true}',
      },
    },
    { cls: 'call', problem: 'no_usage' },
  ],
  [
    'logfire: a span that has only begun',
    {
      scopeName: 'logfire.openai',
      attributes: { 'logfire.span_type': 'pending_span', 'gen_ai.operation.name': 'chat' },
    },
    { cls: 'step' },
  ],
  [
    'LangSmith: usage_metadata of Claude, told exclusive before 2026-03',
    {
      scopeName: 'langsmith',
      attributes: {
        'langsmith.span.kind': 'llm',
        'gen_ai.system': 'anthropic',
        'gen_ai.request.model': CLAUDE,
        'langsmith.usage_metadata': JSON.stringify({
          input_tokens: 176,
          output_tokens: 350,
          input_token_details: {
            cache_read: 2048,
            ephemeral_5m_input_tokens: 384,
            ephemeral_1h_input_tokens: 128,
          },
        }),
      },
    },
    { cls: 'call', in: 2736, w5: 384, w1: 128, basis: 'proved_exclusive', quality: 'exact' },
  ],
  [
    'LangSmith ts 0.12: the one-hour writes by their other name',
    {
      scopeName: 'langsmith',
      attributes: {
        'langsmith.span.kind': 'llm',
        'gen_ai.system': 'anthropic',
        'gen_ai.request.model': CLAUDE,
        'langsmith.usage_metadata': JSON.stringify({
          input_tokens: 2736,
          output_tokens: 350,
          input_token_details: {
            cache_read: 2048,
            ephemeral_5m_input_tokens: 384,
            ephemeral_1hr_input_tokens: 128,
          },
        }),
      },
    },
    { cls: 'call', in: 2736, w5: 384, w1: 128 },
  ],
  [
    'LangSmith: the same told inclusive: only its definition says so',
    {
      scopeName: 'langsmith',
      attributes: {
        'langsmith.span.kind': 'llm',
        'gen_ai.system': 'anthropic',
        'gen_ai.request.model': CLAUDE,
        'gen_ai.usage.input_tokens': 2736,
        'langsmith.usage_metadata': JSON.stringify({
          input_tokens: 2736,
          output_tokens: 350,
          input_token_details: { cache_read: 2048, cache_creation: 0 },
        }),
      },
    },
    { in: 2736, quality: 'estimated', lost: ['cache inclusion'] },
  ],
  [
    'LangSmith: details as JSON attributes, system langchain',
    {
      scopeName: 'langsmith',
      attributes: {
        'langsmith.span.kind': 'llm',
        'gen_ai.operation.name': 'chat',
        'gen_ai.system': 'langchain',
        'gen_ai.request.model': 'gpt-4o',
        'gen_ai.usage.input_tokens': 1200,
        'gen_ai.usage.output_tokens': 350,
        'gen_ai.usage.input_token_details': '{"cache_read":1024,"audio":0}',
        'gen_ai.usage.output_token_details': '{"reasoning":128}',
      },
    },
    { provider: 'openai', rd: 1024, rs: 128, quality: 'exact' },
  ],
  [
    'LangSmith: a prompt calls itself chat',
    {
      scopeName: 'langsmith',
      attributes: { 'langsmith.span.kind': 'prompt', 'gen_ai.operation.name': 'chat' },
    },
    { cls: 'step' },
  ],
  [
    'LangSmith: a retriever calls itself embeddings',
    {
      scopeName: 'langsmith',
      attributes: { 'langsmith.span.kind': 'retriever', 'gen_ai.operation.name': 'embeddings' },
    },
    { cls: 'step' },
  ],
  [
    'LangSmith: a chain',
    {
      scopeName: 'langsmith',
      attributes: { 'langsmith.span.kind': 'chain', 'gen_ai.operation.name': 'chain' },
    },
    { cls: 'wrapper' },
  ],
  [
    'OpenLIT openai ts: local address, so vllm',
    {
      scopeName: '@openlit/instrumentation-vllm',
      scopeVersion: '1.15.0',
      attributes: {
        ...semconv('vllm', 'gpt-4o', 1200, 350),
        'gen_ai.usage.cache_read.input_tokens': 1024,
        'gen_ai.request.is_stream': false,
      },
    },
    { provider: 'openai', in: 1200, rd: 1024, quality: 'exact' },
  ],
  [
    'OpenLIT openai ts: invented counts of a stream',
    {
      scopeName: '@openlit/instrumentation-openai',
      attributes: { ...semconv('openai', 'gpt-4o', 1, 3), 'gen_ai.request.is_stream': true },
    },
    { quality: 'lower_bound', lost: ['input', 'output'] },
  ],
  [
    'OpenLIT anthropic ts: exclusive, stream counts start and delta',
    {
      scopeName: '@openlit/instrumentation-anthropic',
      attributes: {
        ...semconv('anthropic', CLAUDE, 176, 351),
        'gen_ai.request.is_stream': true,
        'gen_ai.usage.cache_read.input_tokens': 2048,
      },
    },
    { in: 2224, basis: 'proved_exclusive', quality: 'estimated' },
  ],
  [
    'OpenLIT anthropic py: exclusive by the table',
    {
      scopeName: 'openlit.instrumentation.anthropic',
      attributes: {
        ...semconv('anthropic', CLAUDE, 3000, 350),
        'gen_ai.usage.cache_read.input_tokens': 2048,
        'gen_ai.usage.cache_creation.input_tokens': 0,
      },
    },
    { in: 5048, basis: 'instrumentation_table', quality: 'exact' },
  ],
  [
    'OpenLIT google py: thoughts beside the answer',
    {
      scopeName: 'openlit.instrumentation.google_ai_studio',
      attributes: {
        ...semconv('google', 'gemini-2.5-pro', 1200, 222),
        'gen_ai.usage.reasoning_tokens': 128,
        'gen_ai.usage.cache_read.input_tokens': 1024,
      },
    },
    { out: 350, rs: 128, quality: 'exact' },
  ],
  [
    'LiteLLM proxy: usage only in the raw request',
    {
      scopeName: 'litellm',
      name: 'raw_gen_ai_request',
      attributes: {
        'llm.anthropic.id': 'msg_1',
        'llm.anthropic.model': CLAUDE,
        'llm.anthropic.usage':
          "{'input_tokens': 176, 'cache_creation_input_tokens': 512, 'cache_read_input_tokens': 2048, 'cache_creation': {'ephemeral_5m_input_tokens': 384, 'ephemeral_1h_input_tokens': 128}, 'output_tokens': 350, 'service_tier': 'standard'}",
      },
    },
    {
      cls: 'call',
      provider: 'anthropic',
      in: 2736,
      w5: 384,
      w1: 128,
      basis: 'raw_provider_usage',
      quality: 'exact',
    },
  ],
  [
    'LiteLLM: a raw request to Bedrock that names no model and splits no writes',
    {
      scopeName: 'litellm',
      name: 'raw_gen_ai_request',
      attributes: {
        'llm.bedrock.usage':
          "{'inputTokens': 200, 'outputTokens': 406, 'cacheReadInputTokens': 2088, 'cacheWriteInputTokens': 536}",
      },
    },
    { cls: 'call', provider: 'aws', in: 2824, quality: 'estimated', lost: ['1h split'] },
  ],
  [
    'LiteLLM: a raw request that tells nothing',
    {
      scopeName: 'litellm',
      name: 'raw_gen_ai_request',
      attributes: { 'metadata.user_api_key_team_id': 't' },
    },
    { cls: 'call', provider: null, problem: 'no_usage' },
  ],
  [
    'LiteLLM proxy: its own work',
    {
      scopeName: 'litellm',
      name: 'router',
      attributes: { service: 'router', call_type: 'async_get_available_deployment' },
    },
    { cls: 'step' },
  ],
]);
