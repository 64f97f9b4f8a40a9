import sql from 'sql-template-tag';
import type { EventView } from '../../backend/src/query/event-view.js';
import { openProduct, type Product } from '../support/product.js';
import { readEvents } from '../support/read-events.js';

interface Stored {
  readonly index: number;
  readonly trace_id: string;
  readonly span_id: string;
  readonly kind: string;
  readonly cost_status: string | null;
  readonly cost_reason: string | null;
  readonly cost_quality: string | null;
  readonly cost_usd: string | null;
}
interface ItemError {
  readonly index: number;
  readonly field: string;
  readonly message: string;
}
interface Result {
  readonly accepted: number;
  readonly events: Stored[];
  readonly errors: ItemError[];
  readonly warnings: ItemError[];
  readonly detail?: string;
}

let product: Product;
beforeAll(async () => {
  product = await openProduct();
});
afterEach(async () => {
  await product.db.query(sql`truncate usage_events, quarantine`);
});
afterAll(() => product.stop());

const NOW = Date.now();
const at = (offsetMs: number): string => new Date(NOW + offsetMs).toISOString();
const GOOD = {
  started_at: at(-3_600_000),
  provider: 'openai',
  model: 'gpt-4o',
  usage: { input_tokens: 1_000, cache_read: 400, output_tokens: 100, reasoning: 20 },
};
// gpt-4o: 2.50, 1.25 and 10 USD per million: 600 × 2.5 + 400 × 1.25 + 100 × 10 = 3,000 millionths.
const GOOD_COST = '0.003';

const send = (body: unknown, key?: string) => product.call<Result>('POST', '/v1/events', body, key);

async function sendOne(event: Readonly<Record<string, unknown>>): Promise<Stored> {
  const { status, body } = await send(event);
  expect([status, body.errors]).toEqual([200, []]);
  const [stored] = body.events;
  if (!stored) throw new Error('the answer names no event');
  return stored;
}

async function errorsOf(event: unknown): Promise<ItemError[]> {
  const { status, body } = await send([event]);
  expect([status, body.accepted]).toEqual([400, 0]);
  return body.errors;
}

async function count(): Promise<number> {
  const { rows } = await product.db.query<{ n: number }>(sql`select count(*)::int as n from usage_events`);
  return rows[0]?.n ?? -1;
}

describe('shape of a request', () => {
  it.each<[string, unknown, number]>([
    ['one event', GOOD, 1],
    ['an array', [GOOD, { ...GOOD, id: 'b' }], 2],
    ['{"events": […]}', { events: [GOOD, { ...GOOD, id: 'b' }, { ...GOOD, id: 'c' }] }, 3],
  ])('takes %s', async (_name, body, expected) => {
    const answer = await send(body);
    expect([answer.status, answer.body.accepted, answer.body.errors]).toEqual([200, expected, []]);
    expect(answer.body.events.map(({ index }) => index)).toEqual([...Array(expected).keys()]);
    expect(answer.body.events[0]).toMatchObject({
      ...{ kind: 'call', cost_status: 'priced', cost_reason: null, cost_quality: 'exact' },
      cost_usd: GOOD_COST,
    });
    expect(await count()).toBe(expected);
  });

  it('takes 1,000 events at once and refuses 1,001', async () => {
    const events = Array.from({ length: 1_001 }, (_, index) => ({ ...GOOD, id: `n${index}` }));
    const refused = await send(events);
    expect([refused.status, await count()]).toEqual([413, 0]);
    expect(refused.body.detail).toMatch(/1001 events; send at most 1000/);
    const taken = await send(events.slice(1));
    expect([taken.status, taken.body.accepted, await count()]).toEqual([200, 1_000, 1_000]);
  });

  it('says so when there is no event in it', async () => {
    for (const body of [[], { events: [] }]) {
      const answer = await send(body);
      expect([answer.status, answer.body.detail]).toEqual([400, expect.stringContaining('no event')]);
    }
  });

  it('names what is wrong by index, field and message, and keeps the good items', async () => {
    const { status, body } = await send([
      GOOD,
      { ...GOOD, started_at: 'yesterday' },
      'no event',
      { ...GOOD, id: 'fine' },
      { ...GOOD, trace_id: 'xyz', usage: { input_tokens: 'many' } },
    ]);
    expect([status, body.accepted]).toEqual([200, 2]);
    expect(body.events.map(({ index }) => index)).toEqual([0, 3]);
    expect(body.errors.map(({ index, field }) => [index, field])).toEqual([
      [1, 'started_at'],
      [2, '(event)'],
      [4, 'trace_id'],
      [4, 'usage.input_tokens'],
    ]);
    for (const { message } of body.errors) expect(message.length).toBeGreaterThan(10);
    expect(await count()).toBe(2);
    const { rows } = await product.db.query(sql`select reason, source, replayable from quarantine`);
    expect(rows).toEqual(Array(3).fill({ reason: 'invalid_event', source: 'json', replayable: false }));
  });

  it('names a missing started_at', async () => {
    expect(await errorsOf({ ...GOOD, started_at: undefined })).toMatchObject([
      { index: 0, field: 'started_at' },
    ]);
  });
});

describe('identity', () => {
  it('is derived from the item, the same for a retry, and returned', async () => {
    const first = await sendOne(GOOD);
    expect(first.trace_id).toMatch(/^(?!0+$)[0-9a-f]{32}$/);
    expect(first.span_id).toMatch(/^(?!0+$)[0-9a-f]{16}$/);
    const { usage, model, ...rest } = GOOD;
    expect(await sendOne({ model, usage, ...rest })).toEqual(first);
    expect(await count()).toBe(1);
    const [event] = await readEvents(product);
    expect([event?.trace_id, event?.span_id]).toEqual([first.trace_id, first.span_id]);
  });

  it('keeps equal items of one request apart, also over retries', async () => {
    const twice = await send([GOOD, GOOD]);
    expect(new Set(twice.body.events.map((event) => event.span_id)).size).toBe(2);
    expect((await send([GOOD, GOOD])).body.events).toEqual(twice.body.events);
    expect(await count()).toBe(2);
  });

  it('comes from the sender\'s own "id" whatever else the item says', async () => {
    const first = await sendOne({ ...GOOD, id: 'order 66' });
    const again = await sendOne({ ...GOOD, id: 'order 66', model: 'gpt-4o-mini' });
    expect([again.trace_id, again.span_id]).toEqual([first.trace_id, first.span_id]);
    expect(await count()).toBe(1);
    const other = await sendOne({ ...GOOD, id: 'order 67' });
    expect(other.span_id).not.toBe(first.span_id);
  });

  it('differs between realms', async () => {
    const { body: key } = await product.call<{ token: string }>('POST', '/api/v1/keys', {
      name: 'acme',
      scopes: ['ingest'],
      org_id: 'acme',
    });
    const team = await sendOne({ ...GOOD, id: 'x' });
    const { body } = await send({ ...GOOD, id: 'x' }, key.token);
    expect(body.events[0]?.trace_id).not.toBe(team.trace_id);
    expect(await count()).toBe(2);
  });

  it('is the given trace and span id, in lower case; all zero is no id', async () => {
    const ids = { trace_id: 'ABCDEF'.padEnd(32, '0'), span_id: 'ABCDEF'.padEnd(16, '0') };
    const stored = await sendOne({ ...GOOD, ...ids });
    expect([stored.trace_id, stored.span_id]).toEqual([
      ids.trace_id.toLowerCase(),
      ids.span_id.toLowerCase(),
    ]);
    const zero = await errorsOf({ ...GOOD, trace_id: '0'.repeat(32), span_id: '0'.repeat(16) });
    expect(zero.map(({ field }) => field)).toEqual(['trace_id', 'span_id']);
  });
});

describe('usage', () => {
  it.each<[string, Record<string, unknown>]>([
    ['negative', { input_tokens: -1, output_tokens: 5 }],
    ['fractional', { input_tokens: 10.5, output_tokens: 5 }],
    ['absurd', { input_tokens: 1e13, output_tokens: 5 }],
    ['beyond any integer', { input_tokens: 1e300, output_tokens: 5 }],
    ['contradictory', { input_tokens: 10, cache_read: 11, output_tokens: 5 }],
  ])('%s counts make the call pending', async (_name, usage) => {
    expect(await sendOne({ ...GOOD, usage })).toMatchObject({
      ...{ kind: 'call', cost_status: 'pending', cost_reason: 'inconsistent_usage', cost_usd: null },
    });
  });

  it.each<[string, unknown]>([
    ['left out', undefined],
    ['null', null],
    ['empty', {}],
    ['zero in and out', { input_tokens: 0, output_tokens: 0 }],
  ])('%s: pending, no_usage', async (_name, usage) => {
    expect(await sendOne({ ...GOOD, usage })).toMatchObject({
      ...{ cost_status: 'pending', cost_reason: 'no_usage', cost_usd: null },
    });
  });

  it('of a failed call: billed when told, unbilled when not', async () => {
    expect(await sendOne({ ...GOOD, error: true })).toMatchObject({ cost_usd: GOOD_COST });
    expect(await sendOne({ ...GOOD, error: true, usage: null })).toMatchObject({
      ...{ cost_status: 'unbilled', cost_reason: 'failed_no_usage', cost_usd: null },
    });
  });

  it('as many unknown fields as a body can hold are warnings, not a failure', async () => {
    const unknown = Object.fromEntries(Array.from({ length: 150_000 }, (_, index) => [`k${index}`, 1]));
    const { status, body } = await send({ ...GOOD, ...unknown });
    expect([status, body.accepted, body.warnings.length]).toEqual([200, 1, 1_000]);
  });

  it('an unknown count is an error that names it; an unknown field of the event a warning', async () => {
    expect(await errorsOf({ ...GOOD, usage: { prompt_tokens: 5 } })).toMatchObject([
      { field: 'usage.prompt_tokens' },
    ]);
    expect(await errorsOf({ ...GOOD, usage: { input_tokens: 5, other: { teapots: 1 } } })).toMatchObject([
      { field: 'usage.other.teapots' },
    ]);
    const { body } = await send({ ...GOOD, prompt: 'tell me' });
    expect([body.accepted, body.errors]).toEqual([1, []]);
    expect(body.warnings).toEqual([
      { index: 0, field: 'prompt', message: expect.stringContaining('not a known field') },
    ]);
  });

  it.each<[string, Record<string, unknown>]>([
    ['whole', { input_tokens: 5 }],
    ['fractional', { input_tokens: 0.5 }],
    ['absurd', { input_tokens: 1e300 }],
  ])('of a step may be %s: a step has no cost', async (_name, usage) => {
    expect(await sendOne({ ...GOOD, kind: 'step', usage })).toMatchObject({
      kind: 'step',
      cost_status: null,
    });
  });
});

describe('price', () => {
  it.each<[string, Record<string, unknown>, string, string]>([
    ['cached and reasoning tokens', GOOD, 'exact', GOOD_COST],
    [
      // 3.75 and 6 USD per million written, 0.30 read, 3 in, 15 out
      'cache writes of both durations',
      {
        ...{ provider: 'anthropic', model: 'claude-sonnet-4-5' },
        usage: {
          ...{ input_tokens: 1_000, cache_read: 100, cache_write_5m: 200, cache_write_1h: 300 },
          output_tokens: 10,
        },
      },
      'exact',
      '0.00393',
    ],
    [
      'writes of unknown duration',
      {
        ...{ provider: 'anthropic', model: 'claude-sonnet-4-5' },
        usage: { input_tokens: 1_000, cache_write: 200, output_tokens: 10 },
      },
      'estimated',
      '0.0033',
    ],
    ['a model whose maker alone sells it', { ...GOOD, provider: null }, 'exact', GOOD_COST],
  ])('%s', async (_name, event, quality, cost) => {
    const stored = await sendOne({ ...event, started_at: GOOD.started_at });
    expect(stored).toMatchObject({ cost_status: 'priced', cost_quality: quality, cost_usd: cost });
  });

  it('of an unknown model is unknown, not zero', async () => {
    expect(await sendOne({ ...GOOD, model: 'no-such-model' })).toMatchObject({
      ...{ cost_status: 'pending', cost_reason: 'unknown_model', cost_usd: null },
    });
  });
});

describe('texts', () => {
  it('with NUL, lone surrogates and control characters are stored as the database can hold them', async () => {
    const odd = 'a\u0000b\ud800c\nd';
    const stored = await sendOne({
      ...GOOD,
      ...{ id: odd, org_id: odd, name: odd, user_id: odd, conversation_id: odd, response_id: odd },
    });
    const [event] = await readEvents(product, { trace_id: stored.trace_id });
    expect([event?.org_id, event?.name, event?.user_id]).toEqual(Array(3).fill('ab\ufffdc d'));
  });

  it('that are much too long are refused by name, not stored and not echoed', async () => {
    const long = 'long '.repeat(200_000);
    const errors = await errorsOf({ ...GOOD, org_id: long, name: long, id: long });
    expect(errors.map(({ field }) => field).sort()).toEqual(['id', 'name', 'org_id']);
    expect(JSON.stringify(errors).length).toBeLessThan(1_000);
    const { body } = await send({ ...GOOD, [long]: long });
    expect(body.accepted).toBe(1);
    expect(JSON.stringify(body).length).toBeLessThan(1_000);
  });
});

describe('time', () => {
  it('may have any zone', async () => {
    const start = NOW - 3_600_000;
    const zoned = (minutes: number): string => {
      const local = new Date(start + minutes * 60_000).toISOString().slice(0, -1);
      const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
      const two = (value: number): string => `${value}`.padStart(2, '0');
      return `${local}${minutes < 0 ? '-' : '+'}${two(hours)}:${two(rest)}`;
    };
    await send(
      [0, 330, -570, 765].map((minutes) => ({ ...GOOD, id: `z${minutes}`, started_at: zoned(minutes) })),
    );
    const events = await readEvents(product);
    expect(events.map((event: EventView) => event.started_at)).toEqual(
      Array(4).fill(new Date(start).toISOString()),
    );
  });

  it.each<[string, number, string]>([
    ['ahead of the clock', 3_600_000, 'in_future'],
    ['older than LATE_EVENTS_MAX_AGE', -500 * 86_400_000, 'too_old'],
  ])('%s: refused, named and kept for a replay', async (_name, offset, reason) => {
    const { status, body } = await send([GOOD, { ...GOOD, started_at: at(offset) }]);
    expect([status, body.accepted]).toEqual([200, 1]);
    expect(body.errors).toMatchObject([{ index: 1, field: 'started_at' }]);
    const { rows } = await product.db.query(sql`select reason, replayable from quarantine`);
    expect(rows).toEqual([{ reason, replayable: true }]);
  });

  it('without a duration, with one, or with an end', async () => {
    await send([
      { ...GOOD, id: 'a' },
      { ...GOOD, id: 'b', duration_ms: 1.5 },
      { ...GOOD, id: 'c', ended_at: at(-3_600_000 + 250) },
      { ...GOOD, id: 'd', ended_at: '9999-12-31T23:59:59Z' },
    ]);
    const durations = (await readEvents(product)).map((event) => event.duration_ms);
    expect(durations.sort((a, b) => a - b)).toEqual([0, 1.5, 250, 365 * 86_400_000]);
  });
});
