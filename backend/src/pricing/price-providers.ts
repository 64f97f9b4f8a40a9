/** Clouds that resell other vendors' models at the vendors' list price (the catalogue's `fallback_model_providers`). */
const RESOLD: Readonly<Record<string, readonly string[]>> = {
  azure: ['openai', 'anthropic', 'deepseek', 'x-ai', 'moonshotai'],
  google: ['anthropic'],
};

/** The provider, then those whose list prices hold where it has none of its own. */
export const priceProviders = (provider: string): readonly string[] => [
  provider,
  ...(RESOLD[provider] ?? []),
];
