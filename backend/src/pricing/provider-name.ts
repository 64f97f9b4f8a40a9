/** Names of one provider in semantic conventions, instrumentations and gateways, by the catalogue's name. */
const ALIASES: Readonly<Record<string, readonly string[]>> = {
  anthropic: ['anthropic.messages'],
  aws: [
    'aws.bedrock',
    'aws_bedrock',
    'bedrock',
    'bedrock_converse',
    'amazon-bedrock',
    'amazon_bedrock',
    'amazon',
  ],
  azure: [
    'azure.ai.openai',
    'az.ai.openai',
    'azure.ai.inference',
    'az.ai.inference',
    'azure_openai',
    'azure-openai',
    'azureopenai',
    'azure_ai',
  ],
  cohere: ['cohere_chat', 'cohere.chat'],
  fireworks: ['fireworks_ai', 'fireworks-ai'],
  google: [
    'gcp.gemini',
    'gcp.vertex_ai',
    'gcp.gen_ai',
    'gemini',
    'google_genai',
    'google-genai',
    'google-gla',
    'google-vertex',
    'google.generative-ai',
    'google.vertex',
    'google_vertexai',
    'vertex',
    'vertex_ai',
    'vertexai',
  ],
  mistral: ['mistral_ai', 'mistralai'],
  moonshotai: ['moonshot', 'moonshot_ai'],
  openai: ['openai.chat', 'openai.responses', 'openai.completion', 'openai.embedding'],
  perplexity: ['perplexity_ai'],
  together: ['together_ai', 'together-ai', 'togetherai'],
  voyageai: ['voyage', 'voyage_ai'],
  'x-ai': ['xai', 'x_ai'],
  zhipuai: ['zhipu'],
};

const CANONICAL = new Map(
  Object.entries(ALIASES).flatMap(([name, aliases]) =>
    [name, ...aliases].map((alias) => [alias, name] as const),
  ),
);

/** Clouds that resell other vendors' models at the vendors' list price (the catalogue's `fallback_model_providers`). */
const RESOLD: Readonly<Record<string, readonly string[]>> = {
  azure: ['openai', 'anthropic', 'deepseek', 'x-ai', 'moonshotai'],
  google: ['anthropic'],
};

/** The catalogue's name of a provider; one it does not know stays itself, in lower case (the prices file may know it). */
export function canonicalProvider(name: string): string {
  const lower = name.trim().toLowerCase();
  return CANONICAL.get(lower) ?? lower;
}

/** The provider, then those whose list prices hold where it has none of its own. */
export const priceProviders = (provider: string): readonly string[] => [
  provider,
  ...(RESOLD[provider] ?? []),
];
