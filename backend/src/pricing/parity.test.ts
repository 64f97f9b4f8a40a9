/**
 * Our cost against the catalogue's own calculator, for every model and name of the catalogue and a grid of usages and
 * dates. Equal within 1e-9 USD, or in the reviewed list (`__snapshots__/parity.test.ts.snap`) under a reason that WHY
 * explains. A new catalogue changes the list: read the difference, then accept it with `jest parity -u`.
 */
import { jest } from '@jest/globals';
import { calcPrice, waitForUpdate } from '@pydantic/genai-prices';
import { billable, usageOf } from '../../../test/support/billable-call.js';
import { catalogueBook } from '../price-book/catalogue-book.js';
import { readCatalogue } from '../price-book/catalogue.js';
import type { Usage } from '../usage/usage.js';
import { priceUsage } from './price-usage.js';

const NOW = Date.parse('2026-11-22T12:00:00Z');
/** Around every start date of the catalogue, and inside the hours of the day that have their own price. */
const DATES = [
  '2024-01-01T00:00:00Z',
  '2025-05-21T23:59:59Z',
  '2025-05-22T00:00:00Z',
  '2025-06-09T23:59:59.999Z',
  '2025-06-10T00:00:00Z',
  '2025-12-02T00:00:00Z',
  '2026-03-12T23:59:59.999Z',
  '2026-03-13T00:00:00Z',
  '2026-06-16T00:00:00Z',
  '2026-07-29T23:59:59Z',
  '2026-07-30T00:00:00Z',
  '2026-08-10T02:00:00Z',
  '2026-08-17T02:00:00Z',
  '2026-08-17T04:00:00Z',
  '2026-08-20T09:59:59.999Z',
  '2026-08-21T00:00:00Z',
  '2026-09-22T00:00:00Z',
  '2026-11-22T12:00:00Z',
  '2027-01-01T00:00:00Z',
].map((text) => Date.parse(text));

const input = (input_tokens: number, more: Partial<Usage> = {}): Partial<Usage> => ({
  input_tokens,
  output_tokens: 350,
  ...more,
});
const GRID: Readonly<Record<string, Partial<Usage>>> = {
  plain: input(1200, { reasoning: 128 }),
  embedding: { input_tokens: 9, output_tokens: 0 },
  'cache read': input(1200, { cache_read: 1024 }),
  'cache write 5m': input(2736, { cache_read: 2048, cache_write_5m: 512 }),
  'cache write 1h': input(2736, { cache_read: 2048, cache_write_5m: 384, cache_write_1h: 128 }),
  'at 128k': input(128_000),
  'over 128k': input(128_001),
  'at 200k': input(200_000),
  'over 200k': input(200_001, { cache_read: 50_000 }),
  'at 272k': input(271_999),
  'over 272k': input(272_000),
  million: input(1_000_000, { cache_read: 50_000 }),
  'audio in': input(1000, { input_audio: 600 }),
  'audio cached': input(1000, { cache_read: 500, cache_read_audio: 400, input_audio: 100 }),
  'audio out': input(1000, { output_audio: 300 }),
  'image in': input(1000, { input_image: 600 }),
  'image out': input(1000, { output_image: 300 }),
  'web search': input(1000, { other: { web_search: 2 } }),
  'storage search': input(1000, { other: { storage_search: 3 } }),
  speech: { other: { audio_ms: 60_000 } },
  pages: { other: { page: 10 } },
};

const WHY: Readonly<Record<string, string>> = {
  'pending empty_price_block':
    'The catalogue has the model without prices and its calculator says 0: known is not free.',
  'pending no_price_for_meter: refused':
    'A unit that canonical usage does not have, or a price with the noise of a float: nothing of it is used.',
  'pending no_price_for_meter: cache_write_1h':
    'No price for 1-hour writes; the calculator bills them as the shorter ones, or as input.',
  'pending no_price_for_meter: cache_write_5m':
    'No price for cache writes; the calculator bills them as input.',
  'pending no_price_for_meter: input_audio':
    'No price for sound; the calculator bills it as text (-87 % on gpt-4o-audio-preview).',
  'pending no_price_for_meter: cache_read_audio':
    'No price for cached sound; the calculator bills it as cached text.',
  'pending no_price_for_meter: output_audio': 'As for sound in.',
  'pending no_price_for_meter: output_image':
    'No price for generated images; the calculator bills them as text (up to 10 times too low).',
  'pending no_price_for_meter: web_search': 'No price for searches; the calculator leaves them out.',
  'pending no_price_for_meter: storage_search': 'No price for searches; the calculator leaves them out.',
  'pending no_price_for_meter: output':
    'A model that generates no text (embeddings): the calculator leaves the output out.',
  'pending no_price_for_meter: input_uncached': 'Priced by hours or pages: the calculator leaves tokens out.',
  'pending no_price_for_meter: cache_read': 'Priced by hours or pages: the calculator leaves tokens out.',
  'pending no_price_for_meter: audio_ms': 'Not priced by hours: the calculator leaves them out.',
  'pending no_price_for_meter: page': 'Not priced by pages: the calculator leaves them out.',
  'pending no_usage': 'A price of tokens and a usage without any: the calculator says 0.',
  'differs: 1-hour writes of Claude':
    'Twice the input, as Anthropic publishes for every cloud; the catalogue has it only for Anthropic itself.',
  'differs: hours of the day':
    'The calculator applies DeepSeek hours also before the date of the price they belong to.',
  'ours only': 'The id of a catalogue entry that its own rules do not match.',
};

/** Usage in the calculator's words. */
function theirs(usage: Usage): Record<string, number> {
  const told: Record<string, number | null | undefined> = {
    input_tokens: usage.input_tokens,
    cache_read_tokens: usage.cache_read,
    cache_write_tokens:
      usage.cache_write_5m === null ? null : usage.cache_write_5m + (usage.cache_write_1h ?? 0),
    cache_write_1h_tokens: usage.cache_write_1h,
    // Theirs includes the cached part.
    input_audio_tokens: usage.input_audio === null ? null : usage.input_audio + (usage.cache_read_audio ?? 0),
    cache_audio_read_tokens: usage.cache_read_audio,
    input_image_tokens: usage.input_image,
    output_tokens: usage.output_tokens,
    output_reasoning_tokens: usage.reasoning,
    output_audio_tokens: usage.output_audio,
    output_image_tokens: usage.output_image,
    web_searches: usage.other.web_search,
    storage_searches: usage.other.storage_search,
    audio_seconds: usage.other.audio_ms === undefined ? null : usage.other.audio_ms / 1000,
    input_audio_seconds: usage.other.audio_ms === undefined ? null : usage.other.audio_ms / 1000,
    input_document_pages: usage.other.page,
  };
  return Object.fromEntries(
    Object.entries(told).filter((entry): entry is [string, number] => typeof entry[1] === 'number'),
  );
}

const catalogue = await readCatalogue();
const book = catalogueBook(catalogue, NOW);
const refused = new Set(
  catalogue.models
    .filter(({ prices }) => prices.some((price) => price.refused !== null))
    .map((one) => `${one.provider}/${one.model}`),
);

/** Null when both agree, else the reason under which the model must stand in the reviewed list. */
function difference(
  provider: string,
  model: string,
  name: string,
  what: string,
  usage: Usage,
  at: number,
): string | null {
  const expected = calcPrice(theirs(usage), name, { providerId: provider, timestamp: new Date(at) });
  const ours = priceUsage({ ...billable(provider, name, {}), usage }, at, book);
  if (ours.status === 'pending') {
    if (expected === null) return null;
    const detail = refused.has(`${provider}/${model}`) ? 'refused' : ours.detail;
    return `pending ${ours.reason}${detail === null ? '' : `: ${detail}`}`;
  }
  if (expected === null) return 'ours only';
  if (Math.abs(Number(ours.costUsd) / 1e18 - expected.total_price) < 1e-9) return null;
  if (what === 'cache write 1h' && model.includes('claude')) return 'differs: 1-hour writes of Claude';
  if (provider === 'deepseek' && what === 'plain') return 'differs: hours of the day';
  return `differs: ${what} at ${new Date(at).toISOString()}: ours ${Number(ours.costUsd) / 1e18}, theirs ${expected.total_price}`;
}

/** Names to try: those of the catalogue's rules, the prefixes also with a date. */
const namesOf = (match: (typeof catalogue.models)[number]['match']): readonly string[] =>
  match.flatMap((one) => {
    if (one.kind === 'any') return [];
    const stem = one.model.replace(/[-@]$/, '');
    return one.kind === 'exact' ? [one.model] : [stem, `${stem}-20260101`];
  });

it('agrees with the calculator of the catalogue, or has a reviewed reason', async () => {
  jest.spyOn(console, 'warn').mockImplementation(() => undefined);
  const differing = new Map<string, Set<string>>();
  let agreed = 0;
  const known = new Set(
    (await waitForUpdate())?.flatMap(({ id, models }) => models.map((model) => `${id}/${model.id}`)),
  );
  expect(new Set(catalogue.models.map(({ provider, model }) => `${provider}/${model}`))).toEqual(known);
  for (const { provider, model, match } of catalogue.models) {
    for (const name of new Set(namesOf(match))) {
      for (const [what, told] of Object.entries(GRID)) {
        for (const at of what === 'plain' ? DATES : [NOW]) {
          const reason = difference(provider, model, name, what, usageOf(told), at);
          if (reason === null) agreed += 1;
          else differing.set(reason, (differing.get(reason) ?? new Set()).add(`${provider}/${model}`));
        }
      }
    }
  }
  expect([...differing.keys()].filter((reason) => !(reason in WHY))).toEqual([]);
  const list = Object.fromEntries(
    [...differing]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([reason, models]) => [reason, { why: WHY[reason], ...summary(models) }]),
  );
  expect({ catalogue: catalogue.version, models: catalogue.models.length, agreed, list }).toMatchSnapshot();
});

/** Every model by name where they are few, else how many of each provider. */
function summary(models: ReadonlySet<string>): object {
  if (models.size <= 60) return { models: [...models].sort() };
  const counts: Record<string, number> = {};
  for (const model of [...models].sort()) {
    const provider = model.slice(0, model.indexOf('/'));
    counts[provider] = (counts[provider] ?? 0) + 1;
  }
  return { providers: counts };
}
