import { spanOf, type SpanSketch } from '../../../test/support/spans.js';
import { INSTRUMENTATIONS, instrumentationOf } from './instrumentations.js';
import { readSpan } from './read-span.js';

/** What a reading comes down to, in one line per library. */
interface Expected {
  readonly cls?: string;
  readonly provider?: string | null;
  readonly in?: number | null;
  readonly rd?: number | null;
  readonly w5?: number | null;
  readonly w1?: number | null;
  readonly out?: number | null;
  readonly rs?: number | null;
  readonly basis?: string | null;
  readonly quality?: string;
  readonly lost?: readonly string[];
  readonly problem?: string | null;
  readonly failed?: boolean;
  readonly tier?: string | null;
}

const CLAUDE = 'claude-sonnet-4-5-20250929';
/** Truth of every Claude case: 176 uncached + 2048 read + 512 written (384 for 5 minutes, 128 for an hour), 350 out. */
const RAW_CLAUDE = {
  input_tokens: 176,
  output_tokens: 350,
  cache_read_input_tokens: 2048,
  cache_creation_input_tokens: 512,
  cache_creation: { ephemeral_5m_input_tokens: 384, ephemeral_1h_input_tokens: 128 },
};
const semconv = (system: string, model: string, input: number, output: number) => ({
  'gen_ai.operation.name': 'chat',
  'gen_ai.provider.name': system,
  'gen_ai.request.model': model,
  'gen_ai.response.id': 'id-1',
  'gen_ai.response.finish_reasons': ['stop'],
  'gen_ai.usage.input_tokens': input,
  'gen_ai.usage.output_tokens': output,
});
const openinference = (model: string, input: number, output: number) => ({
  'openinference.span.kind': 'LLM',
  'llm.model_name': model,
  'llm.token_count.prompt': input,
  'llm.token_count.completion': output,
  'llm.token_count.total': input + output,
});

/** Libraries without a capture here, as their documentation or source has them (facts in ADR and row). */
const CASES: readonly (readonly [string, SpanSketch, Expected])[] = [
  [
    'Vercel AI SDK 4, OpenAI: cachedPromptTokens in the metadata',
    {
      scopeName: 'ai',
      name: 'ai.generateText.doGenerate',
      attributes: {
        'ai.operationId': 'ai.generateText.doGenerate',
        'ai.model.provider': 'openai.chat',
        'ai.model.id': 'gpt-4o',
        'ai.response.finishReason': 'stop',
        'ai.usage.promptTokens': 1200,
        'ai.usage.completionTokens': 350,
        'ai.response.providerMetadata': '{"openai":{"reasoningTokens":128,"cachedPromptTokens":1024}}',
      },
    },
    {
      cls: 'call',
      provider: 'openai',
      in: 1200,
      rd: 1024,
      out: 350,
      rs: 128,
      basis: 'convention_default',
      quality: 'exact',
    },
  ],
  [
    'Vercel AI SDK 4, Claude: cached tokens left out and not told',
    {
      scopeName: 'ai',
      attributes: {
        'ai.operationId': 'ai.generateText.doGenerate',
        'ai.model.provider': 'anthropic.messages',
        'ai.model.id': 'claude-sonnet-4-5',
        'ai.response.finishReason': 'stop',
        'ai.usage.promptTokens': 176,
        'ai.usage.completionTokens': 350,
      },
    },
    {
      provider: 'anthropic',
      in: 176,
      out: 350,
      basis: 'instrumentation_table',
      quality: 'lower_bound',
      lost: ['cache_read', 'cache_write'],
    },
  ],
  [
    'Vercel AI SDK 4, Claude: read and written in the metadata',
    {
      scopeName: 'ai',
      attributes: {
        'ai.operationId': 'ai.generateText.doGenerate',
        'ai.model.provider': 'anthropic.messages',
        'ai.model.id': 'claude-sonnet-4-5',
        'ai.response.finishReason': 'stop',
        'ai.usage.promptTokens': 3000,
        'ai.usage.completionTokens': 350,
        'ai.response.providerMetadata':
          '{"anthropic":{"cacheReadInputTokens":2048,"cacheCreationInputTokens":0}}',
      },
    },
    { in: 5048, rd: 2048, w5: 0, basis: 'instrumentation_table', quality: 'exact' },
  ],
  [
    'Vercel AI SDK 4 stream: NaN',
    {
      scopeName: 'ai',
      attributes: {
        'ai.operationId': 'ai.streamText.doStream',
        'ai.model.provider': 'openai.chat',
        'ai.model.id': 'gpt-4o',
        'ai.usage.promptTokens': Number.NaN,
        'ai.usage.completionTokens': Number.NaN,
      },
    },
    { cls: 'call', in: undefined, problem: 'inconsistent_usage' },
  ],
  [
    'Vercel AI SDK 5, Gemini: thoughts in the raw usage',
    {
      scopeName: 'ai',
      attributes: {
        'ai.operationId': 'ai.generateText.doGenerate',
        'ai.model.provider': 'google.generative-ai',
        'ai.model.id': 'gemini-2.5-pro',
        'ai.response.finishReason': 'stop',
        'ai.usage.promptTokens': 1200,
        'ai.usage.completionTokens': 222,
        'ai.response.providerMetadata':
          '{"google":{"groundingMetadata":null,"usageMetadata":{"promptTokenCount":1200,"cachedContentTokenCount":1024,"candidatesTokenCount":222,"thoughtsTokenCount":128,"totalTokenCount":1550}}}',
      },
    },
    {
      provider: 'google',
      in: 1200,
      rd: 1024,
      out: 350,
      rs: 128,
      basis: 'raw_provider_usage',
      quality: 'exact',
    },
  ],
  [
    'Vercel AI SDK 7, OpenAI',
    {
      scopeName: 'gen_ai',
      attributes: { ...semconv('openai', 'gpt-4o', 1200, 350), 'gen_ai.usage.cache_read.input_tokens': 1024 },
    },
    { cls: 'call', in: 1200, rd: 1024, quality: 'exact' },
  ],
  [
    'Vercel AI SDK 7, Claude: no split of the writes',
    {
      scopeName: 'gen_ai',
      attributes: {
        ...semconv('anthropic', CLAUDE, 2736, 350),
        'gen_ai.usage.cache_read.input_tokens': 2048,
        'gen_ai.usage.cache_creation.input_tokens': 512,
      },
    },
    { in: 2736, rd: 2048, w5: 512, w1: null, quality: 'estimated', lost: ['1h split'] },
  ],
  [
    'Vercel AI SDK 7: invoke_agent repeats the totals',
    {
      scopeName: 'gen_ai',
      attributes: { ...semconv('openai', 'gpt-4o', 1200, 350), 'gen_ai.operation.name': 'invoke_agent' },
    },
    { cls: 'wrapper' },
  ],
  [
    'Vercel AI SDK 7: a step',
    { scopeName: 'gen_ai', attributes: { 'gen_ai.operation.name': 'agent_step' } },
    { cls: 'wrapper' },
  ],
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
    { in: 176, basis: 'instrumentation_table', quality: 'lower_bound' },
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
    'openinference langchain ts, Claude: write count dropped',
    {
      scopeName: '@arizeai/openinference-instrumentation-langchain',
      scopeVersion: '4.1.1',
      attributes: { ...openinference(CLAUDE, 2736, 350), 'llm.token_count.prompt_details.cache_read': 2048 },
    },
    { cls: 'call', provider: 'anthropic', in: 2736, rd: 2048, quality: 'lower_bound', lost: ['cache_write'] },
  ],
  [
    'openinference google-genai py',
    {
      scopeName: 'openinference.instrumentation.google_genai',
      attributes: {
        ...openinference('gemini-2.5-pro', 1213, 356),
        'llm.token_count.completion_details.reasoning': 129,
        'llm.token_count.prompt_details.cache_read': 1024,
      },
    },
    { provider: 'google', out: 356, rs: 129, quality: 'exact' },
  ],
  [
    'openinference anthropic py: no cache used',
    { scopeName: 'openinference.instrumentation.anthropic', attributes: openinference(CLAUDE, 200, 350) },
    { in: 200, quality: 'exact' },
  ],
  [
    'openinference litellm: prefixed model',
    {
      scopeName: 'openinference.instrumentation.litellm',
      attributes: {
        ...openinference('openai/gpt-4o', 1213, 361),
        'llm.token_count.prompt_details.cache_read': 1024,
      },
    },
    { provider: 'openai', quality: 'exact' },
  ],
  [
    'openinference litellm: Bedrock route',
    {
      scopeName: 'openinference.instrumentation.litellm',
      attributes: {
        ...openinference('bedrock/converse/us.anthropic.claude-sonnet-4-5-20250929-v1:0', 2824, 406),
        'llm.token_count.prompt_details.cache_read': 2088,
        'llm.token_count.prompt_details.cache_write': 536,
      },
    },
    { provider: 'aws', in: 2824, w5: 536, quality: 'estimated', lost: ['1h split'] },
  ],
  [
    'openinference bedrock, InvokeModel stream: no cache detail',
    {
      scopeName: 'openinference.instrumentation.bedrock',
      attributes: openinference('us.anthropic.claude-sonnet-4-5-20250929-v1:0', 2736, 350),
    },
    { provider: 'aws', in: 2736, quality: 'estimated', lost: ['cache_read', 'cache_write'] },
  ],
  [
    'openinference openai-agents, chat completions: no cache detail',
    {
      scopeName: 'openinference.instrumentation.openai_agents',
      attributes: openinference('gpt-4o', 1213, 361),
    },
    { quality: 'upper_bound', lost: ['cache_read'] },
  ],
  [
    'openinference llama-index: embedding',
    {
      scopeName: 'openinference.instrumentation.llama_index',
      attributes: {
        'openinference.span.kind': 'EMBEDDING',
        'embedding.model_name': 'text-embedding-3-small',
        'llm.token_count.prompt': 9,
      },
    },
    { cls: 'call', provider: 'openai', in: 9, out: null, quality: 'exact' },
  ],
  [
    'openinference: an agent',
    {
      scopeName: 'openinference.instrumentation.openai_agents',
      attributes: { 'openinference.span.kind': 'AGENT' },
    },
    { cls: 'wrapper' },
  ],
  [
    'openinference: a tool',
    {
      scopeName: 'openinference.instrumentation.langchain',
      attributes: { 'openinference.span.kind': 'TOOL' },
    },
    { cls: 'step' },
  ],
  [
    'claude-agent-sdk (openinference): the session as one agent span',
    {
      scopeName: 'openinference.instrumentation.claude_agent_sdk',
      attributes: {
        ...openinference(CLAUDE, 3000, 350),
        'openinference.span.kind': 'AGENT',
        'llm.token_count.prompt_details.cache_read': 2048,
        'llm.token_count.prompt_details.cache_write': 0,
      },
    },
    { cls: 'wrapper', in: 5048, quality: 'estimated', lost: ['span of its own'] },
  ],
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
  [
    'fetching a stored response costs nothing',
    { attributes: { ...semconv('openai', 'gpt-5', 1200, 350), 'gen_ai.operation.name': 'fetch_response' } },
    { cls: 'step' },
  ],
  [
    'nobody knows the library: OpenAI with cache detail passes its own counts on',
    {
      attributes: { ...semconv('openai', 'gpt-4o', 1200, 350), 'gen_ai.usage.cache_read.input_tokens': 1024 },
    },
    { cls: 'call', in: 1200, basis: 'convention_default', quality: 'exact' },
  ],
  [
    'nobody knows the library: no cache detail',
    { attributes: semconv('openai', 'gpt-4o', 1200, 350) },
    { quality: 'upper_bound' },
  ],
  [
    'nobody knows the library: Claude may be told either way',
    {
      attributes: {
        ...semconv('anthropic', CLAUDE, 3000, 350),
        'gen_ai.usage.cache_read.input_tokens': 2048,
        'gen_ai.usage.cache_creation.input_tokens': 0,
      },
    },
    { in: 3000, basis: 'convention_default', quality: 'estimated', lost: ['cache inclusion'] },
  ],
  [
    'nobody knows the library: Claude without cache detail',
    { attributes: semconv('anthropic', CLAUDE, 3000, 350) },
    { quality: 'estimated' },
  ],
  [
    'nobody knows the library, and no operation: its usage tells a call',
    {
      name: 'my-llm',
      attributes: {
        'gen_ai.request.model': 'gpt-4o',
        'gen_ai.usage.input_tokens': 10,
        'gen_ai.usage.output_tokens': 5,
      },
    },
    { cls: 'call', provider: 'openai', in: 10, out: 5 },
  ],
  [
    'a client of OpenAI that speaks to Groq',
    {
      attributes: {
        ...semconv('openai', 'llama-3.3-70b-versatile', 100, 5),
        'server.address': 'api.groq.com',
      },
    },
    { provider: 'groq' },
  ],
  [
    'a request for flex whose served tier is not told',
    {
      scopeName: 'openinference.instrumentation.openai',
      attributes: {
        ...openinference('o4-mini', 1343, 471),
        'llm.token_count.prompt_details.cache_read': 1024,
        'llm.invocation_parameters': '{"model": "o4-mini", "service_tier": "flex"}',
      },
    },
    { tier: 'flex', quality: 'estimated', lost: ['service tier served'] },
  ],
];

describe('instrumentations', () => {
  it.each(CASES)('%s', (_library, sketch, expected) => {
    const reading = readSpan(spanOf(sketch));
    const { usage } = reading;
    const found: Record<keyof Expected, unknown> = {
      cls: reading.spanClass,
      provider: reading.provider,
      in: usage?.input_tokens,
      rd: usage?.cache_read,
      w5: usage?.cache_write_5m,
      w1: usage?.cache_write_1h,
      out: usage?.output_tokens,
      rs: usage?.reasoning,
      basis: reading.inputBasis,
      quality: reading.quality,
      lost: reading.lost,
      problem: reading.problem,
      failed: reading.failed,
      tier: reading.serviceTier,
    };
    const asked = Object.keys(expected) as (keyof Expected)[];
    expect(Object.fromEntries(asked.map((key) => [key, found[key]]))).toEqual(expected);
  });

  it('anchors every scope pattern at both ends', () => {
    for (const { scope } of INSTRUMENTATIONS) {
      const text = scope.source;
      for (const branch of topLevelBranches(text))
        expect([text, branch.startsWith('^') && branch.endsWith('$')]).toEqual([text, true]);
    }
  });

  it('reaches every row', () => {
    const providers = [null, 'openai', 'anthropic', 'google'];
    const names = CASES.map(([, { scopeName }]) => scopeName ?? '').concat(EXAMPLES);
    const reached = new Set(
      names.flatMap((name) =>
        ['', '0.27.0', '1.3b0'].flatMap((version) =>
          providers.map((provider) => instrumentationOf(name, version, provider)?.library),
        ),
      ),
    );
    expect(INSTRUMENTATIONS.map(({ library }) => library).filter((library) => !reached.has(library))).toEqual(
      [],
    );
  });
});

/** Scopes of rows that only captures show. */
const EXAMPLES = [
  '@opentelemetry/instrumentation-openai',
  'opentelemetry.instrumentation.openai_v2',
  'opentelemetry.instrumentation.genai.anthropic',
  'opentelemetry.instrumentation.google_genai',
  'opentelemetry.instrumentation.genai.bedrock',
  'opentelemetry.instrumentation.cohere',
  'opentelemetry.instrumentation.groq',
  '@opentelemetry/instrumentation-aws-sdk',
  '@traceloop/instrumentation-openai',
  '@traceloop/instrumentation-bedrock',
  '@traceloop/instrumentation-vertexai',
  '@traceloop/instrumentation-cohere',
  'openinference.instrumentation.vertexai',
  'openlit.instrumentation.bedrock',
  'openlit.instrumentation.openai',
  'pydantic-ai',
  'langfuse-sdk',
];

function topLevelBranches(source: string): string[] {
  const branches = [''];
  let depth = 0;
  for (const character of source) {
    if (character === '(') depth += 1;
    if (character === ')') depth -= 1;
    if (character === '|' && depth === 0) branches.push('');
    else branches[branches.length - 1] += character;
  }
  return branches;
}
