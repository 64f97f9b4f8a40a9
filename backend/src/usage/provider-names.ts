/**
 * Senders' spellings of a provider → the catalogue's name (`@pydantic/genai-prices`). Spellings are compared in lower
 * case; the Vercel AI SDK's `openai.responses`, `anthropic.messages` are cut at the first dot when not listed whole.
 */
const PROVIDERS: Readonly<Record<string, readonly string[]>> = {
  openai: [
    'openai',
    'openai_chat',
    'openai-chat',
    'openai_responses',
    'openai-responses',
    'text-completion-openai',
  ],
  azure: [
    'azure',
    'az.ai.openai',
    'azure.ai.openai',
    'az.ai.inference',
    'azure.ai.inference',
    'azure_openai',
    'azure-openai',
    'azureopenai',
    'azure_ai',
    'azure-ai',
    'azure.openai',
    'azure_text',
  ],
  anthropic: ['anthropic', 'claude', 'anthropic.messages'],
  aws: [
    'aws',
    'aws.bedrock',
    'aws_bedrock',
    'bedrock',
    'amazon-bedrock',
    'amazon_bedrock',
    'amazon bedrock',
    'bedrock_converse',
    'bedrock-converse',
    'chatbedrock',
    'aws.sagemaker',
  ],
  google: [
    'google',
    'gcp.gemini',
    'gcp.vertex_ai',
    'gcp.vertex.agent',
    'gcp.gen_ai',
    'gcp',
    'gemini',
    'vertex_ai',
    'vertexai',
    'vertex',
    'google-gla',
    'google-vertex',
    'google_genai',
    'google_vertexai',
    'google-genai',
    'google.generative-ai',
    'google.vertex',
    'google_generative_ai',
    'vertex_ai-language-models',
    'google-generativeai',
    'google_ai',
    'googleai',
  ],
  mistral: ['mistral', 'mistral_ai', 'mistralai', 'mistral-ai', 'mistral.chat'],
  'x-ai': ['x-ai', 'x_ai', 'xai'],
  groq: ['groq'],
  cohere: ['cohere', 'cohere_chat'],
  deepseek: ['deepseek'],
  openrouter: ['openrouter'],
  perplexity: ['perplexity'],
  together: ['together', 'together_ai', 'togetherai'],
  fireworks: ['fireworks', 'fireworks_ai', 'fireworks-ai'],
  cerebras: ['cerebras'],
  moonshotai: ['moonshotai', 'moonshot', 'moonshot_ai'],
  voyageai: ['voyageai', 'voyage', 'voyage_ai'],
  novita: ['novita'],
  zai: ['zai', 'z.ai'],
  minimax: ['minimax'],
  cloudflare: ['cloudflare', 'workers-ai', 'workers_ai'],
};

/** Frameworks and gateways that some instrumentations put where the provider belongs: they sell no tokens. */
const NOT_PROVIDERS = new Set([
  'langchain',
  'langgraph',
  'llamaindex',
  'llama_index',
  'llama-index',
  'crewai',
  'haystack',
  'litellm',
  'vercel',
  'ai',
  'gateway',
  'traceloop',
  'openlit',
  'openai_agents',
  'autogen',
  'ag2',
  'agno',
  'dspy',
  'instructor',
  'pydantic-ai',
  'pydantic_ai',
  'strands',
  'strands-agents',
  'mastra',
  'none',
  'unknown',
  'null',
  'custom',
  'other',
  'litellm_proxy',
  'microsoft.agent_framework',
]);

/**
 * Engines that serve open models under OpenAI's API. OpenLIT calls any client of a local address `vllm`, but a model
 * that only its vendor has (`gpt-4o`) was not served by one.
 */
const ENGINES = new Set([
  'vllm',
  'ollama',
  'llamacpp',
  'llama.cpp',
  'lmstudio',
  'lm_studio',
  'localai',
  'openai_compatible',
  'openai-compatible',
  'sglang',
  'tgi',
]);

export const isEngine = (provider: string): boolean => ENGINES.has(provider);

const BY_SPELLING = new Map(
  Object.entries(PROVIDERS).flatMap(([name, spellings]) =>
    spellings.map((spelling) => [spelling, name] as const),
  ),
);

/**
 * @returns the catalogue's name of the provider; the sender's own (lower case) where the catalogue has none; null for an
 *   empty value or a framework's name.
 */
export function canonicalProvider(spelling: string): string | null {
  const name = spelling.trim().toLowerCase();
  if (name === '' || NOT_PROVIDERS.has(name)) return null;
  const whole = BY_SPELLING.get(name);
  if (whole !== undefined) return whole;
  const head = name.split('.', 1)[0] ?? name;
  if (NOT_PROVIDERS.has(head)) return null;
  return BY_SPELLING.get(head) ?? name;
}

/** Hosts that only one provider answers at. An OpenAI client pointed elsewhere still calls itself `openai`. */
const HOSTS: readonly (readonly [RegExp, string])[] = [
  [
    /(?:^|\.)openai\.azure\.com$|\.cognitiveservices\.azure\.com$|\.services\.ai\.azure\.com$|\.inference\.ai\.azure\.com$/,
    'azure',
  ],
  [/^bedrock-runtime(?:-fips)?\.[\w-]+\.amazonaws\.com$/, 'aws'],
  [/(?:^|-)aiplatform\.googleapis\.com$|^generativelanguage\.googleapis\.com$/, 'google'],
  [/^(?:[\w-]+\.)?api\.openai\.com$/, 'openai'],
  [/^api\.anthropic\.com$/, 'anthropic'],
  [/^(?:[\w-]+\.)?api\.x\.ai$/, 'x-ai'],
  [/^api\.groq\.com$/, 'groq'],
  [/^api\.deepseek\.com$/, 'deepseek'],
  [/^api\.mistral\.ai$|^codestral\.mistral\.ai$/, 'mistral'],
  [/^openrouter\.ai$/, 'openrouter'],
  [/^api\.perplexity\.ai$/, 'perplexity'],
  [/^api\.together\.(?:xyz|ai)$/, 'together'],
  [/^api\.fireworks\.ai$/, 'fireworks'],
  [/^api\.cerebras\.ai$/, 'cerebras'],
  [/^api\.cohere\.(?:com|ai)$/, 'cohere'],
  [/^api\.moonshot\.(?:ai|cn)$/, 'moonshotai'],
];

/** @param host a host name or a URL @returns the provider that answers there, or null. */
export function providerOfHost(host: string): string | null {
  const name =
    host
      .toLowerCase()
      .replace(/^\w+:\/\//, '')
      .split(/[/:?]/, 1)[0] ?? '';
  return HOSTS.find(([pattern]) => pattern.test(name))?.[1] ?? null;
}

/** Model families that only one vendor sells under this bare name. `llama`, `mixtral` and the like run everywhere. */
const FAMILIES: readonly (readonly [RegExp, string])[] = [
  [
    /^(?:(?:us|eu|apac|global|jp|au|ca|us-gov)\.)?(?:anthropic|amazon|meta|cohere|mistral|ai21|deepseek|stability|openai|qwen)\.[\w.-]+/,
    'aws',
  ],
  [/^arn:aws[\w-]*:bedrock:/, 'aws'],
  [
    /^(?:gpt-(?:3\.5|4|5)|chatgpt-|o[134](?:-|$)|text-embedding-(?:3-|ada-002)|ft:gpt-|dall-e-|whisper-1|tts-1|gpt-image-|omni-moderation)/,
    'openai',
  ],
  [/^claude-/, 'anthropic'],
  [/^(?:models\/)?(?:gemini-|text-embedding-00[45]|gemini-embedding-)/, 'google'],
  [
    /^(?:mistral-(?:large|small|medium|embed|tiny|ocr)|ministral-|codestral-|magistral-|pixtral-large)/,
    'mistral',
  ],
  [/^grok-/, 'x-ai'],
  [
    /^(?:command-(?:a|r|light|nightly)|embed-(?:english|multilingual|v4)|rerank-(?:english|multilingual|v))/,
    'cohere',
  ],
  [/^deepseek-(?:chat|reasoner)$/, 'deepseek'],
  [/^sonar(?:-|$)/, 'perplexity'],
  [/^voyage-/, 'voyageai'],
];

/** @returns the provider a model's name gives away: a known prefix (`openai/gpt-4o`), else a family of one vendor only. */
export function providerOfModel(model: string): string | null {
  const name = model.trim().toLowerCase();
  const slash = name.indexOf('/');
  if (slash > 0) {
    const prefix = BY_SPELLING.get(name.slice(0, slash));
    if (prefix !== undefined) return prefix;
  }
  return FAMILIES.find(([pattern]) => pattern.test(name))?.[1] ?? null;
}
