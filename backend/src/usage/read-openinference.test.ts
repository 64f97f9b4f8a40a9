import { CLAUDE, openinference, readingTests } from '../../../test/support/reading-cases.js';

readingTests('OpenInference', [
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
]);
