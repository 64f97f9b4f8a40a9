import { usageOf } from '../../../test/support/billable-call.js';
import { checkUsage } from './check-usage.js';
import type { Usage } from './usage.js';

describe('usage as a sender states it', () => {
  it.each<[string, Partial<Usage>, ReturnType<typeof checkUsage>]>([
    ['plain counts', { input_tokens: 1200, output_tokens: 350 }, null],
    [
      'parts within their whole',
      { input_tokens: 10, cache_read: 4, cache_write_5m: 6, output_tokens: 5, reasoning: 5 },
      null,
    ],
    ['an embedding', { input_tokens: 9 }, null],
    ['a fee without tokens', { other: { image: 1 } }, null],
    ['nothing', {}, 'no_usage'],
    ['zeros', { input_tokens: 0, output_tokens: 0 }, 'no_usage'],
    ['a negative count', { input_tokens: -1, output_tokens: 1 }, 'inconsistent_usage'],
    ['half a token', { input_tokens: 1.5 }, 'inconsistent_usage'],
    ['NaN', { input_tokens: NaN }, 'inconsistent_usage'],
    ['an absurd count', { input_tokens: 1e12 + 1 }, 'inconsistent_usage'],
    ['more cached than sent', { input_tokens: 10, cache_read: 8, cache_write_1h: 3 }, 'inconsistent_usage'],
    ['cached parts without a whole', { cache_read: 8, output_tokens: 1 }, 'inconsistent_usage'],
    ['more reasoning than output', { input_tokens: 1, output_tokens: 1, reasoning: 2 }, 'inconsistent_usage'],
    [
      'more cached audio than cached',
      { input_tokens: 9, cache_read: 1, cache_read_audio: 2 },
      'inconsistent_usage',
    ],
    ['a negative fee', { input_tokens: 9, other: { web_search: -1 } }, 'inconsistent_usage'],
  ])('takes %s as it is', (_name, told, expected) => {
    expect(checkUsage(usageOf(told))).toBe(expected);
  });
});
