import { formatMoney } from '../ledger/money.js';
import { catalogueBook } from '../price-book/catalogue-book.js';
import { readCatalogue } from '../price-book/catalogue.js';
import type { Usage } from '../usage/usage.js';
import { priceUsage } from './price-usage.js';
import type { BillableCall, Pricing } from './price-usage.js';

const NOW = Date.parse('2026-11-22T12:00:00Z');
const book = catalogueBook(await readCatalogue(), NOW);

export const usageOf = (told: Partial<Usage>): Usage => ({
  input_tokens: null,
  cache_read: null,
  cache_write_5m: null,
  cache_write_1h: null,
  input_audio: null,
  cache_read_audio: null,
  input_image: null,
  output_tokens: null,
  reasoning: null,
  output_audio: null,
  output_image: null,
  other: {},
  ...told,
});

const call = (
  provider: string,
  model: string,
  usage: Partial<Usage>,
  more: Partial<BillableCall> = {},
): BillableCall => ({
  orgId: null,
  provider,
  models: [model],
  serviceTier: null,
  usage: usageOf(usage),
  usageQuality: 'exact',
  usageProblem: null,
  ...more,
});
const told = (pricing: Pricing): string =>
  pricing.status === 'priced'
    ? `${formatMoney(pricing.costUsd)} ${pricing.quality}`
    : `pending ${pricing.reason}`;
const price = (...args: Parameters<typeof call>): string => told(priceUsage(call(...args), NOW, book));

describe('priceUsage with the bundled catalogue', () => {
  it.each<[string, string, Partial<Usage>, string]>([
    ['openai', 'gpt-4o-2024-11-20', { input_tokens: 1200, output_tokens: 350 }, '0.0065 exact'],
    ['openai', 'gpt-4o', { input_tokens: 1200, cache_read: 1024, output_tokens: 350 }, '0.00522 exact'],
    [
      'openai',
      'o4-mini-2025-04-16',
      { input_tokens: 1200, cache_read: 1024, output_tokens: 350, reasoning: 128 },
      '0.0020152 exact',
    ],
    [
      'openai',
      'gpt-5-2025-08-07',
      { input_tokens: 1200, cache_read: 1024, output_tokens: 350 },
      '0.003848 exact',
    ],
    ['openai', 'text-embedding-3-small', { input_tokens: 9 }, '0.00000018 exact'],
    [
      'anthropic',
      'claude-sonnet-4-5-20250929',
      { input_tokens: 2736, cache_read: 2048, cache_write_5m: 512, output_tokens: 350 },
      '0.0083124 exact',
    ],
    [
      'anthropic',
      'claude-sonnet-4-5-20250929',
      { input_tokens: 2736, cache_read: 2048, cache_write_5m: 384, cache_write_1h: 128, output_tokens: 350 },
      '0.0086004 exact',
    ],
    [
      'anthropic',
      'claude-sonnet-4-5-20250929',
      {
        input_tokens: 2736,
        cache_read: 2048,
        cache_write_5m: 384,
        cache_write_1h: 128,
        output_tokens: 350,
        other: { web_search: 2 },
      },
      '0.0286004 exact',
    ],
    [
      'google',
      'gemini-2.5-pro',
      { input_tokens: 1317, cache_read: 1024, output_tokens: 404, reasoning: 137 },
      '0.00453425 exact',
    ],
    ['gemini', 'gemini-2.5-pro', { input_tokens: 200_000, output_tokens: 1000 }, '0.26 exact'],
    ['gcp.gemini', 'gemini-2.5-pro', { input_tokens: 250_000, output_tokens: 1000 }, '0.64 exact'],
    [
      'aws',
      'us.anthropic.claude-sonnet-4-5-20250929-v1:0',
      { input_tokens: 2824, cache_read: 2088, cache_write_5m: 400, cache_write_1h: 136, output_tokens: 406 },
      '0.01059564 exact',
    ],
    [
      'bedrock',
      'converse/us.anthropic.claude-sonnet-4-5-20250929-v1:0',
      { input_tokens: 2747, cache_read: 2053, cache_write_5m: 515, output_tokens: 357 },
      '0.009283065 exact',
    ],
    [
      'aws',
      'arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-sonnet-4-5-20250929-v1:0',
      { input_tokens: 500, output_tokens: 200 },
      '0.00495 exact',
    ],
    [
      'azure',
      'gpt-4o-2024-11-20',
      { input_tokens: 1434, cache_read: 1024, output_tokens: 548 },
      '0.007785 exact',
    ],
    ['cohere', 'command-a-03-2025', { input_tokens: 121, output_tokens: 41 }, '0.0007125 exact'],
    [
      'openai',
      'ft:gpt-4o-mini-2024-07-18:acme::abc',
      { input_tokens: 1000, output_tokens: 100 },
      '0.00042 exact',
    ],
    ['openai', 'whisper-1', { other: { audio_ms: 60_000 } }, '0.006 exact'],
  ])('%s %s %j → %s', (provider, model, usage, expected) => {
    expect(price(provider, model, usage)).toBe(expected);
  });
});
