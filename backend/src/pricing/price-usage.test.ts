import { billable, bookOf, metersOf, outcome, version } from '../../../test/support/billable-call.js';
import { PENDING_REASONS } from '../ledger/event.js';
import { formatMoney } from '../ledger/money.js';
import type { Usage } from '../usage/usage.js';
import { explainCost, explainWithVersions, priceUsage } from './price-usage.js';
import type { BillableCall } from './price-usage.js';
import type { PriceVersion } from './price-version.js';

const AT = Date.parse('2026-11-22T12:00:00Z');
const day = (text: string): number => Date.parse(`${text}T00:00:00Z`);
const USAGE = { input_tokens: 1000, output_tokens: 100 };
const price = (call: BillableCall, ...versions: Partial<PriceVersion>[]): string =>
  outcome(priceUsage(call, AT, bookOf(...versions)));
const ofUsage = (usage: Partial<Usage>, prices: Parameters<typeof metersOf>[0]): string =>
  price(billable('openai', 'gpt-x', usage), { meters: metersOf(prices) });

describe('meters', () => {
  it('prices cached, written, audio and image parts apart and the rest of the input once', () => {
    const usage = {
      input_tokens: 1111,
      cache_read: 1000,
      cache_write_5m: 50,
      cache_write_1h: 30,
      input_audio: 20,
      input_image: 10,
      output_tokens: 0,
    };
    const prices = {
      input_uncached: '1000000',
      cache_read: '1',
      cache_write_5m: '1',
      cache_write_1h: '1',
      input_audio: '1',
      input_image: '1',
      output: '1',
    };
    expect(ofUsage(usage, prices)).toBe('1.00111 exact');
  });
  it('takes reasoning, audio and image out of the output where they have prices of their own', () => {
    const usage = {
      input_tokens: 0,
      output_tokens: 1111,
      reasoning: 1000,
      output_audio: 60,
      output_image: 50,
    };
    const prices = {
      input_uncached: '1',
      output: '1000000',
      output_reasoning: '1',
      output_audio: '1',
      output_image: '1',
    };
    expect(ofUsage(usage, prices)).toBe('1.00111 exact');
  });
  it('bills reasoning without a price of its own as output, and that is exact', () => {
    expect(ofUsage({ ...USAGE, reasoning: 60 }, { input_uncached: '2', output: '8' })).toBe('0.0028 exact');
  });
  it('bills image input without a price of its own as input, and that is exact', () => {
    expect(ofUsage({ ...USAGE, input_image: 600 }, { input_uncached: '2', output: '8' })).toBe(
      '0.0028 exact',
    );
  });
  it('prices the audio part of cached tokens apart', () => {
    const usage = { input_tokens: 100, cache_read: 100, cache_read_audio: 40, output_tokens: 0 };
    expect(
      ofUsage(usage, { input_uncached: '1', cache_read: '1', cache_read_audio: '10', output: '1' }),
    ).toBe('0.00046 exact');
  });
  it('adds a fee per request, told or not, and fees of tools', () => {
    const prices = { input_uncached: '2', output: '8', request: '0.005', web_search: '0.01' };
    expect(ofUsage({ ...USAGE, other: { web_search: 2 } }, prices)).toBe('0.0278 exact');
    expect(ofUsage({ ...USAGE, other: { request: 2 } }, prices)).toBe('0.0128 exact');
  });
  it('needs no price for the request itself', () => {
    expect(ofUsage({ ...USAGE, other: { request: 1 } }, { input_uncached: '2', output: '8' })).toBe(
      '0.0028 exact',
    );
  });
  it('takes zero for a price', () => {
    expect(ofUsage(USAGE, { input_uncached: '0', output: '0' })).toBe('0 exact');
  });
  it('reprices the whole call above a step of the input, strictly', () => {
    const tiers = [
      { above: 500, price: '3' },
      { above: 200, price: '2' },
    ];
    const meters = {
      input_uncached: { price: '1', per: 1_000_000, tiers },
      output: { price: '0', per: 1_000_000 },
    };
    const cost = (input_tokens: number): string =>
      price(billable('openai', 'gpt-x', { input_tokens, output_tokens: 0 }), { meters });
    expect([200, 201, 500, 501].map(cost)).toEqual([
      '0.0002 exact',
      '0.000402 exact',
      '0.001 exact',
      '0.001503 exact',
    ]);
  });
});

describe('hours of the day', () => {
  const windows = [
    { from: 3600, to: 7200, meters: metersOf({ input_uncached: '4', output: '16' }) },
    { from: 82_800, to: 1800, meters: metersOf({ input_uncached: '6', output: '24' }) },
  ];
  it.each([
    ['00:59:59.999', '0.0028'],
    ['01:00:00.000', '0.0056'],
    ['01:59:59.999', '0.0056'],
    ['02:00:00.000', '0.0028'],
    ['23:30:00.000', '0.0084'],
    ['00:10:00.000', '0.0084'],
  ])('at %s the call costs %s', (time, cost) => {
    const at = Date.parse(`2026-11-22T${time}Z`);
    expect(outcome(priceUsage(billable('openai', 'gpt-x', USAGE), at, bookOf({ windows })))).toBe(
      `${cost} exact`,
    );
  });
});

describe('quality', () => {
  const call = billable('openai', 'gpt-x', USAGE);
  it('is the worse of usage and price', () => {
    const bound = {
      input_uncached: { price: '2', per: 1_000_000, quality: 'upper_bound' },
      output: { price: '8', per: 1_000_000 },
    } as const;
    expect(price({ ...call, usageQuality: 'upper_bound' }, {})).toBe('0.0028 upper_bound');
    expect(price(call, { meters: bound })).toBe('0.0028 upper_bound');
    expect(price({ ...call, usageQuality: 'lower_bound' }, { meters: bound })).toBe('0.0028 estimated');
    expect(price({ ...call, usageQuality: 'estimated' }, { meters: bound })).toBe('0.0028 estimated');
  });
  it('does not suffer from a doubtful price that was not used', () => {
    const meters = {
      ...metersOf({ input_uncached: '2', output: '8' }),
      cache_read: { price: '2', per: 1_000_000, quality: 'upper_bound' },
    } as const;
    expect(price(call, { meters })).toBe('0.0028 exact');
  });
  it('is estimated before the price is known to be certain, exact from then on', () => {
    const book = bookOf({ certainFrom: day('2026-09-23') });
    expect(outcome(priceUsage(call, day('2026-09-23') - 1, book))).toBe('0.0028 estimated');
    expect(outcome(priceUsage(call, day('2026-09-23'), book))).toBe('0.0028 exact');
  });
  it('is a lower bound when the output was not told', () => {
    expect(price(billable('openai', 'gpt-x', { input_tokens: 1000 }), {})).toBe('0.002 lower_bound');
  });
  it('is a lower bound for a speech model whose audio was not told', () => {
    const speech = { model: 'gpt-4o-audio-preview' };
    const told = { ...USAGE, input_audio: 0, output_audio: 0 };
    expect(price(billable('openai', speech.model, USAGE), speech)).toBe('0.0028 lower_bound');
    expect(price(billable('openai', speech.model, told), speech)).toBe('0.0028 exact');
  });
});

describe('pending', () => {
  const call = billable('openai', 'gpt-x', USAGE);
  const reasons: Partial<Record<(typeof PENDING_REASONS)[number], () => string>> = {
    no_usage: () => price({ ...call, usage: null }, {}),
    inconsistent_usage: () => price(billable('openai', 'gpt-x', { ...USAGE, cache_read: 1001 }), {}),
    aborted_stream: () => price({ ...call, usage: null, usageProblem: 'aborted_stream' }, {}),
    unknown_provider: () => price({ ...call, provider: 'nobody' }, {}),
    unknown_model: () => price({ ...call, models: ['gpt-y'] }, {}),
    ambiguous_model: () =>
      price(
        call,
        {},
        {
          model: 'other',
          match: [{ kind: 'exact', model: 'gpt-x' }],
          meters: metersOf({ input_uncached: '3' }),
        },
      ),
    deployment_alias_missing: () => price({ ...call, provider: 'azure', models: ['my-gpt4o-prod'] }, {}),
    empty_price_block: () => price(call, { empty: true, meters: {} }),
    no_price_at_time: () => price(call, { effectiveFrom: AT + 1 }),
    no_price_for_meter: () => price(billable('openai', 'gpt-x', { ...USAGE, cache_write_5m: 1 }), {}),
    no_price_for_tier: () => price({ ...call, serviceTier: 'batch' }, {}),
  };
  it.each(Object.entries(reasons))('%s', (reason, run) => {
    expect(run().split(' ').slice(0, 2)).toEqual(['pending', reason]);
  });
  it('has a case for every reason that pricing can give', () => {
    expect(Object.keys(reasons).sort()).toEqual(
      [...PENDING_REASONS].filter((reason) => reason !== 'late_context_gone').sort(),
    );
  });
  it('tells the meter that has no price', () => {
    expect(price(billable('openai', 'gpt-x', { ...USAGE, other: { web_search: 1 } }), {})).toBe(
      'pending no_price_for_meter web_search',
    );
    expect(price(billable('openai', 'gpt-x', { ...USAGE, input_audio: 5 }), {})).toBe(
      'pending no_price_for_meter input_audio',
    );
  });
  it('never prices a refused catalogue entry in part', () => {
    expect(price(call, { refused: 'unit input_video_mtok is not one of ours', meters: {} })).toBe(
      'pending no_price_for_meter',
    );
  });
  it('does not price a call without an input count by its output alone', () => {
    expect(price(billable('openai', 'gpt-x', { output_tokens: 5 }), {})).toBe('pending no_usage');
  });
  it.each<[string, Partial<Usage>]>([
    ['parts beyond the input', { input_tokens: 10, cache_read: 6, cache_write_5m: 5 }],
    ['reasoning beyond the output', { input_tokens: 10, output_tokens: 5, reasoning: 6 }],
    ['cached audio beyond the cache', { input_tokens: 10, cache_read: 5, cache_read_audio: 6 }],
    ['a negative count', { input_tokens: -1 }],
    ['a fraction', { input_tokens: 1.5 }],
    ['NaN', { input_tokens: NaN }],
    ['a negative tool count', { input_tokens: 1, other: { web_search: -1 } }],
  ])('takes %s for inconsistent', (_what, usage) => {
    expect(price(billable('openai', 'gpt-x', usage), {})).toBe('pending inconsistent_usage');
  });
  it.each([null, '', 'standard', 'default', 'auto', 'ON_DEMAND'])(
    'takes the tier %j for the ordinary one',
    (serviceTier) => {
      expect(price({ ...call, serviceTier }, {})).toBe('0.0028 exact');
    },
  );
});

describe('explanations', () => {
  const meters = metersOf({ input_uncached: '2', cache_read: '0.5', output: '8' });
  const call = billable('openai', 'gpt-x', { ...USAGE, cache_read: 400 }, { orgId: 'acme' });
  it('gives the lines of the cost', () => {
    const explained = explainCost(call, AT, bookOf({ meters }));
    expect(explained).toMatchObject({ status: 'priced', costUsd: 2_200_000_000_000_000n });
    expect(
      explained.status === 'priced' &&
        explained.components.map((line) => [line.meter, line.quantity, line.price, formatMoney(line.cost)]),
    ).toEqual([
      ['input_uncached', 600, '2', '0.0012'],
      ['cache_read', 400, '0.5', '0.0002'],
      ['output', 100, '8', '0.0008'],
    ]);
  });
  it('repeats a discounted cost from its stored versions alone', () => {
    const versions = [
      version({ id: '1', meters }),
      version({
        id: '2',
        source: 'contract',
        orgId: 'acme',
        model: '*',
        match: [{ kind: 'any' }],
        meters: {},
        basis: { provider: null, model: null, multiplier: '0.85' },
      }),
    ];
    const priced = priceUsage(call, AT, bookOf(...versions));
    expect(outcome(priced)).toBe('0.00187 exact');
    const stored = priced.status === 'priced' ? priced.priceVersionIds : [];
    expect(stored).toEqual(['2', '1']);
    const chosen = stored.flatMap((id) => versions.filter((one) => one.id === id));
    expect(outcome(explainWithVersions(call, AT, chosen))).toBe('0.00187 exact');
  });
});
