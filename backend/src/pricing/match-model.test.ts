import { createModelIndex } from './match-model.js';
import type { ModelMatch } from './price-version.js';

const found = (provider: string, match: ModelMatch, name: string): string | null => {
  const index = createModelIndex(provider, [['it', [match]] as const]);
  return index.named(name)?.quality ?? index.guessed(name)?.quality ?? null;
};
const exact = (model: string): ModelMatch => ({ kind: 'exact', model });
const prefix = (model: string): ModelMatch => ({ kind: 'prefix', model });

describe('names of one model', () => {
  it.each<[string, ModelMatch, string]>([
    ['openai', exact('gpt-4o'), 'GPT-4o '],
    ['openai', exact('gpt-4o'), 'openai/gpt-4o'],
    ['openai', exact('gpt-4o'), 'openai:gpt-4o'],
    ['azure', exact('gpt-4o'), 'azure/gpt-4o'],
    ['openai', exact('gpt-4o-2024-11-20'), 'gpt-4o-20241120'],
    ['google', exact('gemini-2.5-pro'), 'models/gemini-2.5-pro'],
    ['google', exact('gemini-2.5-pro'), 'projects/p/locations/eu/publishers/google/models/gemini-2.5-pro'],
    ['google', exact('gemini-2.5-pro'), 'gemini/gemini-2.5-pro'],
    ['google', prefix('claude-sonnet-4-5'), 'claude-sonnet-4-5@20250929'],
    ['anthropic', prefix('claude-sonnet-4-5'), 'claude-sonnet-4-5-20250929'],
    ['anthropic', prefix('claude-sonnet-4-2025'), 'claude-sonnet-4-20250514'],
    ['google', prefix('gemini-2.5-pro'), 'gemini-2.5-pro-preview-06-05'],
    ['openai', prefix('ft:gpt-4o-mini-2024-'), 'ft:gpt-4o-mini-2024-07-18:acme::abc'],
    [
      'aws',
      exact('us.anthropic.claude-x-v1:0'),
      'arn:aws:bedrock:us-east-1:1:inference-profile/us.anthropic.claude-x-v1:0',
    ],
    ['aws', exact('us.anthropic.claude-x-v1:0'), 'bedrock/converse/us.anthropic.claude-x-v1:0'],
    ['aws', exact('anthropic.claude-x-v1:0'), 'bedrock/us-west-2/anthropic.claude-x-v1:0'],
    ['aws', exact('anthropic.claude-x-v1:0'), 'anthropic.claude-x-v1:0:200k'],
    ['aws', exact('meta.llama-v1:0'), 'us.meta.llama-v1:0'],
    ['openrouter', exact('openai/gpt-4o'), 'openai/gpt-4o'],
  ])('%s: %j is %s', (provider, match, name) => {
    expect(found(provider, match, name)).toBe('exact');
  });

  it.each<[string, ModelMatch, string]>([
    ['openai', exact('gpt-4o'), 'gpt-4o-2027-01-01'],
    ['aws', exact('amazon.nova-lite-v1:0'), 'apac.amazon.nova-lite-v1:0'],
  ])('%s: %j is perhaps %s', (provider, match, name) => {
    expect(found(provider, match, name)).toBe('estimated');
  });

  it.each<[string, ModelMatch, string]>([
    ['openai', prefix('gpt-5'), 'gpt-5.6-sol'],
    ['openai', prefix('gpt-5'), 'gpt-5-mini'],
    ['openai', prefix('gpt-5'), 'my-gpt-5'],
    ['openai', exact('gpt-4o'), 'gpt-4o-mini'],
    ['openai', exact('gpt-4o'), 'gpt-4o-preview'],
    ['google', prefix('gemini-1.5-flash'), 'gemini-1.5-flash-8b'],
    ['google', prefix('gemini-2.5-pro'), 'gemini-2.5-pro-preview-tts'],
    ['anthropic', prefix('claude-sonnet-5'), 'claude-sonnet-5-5'],
    ['aws', exact('amazon.titan-embed-text-v1'), 'amazon.titan-embed-text-v2:0'],
    ['openrouter', exact('gpt-4o'), 'openai/gpt-4o'],
  ])('%s: %j is not %s', (provider, match, name) => {
    expect(found(provider, match, name)).toBeNull();
  });
});

it('prefers the longest rule', () => {
  const index = createModelIndex('openai', [
    ['short', [prefix('gpt-4o')]],
    ['long', [prefix('gpt-4o-preview')]],
  ] as const);
  expect(index.named('gpt-4o-preview-2026-01-01')?.entries).toEqual(['long']);
});
