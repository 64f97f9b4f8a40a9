import { Command } from 'commander';
import sql from 'sql-template-tag';
import { boundTo, callRoute, team } from '../../../test/support/call-route.js';
import { openTestDb, truncateAll } from '../../../test/support/database.js';
import {
  closedSums,
  DAYS,
  ledgerDays,
  OPEN_DAY,
  type LedgerDays,
} from '../../../test/support/ledger-days.js';
import { priceVersion, testBook } from '../../../test/support/prices.js';
import { owned, tokens, usageEvent } from '../../../test/support/usage-events.js';
import { allowedOrganisations } from '../access/allowed.js';
import type { ApiClient } from '../cli/api-client.js';
import { addPendingCommands } from '../cli/pending-commands.js';
import type { Db } from '../db/db.js';
import type { EventStore } from '../event-store/event-store.js';
import type { UsageEvent } from '../ledger/event.js';
import { createPendingRoutes } from './pending-routes.js';
import { createReprice } from './reprice.js';

const HOUR = 3_600_000;

let db: Db;
let ledger: LedgerDays;
beforeAll(async () => {
  db = await openTestDb();
});
afterAll(() => db.close());
beforeEach(async () => {
  await truncateAll(db);
  ledger = await ledgerDays(db);
});

const call = (spanId: string, overrides: Partial<UsageEvent> = {}): UsageEvent =>
  usageEvent({
    spanId,
    traceId: `t-${spanId}`,
    startedAt: OPEN_DAY + HOUR,
    requestModel: 'new',
    ...overrides,
  });
/** One call of an unknown model in each of the three days, of acme. */
const waiting = (): UsageEvent[] =>
  DAYS.map((day, index) => call(`d${index}`, { startedAt: day + HOUR, own: owned({ orgId: 'acme' }) }));
const silent = (spanId: string): UsageEvent =>
  call(spanId, { usage: null, usageProblem: 'no_usage', detail: 1 });
const accept = (...events: UsageEvent[]) => ledger.accept(events, testBook());

const routes = (events: Pick<EventStore, 'changeDay'> = ledger.events) =>
  createPendingRoutes({ db, events, allowed: allowedOrganisations });
const report = (query = '', caller = team) => callRoute(routes(), caller, 'get', `/api/v1/pending${query}`);
const writeOff = (body: object, events?: Pick<EventStore, 'changeDay'>, caller = team) =>
  callRoute(routes(events), caller, 'post', '/api/v1/pending/write-off', { note: 'lost', ...body });
const states = async () =>
  Object.fromEntries(
    [...(await ledger.rows())].sort().map(([span, { cost }]) => [span, cost.reason ?? cost.status]),
  );
const expectExact = async (): Promise<void> =>
  expect(await closedSums(db, 'adjustments')).toEqual(await closedSums(db, 'calls'));
const AFTER = '2026-10-10';

describe('the report', () => {
  it('counts pending calls of every day by reason, provider and model, most calls first', async () => {
    await accept(...waiting(), silent('silent'), call('priced', { requestModel: 'gpt-4o' }));
    const { calls, groups } = await report();
    expect(calls).toBe(4);
    expect(groups).toMatchObject([
      {
        ...{ reason: 'unknown_model', provider: 'openai', model: 'new', service_tier: null, calls: 3 },
        ...{ tokens: '3150', oldest: '2026-10-01T01:00:00.000Z', newest: '2026-10-03T01:00:00.000Z' },
      },
      { reason: 'no_usage', calls: 1, tokens: null },
    ]);
  });

  it('shows a bound key its own organisation only', async () => {
    await accept(...waiting(), call('other', { own: owned({ orgId: 'other' }) }));
    expect(await report('', boundTo('other'))).toMatchObject({ calls: 1 });
    await expect(report('?org_id=acme', boundTo('other'))).rejects.toMatchObject({ status: 403 });
    expect(await report('?org_id=acme')).toMatchObject({ calls: 3 });
  });
});

describe('giving up', () => {
  it('is shown before it is done', async () => {
    await accept(...waiting());
    const before = await states();
    const shown = await writeOff({ before: AFTER, dry_run: true });
    expect(shown).toMatchObject({ dry_run: true, calls: 3, written_off: 0, groups: [{ tokens: '3150' }] });
    expect(await states()).toEqual(before);
  });

  it('is posted in closed days, with author and note', async () => {
    await accept(...waiting());
    expect(await writeOff({ before: AFTER })).toMatchObject({ written_off: 3, complete: true });
    expect(await states()).toEqual({ d0: 'written_off', d1: 'written_off', d2: 'written_off' });
    await expectExact();
    const { rows } = await db.query(sql`
      select author, note, pending_calls::int as pending, written_off_calls::int as written_off
      from ledger_adjustments where reason = 'written_off'`);
    const posted = { author: 'team', note: 'lost', pending: -1, written_off: 1 };
    expect(rows).toEqual([posted, posted]);
  });

  it('takes only the calls that it names', async () => {
    await accept(...waiting(), silent('silent'), call('other', { own: owned({ orgId: 'other' }) }));
    await writeOff({
      reason: 'unknown_model',
      provider: 'openai',
      model: 'new',
      org_id: 'acme',
      before: '2026-10-03',
    });
    expect(await states()).toEqual({
      ...{ d0: 'written_off', d1: 'written_off', d2: 'unknown_model' },
      ...{ other: 'unknown_model', silent: 'no_usage' },
    });
    await expect(writeOff({ before: 'soon' })).rejects.toMatchObject({ errors: [{ field: 'before' }] });
  });

  it('of a bound key reaches its own organisation only', async () => {
    await accept(...waiting(), call('other', { own: owned({ orgId: 'other' }) }));
    await writeOff({ before: AFTER }, ledger.events, boundTo('other'));
    expect(await states()).toEqual({
      ...{ d0: 'unknown_model', d1: 'unknown_model', d2: 'unknown_model', other: 'written_off' },
    });
  });

  it('goes on where it died', async () => {
    await accept(...waiting());
    let left = 1;
    const dying: Pick<EventStore, 'changeDay'> = {
      async changeDay(...change) {
        const made = await ledger.events.changeDay(...change);
        if (left-- === 0) throw new Error('killed');
        return made;
      },
    };
    await expect(writeOff({ before: AFTER }, dying)).rejects.toThrow('killed');
    expect(await writeOff({ before: AFTER })).toMatchObject({ written_off: 1 });
    await expectExact();
  });

  it('stays when a price comes, and ends when a richer usage comes', async () => {
    await accept(...waiting());
    await writeOff({ before: AFTER });
    await ledger.record(priceVersion({ id: '', source: 'override', model: 'new' }));
    const reprice = createReprice({ db, events: ledger.events, prices: ledger.prices });
    await reprice.run({ signal: new AbortController().signal, forced: false });
    expect(new Set(Object.values(await states()))).toEqual(new Set(['written_off']));
    const [, closed] = waiting();
    if (!closed) throw new Error('a call is missing');
    await ledger.accept([{ ...closed, usage: tokens(2000, 50), detail: 9_000 }], ledger.prices.current());
    expect(await states()).toEqual({ d0: 'written_off', d1: 'priced', d2: 'written_off' });
    await expectExact();
  });
});

describe('the command', () => {
  const api = {
    get: (path: string) => callRoute(routes(), team, 'get', path),
    post: (path: string, body: object) =>
      callRoute(routes(), team, 'post', path, JSON.parse(JSON.stringify(body))),
  } as unknown as ApiClient;
  const tokenledger = async (...args: string[]): Promise<string> => {
    let output = '';
    const program = new Command().exitOverride();
    addPendingCommands(program, async (command) => {
      output = await command(api, true);
    });
    await program.parseAsync(['pending', ...args], { from: 'user' });
    return output;
  };

  it('prints what waits and the commands that end it', async () => {
    await accept(...waiting());
    const output = await tokenledger('--org', 'acme');
    expect(output).toContain('unknown_model  openai    new');
    expect(output).toContain('prices set --provider openai --model new --free');
    expect(await tokenledger('--org', 'nobody')).toBe('No call waits for a cost.');
  });

  it('gives up only when told twice', async () => {
    await accept(...waiting(), silent('silent'));
    const words = ['write-off', '--reason', 'unknown_model', '--before', AFTER, '--note', 'lost'];
    expect(await tokenledger(...words)).toContain('3 calls would be written off. Add --yes to do it.');
    expect(await tokenledger(...words, '--yes', '--dry-run')).toContain('would be written off');
    expect((await states())['d0']).toBe('unknown_model');
    expect(await tokenledger(...words, '--yes')).toContain('3 calls written off.');
    expect((await states())['silent']).toBe('no_usage');
  });
});
