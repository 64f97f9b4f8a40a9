import { Command } from 'commander';
import sql from 'sql-template-tag';
import { createApiClient } from '../../backend/src/cli/api-client.js';
import { addQuarantineCommands } from '../../backend/src/cli/quarantine-commands.js';
import type { EventView } from '../../backend/src/query/event-view.js';
import { otlpForms } from '../support/otlp-forms.js';
import { ADMIN_KEY, openProduct, type Product } from '../support/product.js';
import { captureNames, readJson } from '../support/read-capture.js';
import { readEvents } from '../support/read-events.js';

/** Refuses what is older than 13 months. */
let strict: Product;
/** The same database after a restart with a larger LATE_EVENTS_MAX_AGE. */
let lenient: Product;
/** Another database, which takes everything at once: what a replay must come to. */
let reference: Product;

beforeAll(async () => {
  strict = await openProduct();
  lenient = await openProduct({ LATE_EVENTS_MAX_AGE: '36500d' }, strict.db);
  reference = await openProduct({ LATE_EVENTS_MAX_AGE: '36500d' });
});
afterEach(async () => {
  for (const { db } of [strict, reference]) await db.query(sql`truncate usage_events, quarantine`);
});
afterAll(async () => {
  await lenient.stop();
  await strict.stop();
  await reference.stop();
});

interface Item {
  readonly id: string;
  readonly reason: string;
  readonly message: string;
  readonly times_seen: number;
  readonly replayable: boolean;
  readonly source: string;
}
interface Outcome {
  readonly id: string;
  readonly replayed: boolean;
  readonly message: string;
}

const CALL = { provider: 'openai', model: 'gpt-4o', usage: { input_tokens: 1_000, output_tokens: 100 } };
const OLD = '2023-05-05T05:05:05.005Z';
const list = async (query = ''): Promise<{ items: Item[]; next_cursor: string | null }> =>
  (await strict.call<{ items: Item[]; next_cursor: string | null }>('GET', `/api/v1/quarantine${query}`))
    .body;
const replay = async (product: Product, choice: object): Promise<Outcome[]> =>
  (await product.call<{ outcomes: Outcome[] }>('POST', '/api/v1/quarantine/replay', choice)).body.outcomes;

async function post({ url }: Product, body: Uint8Array | string, headers: Readonly<Record<string, string>>) {
  return (
    await fetch(`${url}/v1/traces`, {
      method: 'POST',
      body,
      headers: { authorization: `Bearer ${ADMIN_KEY}`, ...headers },
    })
  ).status;
}
const JSON_HEADERS = { 'content-type': 'application/json' };

/** The capture as if it had been taken in 2023: each time moved by the same whole milliseconds. */
function aged(name: string): { resourceSpans: unknown[] } {
  const backMs = BigInt(Date.parse('2026-11-22T00:00:00Z') - Date.parse(OLD));
  return JSON.parse(JSON.stringify(readJson(`${name}.otlp.json`)), (key, value: unknown) =>
    /TimeUnixNano$/i.test(key) ? `${BigInt(value as string) - backMs * 1_000_000n}` : value,
  ) as { resourceSpans: unknown[] };
}

const withoutArrival = (events: readonly EventView[]) =>
  events.map((event) => ({ ...event, ingested_at: null, price_version_ids: null }));

describe('what was too old', () => {
  it.each([...captureNames(), ...captureNames('python').map((name) => `python/${name}`)])(
    '%s: a replay makes the events that would have been accepted at first',
    async (name) => {
      const request = aged(name);
      for (const form of otlpForms(request)) {
        expect(await post(strict, form.body, form.headers)).toBe(200);
      }
      expect(await readEvents(strict)).toEqual([]);
      expect(new Set((await list('?limit=1000')).items.map(({ reason }) => reason))).toEqual(
        new Set(['too_old']),
      );
      for (const outcome of await replay(strict, { all: true }))
        expect(outcome).toMatchObject({
          replayed: false,
          message: expect.stringContaining('LATE_EVENTS_MAX_AGE'),
        });

      const outcomes = await replay(lenient, { all: true });
      expect(outcomes.filter(({ replayed }) => !replayed)).toEqual([]);
      expect((await list()).items).toEqual([]);
      expect(await post(reference, JSON.stringify(request), JSON_HEADERS)).toBe(200);
      const expected = withoutArrival(await readEvents(reference));
      expect(expected.length).toBeGreaterThan(0);
      expect(withoutArrival(await readEvents(lenient))).toEqual(expected);
    },
  );

  it('a JSON event becomes the same event too, whatever way its identity was told', async () => {
    const events = [
      { ...CALL, started_at: OLD },
      { ...CALL, started_at: OLD, id: 'mine', org_id: 'acme', name: 'a call', response_id: 'r1' },
      { ...CALL, started_at: OLD, trace_id: 'A'.repeat(32), span_id: 'B'.repeat(16), duration_ms: 5 },
      { started_at: OLD, kind: 'step', name: 'a step', parent_span_id: 'c'.repeat(16) },
      { ...CALL, started_at: OLD, error: true, usage: null },
      { ...CALL, started_at: OLD, usage: { input_tokens: -1, output_tokens: 1.5 } },
    ];
    const refused = await strict.call('POST', '/v1/events', events);
    expect([refused.status, (await list()).items.length]).toEqual([400, events.length]);
    expect((await replay(lenient, { reason: 'too_old' })).every(({ replayed }) => replayed)).toBe(true);
    await reference.call('POST', '/v1/events', events);
    const expected = withoutArrival(await readEvents(reference));
    expect(expected).toHaveLength(events.length);
    expect(withoutArrival(await readEvents(lenient))).toEqual(expected);
    // And it is known as the same when its sender tries again.
    await lenient.call('POST', '/v1/events', events);
    expect(await readEvents(lenient)).toHaveLength(events.length);
  });
});

describe('a resend', () => {
  it('is counted, not stored again', async () => {
    const span = { traceId: 'xyz', spanId: 'a'.repeat(16), startTimeUnixNano: '1', name: 'x' };
    const body = JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] });
    for (let sent = 0; sent < 3; sent += 1) {
      await post(strict, body, JSON_HEADERS);
      await post(strict, 'no protobuf', { 'content-type': 'application/x-protobuf' });
      await strict.call('POST', '/v1/events', { started_at: 'never' });
    }
    const { items } = await list();
    expect(items.map(({ source, reason, times_seen: times }) => [source, reason, times])).toEqual([
      ['otlp', 'invalid_trace_id', 3],
      ['body', 'undecodable_body', 3],
      ['json', 'invalid_event', 3],
    ]);
  });
});

describe('list, replay and drop', () => {
  beforeEach(async () => {
    await strict.call('POST', '/v1/events', [
      { ...CALL, started_at: OLD },
      { ...CALL, started_at: 'never' },
      { ...CALL, started_at: new Date(Date.now() + 86_400_000).toISOString() },
    ]);
    await post(strict, 'no protobuf', { 'content-type': 'application/x-protobuf' });
  });

  it('list in pages, oldest first, and by reason', async () => {
    const reasons: string[] = [];
    for (let cursor: string | null | undefined; cursor !== null;) {
      const page = await list(`?limit=1${cursor ? `&cursor=${cursor}` : ''}`);
      reasons.push(...page.items.map(({ reason }) => reason));
      cursor = page.next_cursor;
    }
    expect([...reasons].sort()).toEqual(['in_future', 'invalid_event', 'too_old', 'undecodable_body']);
    expect((await list('?reason=in_future')).items).toMatchObject([
      { reason: 'in_future', replayable: true },
    ]);
    expect((await strict.call('GET', '/api/v1/quarantine?reason=bad')).status).toBe(400);
  });

  it('what cannot be rebuilt says so and stays', async () => {
    const outcomes = await replay(lenient, { all: true });
    expect(outcomes).toHaveLength(4);
    expect(outcomes.filter(({ replayed }) => replayed)).toHaveLength(1);
    const messages = outcomes.flatMap(({ replayed, message }) => (replayed ? [] : [message]));
    expect(messages.filter((message) => message.startsWith('cannot be rebuilt: '))).toHaveLength(2);
    expect(messages.filter((message) => message.startsWith('still refused: '))).toHaveLength(1);
    expect((await list()).items).toHaveLength(3);
  });

  it('takes items by id, by reason or all, and nothing by mistake', async () => {
    const drop = async (choice: object) =>
      strict.call<{ dropped: number }>('POST', '/api/v1/quarantine/drop', choice);
    expect(await drop({})).toMatchObject({ status: 400, body: { code: 'nothing_chosen' } });
    expect((await drop({ ids: ['x'] })).status).toBe(400);
    expect((await drop({ everything: true })).status).toBe(400);
    const [first] = (await list()).items;
    expect((await drop({ ids: [first?.id] })).body.dropped).toBe(1);
    expect((await drop({ ids: [first?.id] })).body.dropped).toBe(0);
    expect((await drop({ reason: 'undecodable_body' })).body.dropped).toBe(1);
    expect((await drop({ all: true })).body.dropped).toBe(2);
    expect(await replay(strict, { all: true })).toEqual([]);
  });

  it('does the same from the command line', async () => {
    expect(await cli('quarantine', 'list')).toMatch(/too_old\s+yes[\s\S]*undecodable_body\s+no/);
    expect(await cli('quarantine', 'list', '--reason', 'in_future')).not.toContain('too_old');
    expect(await cli('quarantine', 'replay', '--reason', 'too_old')).toMatch(/yes\s+stored as an event/);
    expect(await readEvents(strict)).toHaveLength(1);
    expect(await cli('quarantine', 'replay', '--all')).toMatch(/no\s+cannot be rebuilt/);
    await expect(cli('quarantine', 'drop')).rejects.toThrow('name the items');
    expect(await cli('quarantine', 'drop', '--all')).toBe('3 dropped.');
    expect(await cli('quarantine', 'list')).toBe('The quarantine is empty.');
  });
});

/** What a command of the CLI prints, talking to the restarted server. */
async function cli(...command: string[]): Promise<string> {
  let printed = '';
  const program = new Command().exitOverride();
  addQuarantineCommands(program, async (work) => {
    printed = await work(createApiClient(lenient.url, ADMIN_KEY), true);
  });
  await program.parseAsync(command, { from: 'user' });
  return printed;
}
