import fc from 'fast-check';
import sql from 'sql-template-tag';
import { openTestDb, truncateAll } from '../../../test/support/database.js';
import { keepEvents } from '../../../test/support/events.js';
import { priceVersion, testBook } from '../../../test/support/prices.js';
import { owned, tokens, usageEvent } from '../../../test/support/usage-events.js';
import type { Db, Row } from '../db/db.js';
import type { UsageEvent } from '../ledger/event.js';
import { CALL_SUMS } from './call-sums.js';
import { createEventStore, type EventStore } from './event-store.js';
import type { LedgerRow, StoredRow } from './ledger-row.js';
import { settleAndPrice, settledRow } from './settle-and-price.js';
import { keyHash, KEY_HASH_SQL, lockLedger } from './store.js';
import { storedRow, storedRowsWhere } from './stored-row.js';

const DAY = Date.UTC(2026, 9, 1);
const HOUR = 3_600_000;
const book = testBook();
const richBook = testBook(priceVersion({ id: '3', model: 'late-model' }));

let db: Db;
let store: EventStore;
let written: number[];
beforeAll(async () => {
  db = await openTestDb();
  store = createEventStore({ db, priceBook: () => richBook, onWritten: (at) => written.push(at) });
});
afterAll(() => db.close());
beforeEach(async () => {
  written = [];
  await truncateAll(db);
});

const rowsOf = (events: readonly UsageEvent[]): LedgerRow[] => settleAndPrice(events, book);
const accept = (events: readonly UsageEvent[]) =>
  store.acceptDay(rowsOf(events).map((row) => ({ row, request: 0 })));
const call = (spanId: string, overrides: Partial<UsageEvent> = {}): UsageEvent =>
  usageEvent({ spanId, traceId: `t-${spanId}`, startedAt: DAY + HOUR, ...overrides });

const setMarks = (rawFloor: number, closedBefore: number) =>
  db.query(sql`update ledger_state set raw_floor = ${new Date(rawFloor)}, written_before = ${new Date(closedBefore)},
                                       closed_before = ${new Date(closedBefore)}`);
const close = () => setMarks(DAY, DAY + 24 * HOUR);
const retire = () => setMarks(DAY + 24 * HOUR, DAY + 24 * HOUR);

const readAll = async (): Promise<StoredRow[]> => {
  const { rows } = await db.query(storedRowsWhere(sql`true`));
  return rows.map((row) => storedRow(row, row['place'] as StoredRow['place']));
};
/** Every sum of the calls beside the same sum of all adjustments, as text; a token nobody told counts as none. */
const sums = async (from: 'calls' | 'adjustments') => {
  const columns = CALL_SUMS.map((name) => `trim_scale(coalesce(sum(${name}), 0))::text as ${name}`).join(
    ', ',
  );
  const table =
    from === 'adjustments'
      ? 'ledger_adjustments'
      : `(select 1 as calls, (cost_status = 'priced')::int as priced_calls, (cost_status = 'pending')::int as pending_calls,
           (cost_reason is not distinct from 'failed_no_usage')::int as failed_calls,
           (cost_reason is not distinct from 'written_off')::int as written_off_calls,
           (cost_status = 'priced' and cost_quality <> 'exact')::int as inexact_calls, status_error::int as error_calls,
           cost_usd, case when cost_quality <> 'exact' then cost_usd end as inexact_cost_usd,
           case when status_error then cost_usd end as error_cost_usd, cache_saved_usd, input_tokens, cache_read as cache_read_tokens,
           cache_write_5m as cache_write_5m_tokens, cache_write_1h as cache_write_1h_tokens, output_tokens,
           reasoning as reasoning_tokens, duration_us, org_id
         from (select * from usage_events union all select ${await columnsOf('usage_events')} from kept_events) e
         where kind = 'call') c`;
  const { rows } = await db.query(
    rawSql(`select org_id, ${columns} from ${table} group by org_id having sum(calls) <> 0 order by 1`),
  );
  return rows;
};
const columnsOf = async (table: string): Promise<string> => {
  const { rows } = await db.query<{ name: string }>(
    sql`select column_name as name from information_schema.columns where table_name = ${table} order by ordinal_position`,
  );
  return rows.map(({ name }) => name).join(', ');
};
const rawSql = (text: string) => ({ text, values: [] }) as unknown as ReturnType<typeof sql>;
const meterCost = async () =>
  (await db.query(sql`select trim_scale(sum(cost_usd))::text as cost from ledger_meter_adjustments`))
    .rows[0]?.['cost'];

describe('rows read back', () => {
  it('are the rows written', async () => {
    const [row] = rowsOf([
      call('a', {
        own: owned({ assistantId: 'bot' }),
        usage: tokens(7, 3, { reasoning: 1, other: { web_search: 2 } }),
      }),
    ]);
    if (!row) throw new Error('one row');
    await store.acceptDay([{ row, request: 0 }]);
    const [stored] = await readAll();
    expect(stored).toEqual({ ...row, place: 'raw', requestNumber: '1' });
    expect(written).toEqual([DAY + HOUR]);
  });

  it('know which values were inherited', async () => {
    const root = call('root', {
      traceId: 't',
      spanClass: 'step',
      usage: null,
      own: owned({ orgId: 'acme' }),
    });
    await accept([root, call('leaf', { traceId: 't', parentSpanId: 'root' })]);
    const leaf = (await readAll()).find(({ event }) => event.spanId === 'leaf');
    expect(leaf?.settlement.attribution.orgId).toBe('acme');
    expect(leaf?.event.own.orgId).toBeNull();
  });

  it('give one hash to a key in TypeScript and in SQL', async () => {
    await accept([call('a', { realm: 'org:süß' })]);
    const { rows } = await db.query(sql`select ${KEY_HASH_SQL}::text as hash from usage_events e`);
    expect(rows).toEqual([{ hash: keyHash(call('a', { realm: 'org:süß' })) }]);
  });
});

describe('requests', () => {
  it('are numbered, each by itself', async () => {
    const rows = rowsOf([call('a'), call('b'), call('c')]);
    await store.acceptDay(rows.map((row, index) => ({ row, request: index === 2 ? 1 : 0 })));
    const numbers = (await readAll()).map(({ requestNumber }) => requestNumber);
    expect(new Set(numbers).size).toBe(2);
  });
});

describe('a closed day', () => {
  it('gets a late call and posts it', async () => {
    await close();
    await accept([call('a', { own: owned({ orgId: 'acme' }) })]);
    expect(await sums('adjustments')).toEqual(await sums('calls'));
    const { rows } = await db.query(
      sql`select reason, below_floor, price_version_ids from ledger_adjustments`,
    );
    expect(rows).toEqual([{ reason: 'late_event', below_floor: false, price_version_ids: '2,1' }]);
    expect(await meterCost()).toBe('0.0027');
  });

  it('posts nothing for a resend', async () => {
    await close();
    await accept([call('a')]);
    await accept([call('a'), call('a', { spanId: 'b' })]);
    const { rows } = await db.query(sql`select sum(calls)::int as calls from ledger_adjustments`);
    expect(rows).toEqual([{ calls: 2 }]);
  });

  it('posts the difference of a richer resend', async () => {
    await close();
    await accept([call('a', { usage: null, usageProblem: 'no_usage', detail: 1 })]);
    await accept([call('a', { detail: 9 })]);
    expect(await sums('adjustments')).toEqual(await sums('calls'));
    expect((await readAll())[0]?.cost.status).toBe('priced');
  });

  it('leaves a row alone that has changed since it was read, and posts nothing for it', async () => {
    await accept([call('a', { requestModel: 'late-model' })]);
    const [before] = await readAll();
    if (!before) throw new Error('one row');
    await accept([call('a', { requestModel: 'late-model', usage: tokens(1, 1), detail: 9_999 })]);
    await close();
    const change = { before, after: settledRow(before.event, before.settlement, richBook) };
    expect(await store.changeDay([change], { reason: 'repriced', part: 'settled' })).toEqual({
      changed: 0,
      stale: [change],
    });
    expect((await db.query(sql`select 1 from ledger_adjustments`)).rows).toEqual([]);
  });
});

describe('below the raw floor', () => {
  const retireWithKeys = async () => {
    await db.query(sql`insert into retired_keys (day, keys)
      select '2026-10-01', array_agg(${KEY_HASH_SQL} order by 1) from usage_events e where kind <> 'step'`);
    await keepEvents(db, sql`cost_status = 'pending'`);
    await db.query(sql`delete from usage_events`);
    await retire();
  };

  it('knows a resend of a call whose row is gone', async () => {
    await accept([call('a')]);
    await retireWithKeys();
    expect(await accept([call('a'), call('new')])).toEqual({ written: 1, late: 1 });
    expect((await readAll()).map(({ event, place }) => [event.spanId, place])).toEqual([['new', 'kept']]);
    const { rows } = await db.query(sql`select calls::int, below_floor from ledger_adjustments`);
    expect(rows).toEqual([{ calls: 1, below_floor: true }]);
    expect(written).toHaveLength(1);
  });

  it('prices a kept pending call by a richer resend and by a price', async () => {
    await accept([
      call('a', { usage: null, usageProblem: 'no_usage', detail: 1 }),
      call('b', { requestModel: 'late-model' }),
    ]);
    await retireWithKeys();
    await accept([call('a', { detail: 9 })]);
    const before = (await readAll()).find(({ event }) => event.spanId === 'b');
    if (!before) throw new Error('b is kept');
    const after = settledRow(before.event, before.settlement, richBook);
    await store.changeDay([{ before, after }], { reason: 'repriced', part: 'settled' });
    expect((await readAll()).map(({ cost }) => cost.status)).toEqual(['priced', 'priced']);
    const { rows } = await db.query(sql`
      select reason, calls::int, pending_calls::int, priced_calls::int, trim_scale(cost_usd)::text as cost_usd
      from ledger_adjustments order by id`);
    expect(rows).toEqual([
      { reason: 'richer_usage', calls: 0, pending_calls: -1, priced_calls: 1, cost_usd: '0.003' },
      { reason: 'repriced', calls: 0, pending_calls: -1, priced_calls: 1, cost_usd: '0.003' },
    ]);
    const { rows: recovered } = await db.query(
      sql`select span_id from kept_events where recovered_at is not null`,
    );
    expect(recovered).toEqual([{ span_id: 'b' }]);
  });

  it('does not guess the cost of a wrapper whose context is gone', async () => {
    await retire();
    await accept([call('w', { spanClass: 'wrapper', usageQuality: 'estimated' })]);
    const [row] = await readAll();
    expect(row?.cost).toMatchObject({ status: 'pending', reason: 'late_context_gone', costUsd: null });
    expect(await sums('adjustments')).toEqual(await sums('calls'));
  });
});

describe('the ledger of a closed day', () => {
  const orgs = ['acme', 'globex', null] as const;
  const step = fc.record({
    span: fc.integer({ min: 0, max: 7 }),
    org: fc.constantFrom(...orgs),
    model: fc.constantFrom('gpt-4o', 'late-model', 'nobody-knows'),
    input: fc.integer({ min: 0, max: 1_000_000 }),
    detail: fc.integer({ min: 1, max: 4 }),
    error: fc.boolean(),
    what: fc.constantFrom('send', 'send', 'reprice', 'move', 'write-off'),
  });

  it.each(['raw', 'kept'] as const)(
    'follows every change of its calls to the last digit (%s)',
    async (place) => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
          await truncateAll(db);
          await (place === 'raw' ? close() : retire());
          for (const { span, org, model, input, detail, error, what } of steps) {
            const spanId = `s${span}`;
            if (what === 'send') {
              const own = owned({ orgId: org });
              const usage = tokens(input, input % 97);
              await accept([call(spanId, { own, requestModel: model, usage, detail, statusError: error })]);
              continue;
            }
            const before = (await readAll()).find(({ event }) => event.spanId === spanId);
            if (before) await change(what, before, org);
          }
          expect(await sums('adjustments')).toEqual(await sums('calls'));
          const { rows } = await db.query(
            sql`select trim_scale(sum(cost_usd))::text as cost from ledger_adjustments`,
          );
          expect((await meterCost()) ?? '0').toBe(rows[0]?.['cost'] ?? '0');
        }),
        { numRuns: 25 },
      );
    },
  );

  async function change(what: 'reprice' | 'move' | 'write-off', before: StoredRow, org: string | null) {
    const attribution = { ...before.settlement.attribution, orgId: org };
    const settlement = what === 'move' ? { ...before.settlement, attribution } : before.settlement;
    const priced = settledRow(before.event, settlement, what === 'reprice' ? richBook : book);
    const cost = {
      ...priced.cost,
      status: 'unbilled',
      reason: 'written_off',
      quality: null,
      costUsd: null,
    } as const;
    const after = what === 'write-off' ? { ...before, cost: { ...cost, priceVersionIds: [] } } : priced;
    const reasons = { reprice: 'repriced', move: 'settled', 'write-off': 'written_off' } as const;
    const made = await store.changeDay([{ before, after }], { reason: reasons[what], part: 'settled' });
    expect(made.changed).toBe(1);
  }

  it('stays exact while many write at once', async () => {
    const events = Array.from({ length: 400 }, (_, index) =>
      call(`c${index % 100}`, { detail: 1 + Math.floor(index / 100), usage: tokens(index * 31, index) }),
    );
    const total = sql`select count(*)::int as calls, coalesce(sum(cost_usd), 0) as cost from usage_events`;
    let base: Promise<Row | undefined> | undefined;
    const closeNow = (): Promise<Row | undefined> =>
      db.transaction(async (tx) => {
        await lockLedger(tx);
        await tx.query(sql`update ledger_state set closed_before = ${new Date(DAY + 24 * HOUR)}`);
        return (await tx.query(total)).rows[0];
      });
    await Promise.all(
      events.map((event, index) => {
        if (index === 200) base = closeNow();
        return accept([event]);
      }),
    );
    const closed = await base;
    const { rows } = await db.query(sql`
      select now.calls, now.cost - ${String(closed?.['cost'])}::numeric as cost, now.calls - ${Number(closed?.['calls'])}::int as late,
             sum(a.calls)::int as posted, sum(a.cost_usd) as posted_cost, (select sum(detail)::int from usage_events) as detail
      from (${total}) as now, ledger_adjustments a group by 1, 2, 3`);
    const [end] = rows;
    expect(end).toMatchObject({ calls: 100, detail: 400 });
    expect(end?.['posted']).toBe(end?.['late']);
    expect(end?.['posted_cost']).toBe(end?.['cost']);
  });
});
