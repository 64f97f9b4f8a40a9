import { priceUsage } from '../../backend/dist/pricing/price-usage.js';
import { createPriceBook } from '../../backend/dist/pricing/price-book.js';
import { readCatalogue } from '../../backend/dist/price-book/catalogue.js';
import { catalogueDrafts } from '../../backend/dist/price-book/import-catalogue.js';

const CALLS = [
  { provider: 'openai', model: 'gpt-4o-2024-11-20' },
  { provider: 'openai', model: 'o4-mini-2025-04-16' },
  { provider: 'openai', model: 'gpt-5-2025-08-07' },
  { provider: 'anthropic', model: 'claude-sonnet-4-5-20250929' },
  { provider: 'google', model: 'gemini-2.5-pro' },
  { provider: 'aws', model: 'us.anthropic.claude-sonnet-4-5-20250929-v1:0' },
  { provider: 'openai', model: 'text-embedding-3-small' },
];
/** Written out as ingest writes it: a spread object has another shape, and V8 reads it fifteen times slower. @param {number} index @param {boolean} embedding */
const usageOf = (index, embedding) => ({
  input_tokens: embedding ? 9 + (index % 100) : 1_200 + (index % 900),
  cache_read: embedding ? null : 1_024,
  cache_write_5m: null,
  cache_write_1h: null,
  input_audio: null,
  cache_read_audio: null,
  input_image: null,
  output_tokens: embedding ? null : 350 + (index % 90),
  reasoning: null,
  output_audio: null,
  output_image: null,
  other: {},
});

/** Prices calls of several models, each with its own counts, on one core. */
export async function benchPricing() {
  const now = Date.now();
  const drafts = catalogueDrafts(await readCatalogue(), [], now);
  const book = createPriceBook(drafts.map((draft, index) => ({ ...draft, id: String(index + 1) })));
  const calls = Array.from({ length: 10_000 }, (_, index) => {
    const { provider, model } = CALLS[index % CALLS.length] ?? { provider: '', model: '' };
    return {
      orgId: `org-${index % 200}`,
      provider,
      models: [model],
      serviceTier: null,
      usage: usageOf(index, model.startsWith('text-embedding')),
      usageQuality: /** @type {const} */ ('exact'),
      usageProblem: null,
    };
  });
  for (const call of calls) {
    const priced = priceUsage(call, now, book);
    if (priced.status !== 'priced') throw new Error(`${call.models[0]} is not priced: ${priced.reason}`);
  }
  // The best of ten rounds: what one core can do, whatever its neighbours do meanwhile.
  const perRound = 10;
  let perSecond = 0;
  for (let round = 0; round < 10; round += 1) {
    const started = process.hrtime.bigint();
    for (let pass = 0; pass < perRound; pass += 1) for (const call of calls) priceUsage(call, now, book);
    perSecond = Math.max(
      perSecond,
      (perRound * calls.length) / (Number(process.hrtime.bigint() - started) / 1e9),
    );
  }
  return { perSecond, calls: 10 * perRound * calls.length, models: CALLS.length };
}
