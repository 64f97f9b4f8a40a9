import { CLAUDE, semconv, readingTests } from '../../../test/support/reading-cases.js';

readingTests('Vercel AI SDK', [
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
]);
