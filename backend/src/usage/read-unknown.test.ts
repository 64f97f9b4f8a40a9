import { CLAUDE, openinference, semconv, readingTests } from '../../../test/support/reading-cases.js';

readingTests('what no library is known for', [
  [
    'an operation nobody listed, with usage (Semantic Kernel)',
    {
      scopeName: 'Microsoft.SemanticKernel.Diagnostics',
      attributes: { ...semconv('openai', 'gpt-4o', 900, 50), 'gen_ai.operation.name': 'chat.completions' },
    },
    { cls: 'call', in: 900, quality: 'exact' },
  ],
  [
    'the same without usage or model',
    { attributes: { 'gen_ai.operation.name': 'summarise' } },
    { cls: 'step' },
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
]);
