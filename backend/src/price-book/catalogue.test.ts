import { findProvider } from '@pydantic/genai-prices';
import { billable, outcome } from '../../../test/support/billable-call.js';
import { priceUsage } from '../pricing/price-usage.js';
import { priceProviders } from '../pricing/price-providers.js';
import type { Usage } from '../usage/usage.js';
import { catalogueBook } from './catalogue-book.js';
import { readCatalogue, readModel } from './catalogue.js';
import { decimalText } from './decimal-text.js';

const NOW = Date.parse('2026-11-22T12:00:00Z');
const catalogue = await readCatalogue();
const book = catalogueBook(catalogue, NOW);
const price = (
  provider: string,
  model: string | readonly string[],
  usage: Partial<Usage>,
  at = NOW,
  serviceTier: string | null = null,
): string => outcome(priceUsage(billable(provider, model, usage, { serviceTier }), at, book));

const PLAIN = { input_tokens: 1200, output_tokens: 350 };
const CACHED = { ...PLAIN, cache_read: 1024 };
const CLAUDE = {
  input_tokens: 2736,
  cache_read: 2048,
  cache_write_5m: 384,
  cache_write_1h: 128,
  output_tokens: 350,
};
const US_SONNET = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0';

describe('bundled catalogue', () => {
  it.each<[string, string, Partial<Usage>, string]>([
    ['openai', 'gpt-4o-2024-11-20', PLAIN, '0.0065 exact'],
    ['openai', 'gpt-4o', CACHED, '0.00522 exact'],
    ['openai', 'o4-mini-2025-04-16', { ...CACHED, reasoning: 128 }, '0.0020152 exact'],
    ['openai', 'gpt-5-2025-08-07', CACHED, '0.003848 exact'],
    ['openai', 'text-embedding-3-small', { input_tokens: 9 }, '0.00000018 exact'],
    ['openai', 'gpt-5.4', { input_tokens: 300_000, output_tokens: 1000 }, '1.5225 exact'],
    [
      'openai',
      'ft:gpt-4o-mini-2024-07-18:acme::abc',
      { input_tokens: 1000, output_tokens: 200 },
      '0.00054 exact',
    ],
    ['openai', 'whisper-1', { other: { audio_ms: 60_000 } }, '0.006 exact'],
    ['openai', 'gpt-image-1', { input_tokens: 100, output_tokens: 4160, output_image: 4160 }, '0.1669 exact'],
    [
      'anthropic',
      'claude-sonnet-4-5-20250929',
      { ...CLAUDE, cache_write_5m: 512, cache_write_1h: 0 },
      '0.0083124 exact',
    ],
    ['anthropic', 'claude-sonnet-4-5-20250929', CLAUDE, '0.0086004 exact'],
    ['anthropic', 'claude-sonnet-4-5', { ...CLAUDE, other: { web_search: 2 } }, '0.0286004 exact'],
    ['anthropic', 'claude-sonnet-4-5', { input_tokens: 250_000, output_tokens: 1000 }, '1.5225 exact'],
    ['google', 'gemini-2.5-pro', { input_tokens: 100_000, output_tokens: 1000 }, '0.135 exact'],
    ['google', 'gemini-2.5-pro', { input_tokens: 200_000, output_tokens: 1000 }, '0.26 exact'],
    ['google', 'gemini-2.5-pro', { input_tokens: 250_000, output_tokens: 1000 }, '0.64 exact'],
    [
      'google',
      'gemini-2.5-pro',
      { input_tokens: 250_000, cache_read: 50_000, output_tokens: 1000 },
      '0.5275 exact',
    ],
    [
      'google',
      'gemini-2.5-flash',
      { input_tokens: 1000, input_audio: 400, output_tokens: 100 },
      '0.00083 exact',
    ],
    ['aws', US_SONNET, { input_tokens: 500, output_tokens: 220 }, '0.00528 exact'],
    [
      'aws',
      `arn:aws:bedrock:us-east-1:123456789012:inference-profile/${US_SONNET}`,
      { input_tokens: 500, output_tokens: 220 },
      '0.00528 exact',
    ],
    [
      'aws',
      US_SONNET,
      { input_tokens: 2824, cache_read: 2088, cache_write_5m: 400, cache_write_1h: 136, output_tokens: 406 },
      '0.01059564 exact',
    ],
    [
      'aws',
      `converse/${US_SONNET}`,
      { input_tokens: 2747, cache_read: 2053, cache_write_5m: 515, output_tokens: 357 },
      '0.009283065 exact',
    ],
    [
      'azure',
      'gpt-4o-2024-11-20',
      { input_tokens: 1434, cache_read: 1024, output_tokens: 548 },
      '0.007785 exact',
    ],
    ['cohere', 'command-a-03-2025', { input_tokens: 121, output_tokens: 41 }, '0.0007125 exact'],
  ])('%s %s %j costs %s', (provider, model, usage, expected) => {
    expect(price(provider, model, usage)).toBe(expected);
  });

  it.each<[string, string, Partial<Usage>, string]>([
    ['azure', 'my-gpt4o-prod', PLAIN, 'pending deployment_alias_missing'],
    ['openai', 'gpt-9-nano', PLAIN, 'pending unknown_model'],
    ['acme', 'gpt-4o', PLAIN, 'pending unknown_provider'],
    ['cerebras', 'qwen-3-coder-480b', PLAIN, 'pending empty_price_block'],
    [
      'openai',
      'gpt-4o-audio-preview',
      { ...PLAIN, input_audio: 600, output_audio: 200 },
      'pending no_price_for_meter input_audio',
    ],
    ['openai', 'tts-1', PLAIN, 'pending unknown_model'],
    [
      'openai',
      'gpt-4o',
      { ...PLAIN, other: { code_execution: 1 } },
      'pending no_price_for_meter code_execution',
    ],
    ['aws', 'amazon.titan-embed-text-v2:0', PLAIN, 'pending unknown_model'],
    ['groq', 'openai/gpt-oss-safeguard-120b', PLAIN, 'pending unknown_model'],
  ])('%s %s %j is %s', (provider, model, usage, expected) => {
    expect(price(provider, model, usage)).toBe(expected);
  });

  it.each<[string, string, Partial<Usage>, string, string]>([
    ['openai', 'gpt-5.4-pro', { ...CACHED }, 'upper_bound', 'a cached token without a price of its own'],
    ['openai', 'gpt-4o-audio-preview', PLAIN, 'lower_bound', 'audio that was not told'],
    ['aws', 'anthropic.claude-sonnet-4-5-20250929-v1:0', PLAIN, 'upper_bound', 'a region that was not told'],
    ['aws', 'amazon.nova-lite-v1:0', PLAIN, 'estimated', 'a region that was not told'],
    ['google', 'claude-sonnet-4-5@20250929', PLAIN, 'lower_bound', 'an endpoint that was not told'],
    ['openai', 'gpt-4o-2031-01-01', PLAIN, 'estimated', 'a snapshot that the catalogue does not list'],
    ['perplexity', 'sonar', PLAIN, 'upper_bound', 'a search context size that was not told'],
    ['mistral', 'mistral-large-latest', PLAIN, 'estimated', 'an entry that other price lists contradict'],
  ])('%s %s %j is no more than %s: %s', (provider, model, usage, quality) => {
    expect(price(provider, model, usage)).toMatch(new RegExp(` ${quality}$`));
  });

  it('takes the region from the request where the response lacks it', () => {
    const bare = 'claude-sonnet-4-5-20250929';
    expect(price('aws', [bare, US_SONNET], PLAIN)).toBe('0.009735 exact');
    expect(price('aws', [bare, 'global.anthropic.claude-sonnet-4-5-20250929-v1:0'], PLAIN)).toBe(
      '0.00885 exact',
    );
  });

  it('has the history that the catalogue dates, from the first millisecond of the day', () => {
    const usage = { input_tokens: 1000, output_tokens: 1000 };
    expect(price('openai', 'o3', usage, Date.parse('2025-06-09T23:59:59.999Z'))).toBe('0.05 estimated');
    expect(price('openai', 'o3', usage, Date.parse('2025-06-10T00:00:00Z'))).toBe('0.01 exact');
  });

  it('calls an undated price exact from the release of the catalogue on, estimated before', () => {
    expect(price('openai', 'gpt-4o', PLAIN, Date.parse('2026-09-22T23:59:59.999Z'))).toBe('0.0065 estimated');
    expect(price('openai', 'gpt-4o', PLAIN, Date.parse('2026-09-23T00:00:00Z'))).toBe('0.0065 exact');
  });

  it('prices the hours of the day of DeepSeek', () => {
    const usage = { input_tokens: 1_000_000, output_tokens: 0 };
    expect(price('deepseek', 'deepseek-v4-flash', usage, Date.parse('2026-11-22T00:59:59.999Z'))).toBe(
      '0.22 exact',
    );
    expect(price('deepseek', 'deepseek-v4-flash', usage, Date.parse('2026-11-22T01:00:00Z'))).toBe(
      '0.44 exact',
    );
    expect(price('deepseek', 'deepseek-v4-flash', usage, Date.parse('2026-11-22T04:00:00Z'))).toBe(
      '0.22 exact',
    );
  });

  it('never claims a name for two models', () => {
    const owners = new Map<string, Set<string>>();
    for (const { provider, model, match } of catalogue.models) {
      for (const one of match) {
        if (one.kind === 'any') continue;
        const key = `${provider} ${one.kind} ${one.model}`;
        owners.set(key, (owners.get(key) ?? new Set()).add(model));
      }
    }
    expect([...owners].filter(([, models]) => models.size > 1)).toEqual([]);
  });

  it.each(['azure', 'google', 'openai'])('resells for %s what the catalogue says it does', (id) => {
    expect(priceProviders(id)).toEqual([
      id,
      ...(findProvider({ providerId: id })?.fallback_model_providers ?? []),
    ]);
  });
});

describe('readModel', () => {
  const read = (prices: Parameters<typeof readModel>[1]['prices']) =>
    readModel('p', { id: 'm', match: { equals: 'm' }, prices }).prices;
  it('refuses a model whole for one unit or price it does not understand', () => {
    expect(read({ input_mtok: 1, input_video_mtok: 2 })).toMatchObject([
      { meters: {}, refused: expect.stringContaining('input_video_mtok') },
    ]);
    expect(read({ input_mtok: 1, cache_write_mtok: 0.08333333333333334 })).toMatchObject([
      { meters: {}, refused: expect.stringContaining('0.08333333333333334') },
    ]);
    expect(read({ audio_hours: 1, input_audio_hours: 2 })).toMatchObject([
      { refused: expect.stringContaining('input_audio_hours') },
    ]);
  });
  it('refuses dates that do not ascend', () => {
    const dated = (start_date: string) =>
      ({ constraint: { type: 'start_date', start_date }, prices: { input_mtok: 1 } }) as const;
    expect(read([{ prices: { input_mtok: 1 } }, dated('2026-02-01'), dated('2026-01-01')])).toMatchObject([
      { refused: 'dates that do not ascend' },
    ]);
  });
  it('keeps an empty block apart from a zero price', () => {
    expect(read({})).toMatchObject([{ empty: true, refused: null }]);
    expect(read({ input_mtok: 0, output_mtok: 0 })).toMatchObject([
      { empty: false, meters: { input_uncached: { price: '0' } } },
    ]);
  });
  it('reads steps of the context', () => {
    expect(
      read({ input_mtok: { base: 3, tiers: [{ start: 200_000, price: 6 }] } })[0]?.meters.input_uncached,
    ).toEqual({
      price: '3',
      per: 1_000_000,
      tiers: [{ above: 200_000, price: '6' }],
    });
  });
});

describe('decimalText', () => {
  it.each<[number, string | null]>([
    [2.5, '2.5'],
    [0, '0'],
    [1e-7, '0.0000001'],
    [1.5e-10, '0.00000000015'],
    [1e-12, '0.000000000001'],
    [1e-13, null],
    [0.003625, '0.003625'],
    [1e21, '1000000000000000000000'],
    [0.08333333333333334, null],
    [-1, null],
    [NaN, null],
    [Infinity, null],
  ])('%d → %s', (value, text) => {
    expect(decimalText(value)).toBe(text);
  });
});
