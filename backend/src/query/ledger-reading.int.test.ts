import sql from 'sql-template-tag';
import { boundTo, callRoute, team } from '../../../test/support/call-route.js';
import {
  BOOK,
  callOf,
  closingOf,
  day,
  DAY_MS,
  LATER_BOOK,
  pendingCallOf,
  storedRows,
  type Closing,
} from '../../../test/support/closing.js';
import { openTestDb, truncateAll } from '../../../test/support/database.js';
import { storedEvent, type StoredEvent } from '../../../test/support/events.js';
import { owned, tokens } from '../../../test/support/usage-events.js';
import {
  expectedUsage,
  intervalName,
  MEASURES,
  randomOf,
  type Random,
  type RandomRequest,
  type Row,
} from '../../../test/support/usage-oracle.js';
import { allowedOrganisations } from '../access/allowed.js';
import type { Db } from '../db/db.js';
import { dayOf, rowKey, type LedgerRow, type RowChange, type StoredRow } from '../event-store/ledger-row.js';
import { settleAndPrice, settledRow } from '../event-store/settle-and-price.js';
import type { Caller } from '../http/caller.js';
import type { UsageEvent } from '../ledger/event.js';
import { formatMoney } from '../ledger/money.js';
import { createQueryRoutes } from './routes.js';

/** Days that are closed and retired while events come, late ones too, and calls change; against a list of all of them. */
const DAYS = 14;
const ORGS = ['acme', 'globex', 'initech'];
type AsOf = 'known' | 'closed';

let db: Db;
let closing: Closing;
beforeAll(async () => {
  db = await openTestDb();
});
afterAll(() => db.close());
beforeEach(async () => {
  await truncateAll(db);
  closing = closingOf(db);
});

interface Answer {
  readonly rows: Row[];
  readonly totals: Row;
  readonly meta: { readonly distinct_method?: string };
}
async function ask(body: object, caller: Caller = team): Promise<Answer> {
  const fresh = () => closing.refresher.ensureFresh();
  const routes = createQueryRoutes({ db, priceBook: () => BOOK, allowed: allowedOrganisations, fresh });
  return (await callRoute(routes, caller, 'post', '/api/v1/query', body)) as unknown as Answer;
}

/** Every call ever sent as it is now, and each day as it was when it was closed. */
class Truth {
  readonly now = new Map<string, LedgerRow>();
  readonly closed = new Map<number, LedgerRow[]>();

  add(rows: readonly LedgerRow[]): void {
    for (const row of rows) this.now.set(rowKey(row), row);
  }

  /** Remembers days below `before` that were not remembered yet. */
  close(before: number): void {
    for (let at = day(0); at < before; at += DAY_MS) {
      if (this.closed.has(at)) continue;
      this.closed.set(
        at,
        [...this.now.values()].filter(({ event }) => dayOf(event.startedAt) === at),
      );
    }
  }

  rows(asOf: AsOf): StoredEvent[] {
    const open = [...this.now.values()].filter(({ event }) => !this.closed.has(dayOf(event.startedAt)));
    const rows = asOf === 'known' ? [...this.now.values()] : [...open, ...[...this.closed.values()].flat()];
    return rows.map(asStored);
  }
}

function asStored({ event, settlement, cost, model }: LedgerRow): StoredEvent {
  const { attribution } = settlement;
  return storedEvent({
    started_at: new Date(event.startedAt).toISOString(),
    kind: settlement.kind,
    duration_us: event.durationUs,
    status_error: event.statusError,
    org_id: attribution.orgId ?? 'unattributed',
    assistant_id: attribution.assistantId,
    query_type: attribution.queryType,
    environment: attribution.environment,
    provider: event.provider,
    model,
    input_tokens: event.usage?.input_tokens ?? null,
    cache_read: event.usage?.cache_read ?? null,
    output_tokens: event.usage?.output_tokens ?? null,
    cost_status: cost.status,
    cost_reason: cost.reason,
    cost_quality: cost.quality,
    cost_usd: cost.costUsd === null ? null : formatMoney(cost.costUsd),
    cache_saved_usd: cost.cacheSavedUsd === null ? null : formatMoney(cost.cacheSavedUsd),
  });
}

let number = 0;
function randomCall(random: Random, dayNumber: number): UsageEvent {
  number += 1;
  const make = random.chance(0.3) ? pendingCallOf : callOf;
  const event = make(random.pick(ORGS), dayNumber, random.whole(86_400));
  const assistantId = random.pick(['bot', 'desk', null]);
  const told = { ...event.own, assistantId, queryType: random.pick(['chat', null]) };
  return {
    ...event,
    ...{ traceId: `t${number}`, own: told, statusError: random.chance(0.2) },
    startedAt: random.chance(0.3) ? Math.floor(event.startedAt / 900_000) * 900_000 : event.startedAt,
    durationUs: random.whole(1e7),
    usage: random.chance(0.9) ? tokens(random.whole(1e5), random.whole(1e4)) : null,
    usageProblem: null,
  };
}

/** A late price, or another organisation with its contract. */
function randomChange(random: Random, before: StoredRow): RowChange {
  const { event, settlement } = before;
  const orgId = random.pick(ORGS);
  const attribution = random.chance(0.5) ? { ...settlement.attribution, orgId } : settlement.attribution;
  return { before, after: settledRow(event, { ...settlement, attribution }, LATER_BOOK) };
}

async function changeSome(random: Random, truth: Truth): Promise<void> {
  const picked = (await storedRows(db)).filter(() => random.chance(0.15));
  for (const of of new Set(picked.map(({ event }) => dayOf(event.startedAt)))) {
    const changes = picked
      .filter(({ event }) => dayOf(event.startedAt) === of)
      .map((before) => randomChange(random, before));
    const { stale } = await closing.store.changeDay(changes, { part: 'settled', reason: 'settled' });
    expect(stale).toEqual([]);
    truth.add(changes.map(({ after }) => after));
  }
}

function randomRequest(random: Random): RandomRequest & { as_of: AsOf } {
  const grid = random.pick([1, 900_000, 3_600_000, DAY_MS, DAY_MS, DAY_MS]);
  const from = day(0) + random.whole(DAYS * DAY_MS);
  const to = from + random.whole(10 * DAY_MS);
  const filters = random.chance(0.3)
    ? [
        {
          dimension: random.pick(['org_id', 'model', 'assistant_id'] as const),
          operator: '!=',
          values: ['bot'],
        },
      ]
    : [];
  return {
    from: new Date(Math.floor(from / grid) * grid).toISOString(),
    to: new Date(Math.floor(to / grid) * grid + grid).toISOString(),
    time_zone: random.pick(['UTC', 'UTC', 'Etc/UTC', 'Europe/Berlin', 'Asia/Kolkata', 'America/New_York']),
    interval: random.pick([null, '15m', '1h', '1d', '1d', '1w', '1mo']),
    measures: [...MEASURES],
    group_by: (['org_id', 'model', 'assistant_id', 'query_type'] as const).filter(() => random.chance(0.3)),
    filters,
    as_of: random.pick(['known', 'known', 'closed']),
  };
}

/** What may be 0 instead of null once adjustments took away what was there: which calls told tokens is not kept. */
const BLURRED = MEASURES.filter(
  (name) => name.endsWith('_tokens') || name === 'error_cost_usd' || name === 'cache_saved_usd',
);
const clear = (row: Row): Row => ({
  ...row,
  ...Object.fromEntries(
    BLURRED.map((name) => [name, row[name] === null || row[name] === '0' ? 0 : (row[name] ?? null)]),
  ),
});

async function compare(
  request: RandomRequest & { as_of: AsOf },
  truth: Truth,
  rawFloor: number,
): Promise<boolean> {
  let answer: Answer;
  try {
    answer = await ask(request);
  } catch (error) {
    expect(error).toMatchObject({ status: 422 });
    const ends = [Date.parse(request.from), Date.parse(request.to)];
    const finer = ends.some((end) => end % 900_000 !== 0 && end < rawFloor);
    const closedByParts =
      request.as_of === 'closed' &&
      (ends.some((end) => end % DAY_MS !== 0) ||
        !['1d', '1w', '1mo', null].includes(request.interval) ||
        !/UTC/.test(request.time_zone));
    expect(finer || closedByParts).toBe(true);
    return false;
  }
  const { groups, totals } = expectedUsage(truth.rows(request.as_of), request);
  const got = answer.rows.map(({ time, ...row }): [string, Row] => {
    const at = time === undefined ? '' : intervalName(Date.parse(String(time)), request);
    const key = JSON.stringify([at, request.group_by.map((name) => row[name])]);
    return [key, clear(Object.fromEntries(MEASURES.map((name) => [name, row[name] ?? null])))];
  });
  expect(got).toHaveLength(groups.size);
  expect(new Map(got)).toEqual(new Map([...groups].map(([key, row]) => [key, clear(row)])));
  expect(clear(answer.totals)).toEqual(clear(totals));
  return true;
}

const marks = async (): Promise<{ rawFloor: number; writtenBefore: number }> => {
  const { rows } = await db.query<{ raw_floor: Date; written_before: Date }>(
    sql`select raw_floor, written_before from ledger_state`,
  );
  return { rawFloor: Number(rows[0]?.raw_floor), writtenBefore: Number(rows[0]?.written_before) };
};

describe('POST /api/v1/query while days are closed and retired', () => {
  it.each([1, 2])(
    'neither counts twice nor leaves a hole, as known and as closed (seed %i)',
    async (seed) => {
      const random = randomOf(seed);
      const truth = new Truth();
      let answered = 0;
      let retired = 0;
      for (let today = 0; today < DAYS; today += 1) {
        const late = Array.from({ length: 6 }, () => randomCall(random, random.whole(today + 1)));
        const events = [...Array.from({ length: 12 }, () => randomCall(random, today)), ...late];
        await closing.accept(events);
        truth.add(settleAndPrice(events, BOOK));
        if (random.chance(0.6)) await changeSome(random, truth);
        // Some days after one another are closed in one run, and some retired much later.
        if (random.chance(0.7)) await closing.close(day(today + 1), true);
        truth.close((await marks()).writtenBefore);
        if (random.chance(0.5)) await closing.retire(day(today + 1));
        if (random.chance(0.5)) await changeSome(random, truth);
        const { rawFloor } = await marks();
        if (rawFloor > day(0)) retired = Math.round((rawFloor - day(0)) / DAY_MS);
        for (let run = 0; run < 10; run += 1)
          if (await compare(randomRequest(random), truth, rawFloor)) answered += 1;
      }
      expect(retired).toBeGreaterThan(2);
      expect(answered).toBeGreaterThan(DAYS * 5);
    },
    300_000,
  );
});

describe('what cannot be added up', () => {
  const time = { from: new Date(day(0)).toISOString(), to: new Date(day(6)).toISOString() };
  const calls = (random: Random): UsageEvent[] =>
    Array.from({ length: 600 }, (_, index) => ({
      ...callOf('acme', random.whole(6), random.whole(86_400)),
      traceId: `l${index}`,
      own: owned({
        orgId: random.pick(ORGS),
        conversationId: `c${random.whole(9)}`,
        userId: random.pick(['u', null]),
      }),
      durationUs: Math.round(1000 * Math.exp(random.whole(1000) / 100)),
      timeToFirstTokenMs: random.chance(0.5) ? Math.exp(random.whole(700) / 100) : null,
    }));
  /** Days 0 and 1 of 6 are retired, days 2 to 4 are closed. */
  async function sixDays(): Promise<UsageEvent[]> {
    const events = calls(randomOf(5));
    await closing.accept([...events, callOf('witness', 20, 0)]);
    await closing.close(day(7), true);
    await closing.retire(day(7));
    return events;
  }

  it('percentiles are within 9 % of the exact ones, from the distribution after raw events are gone', async () => {
    const events = await sixDays();
    const measures = ['duration_ms_p50', 'duration_ms_p95', 'duration_ms_p99', 'time_to_first_token_ms_p95'];
    const { rows, totals } = await ask({ ...time, interval: '1d', group_by: ['org_id'], measures });
    const exact = (of: readonly UsageEvent[], share: number, first: boolean): number => {
      const told = of.map((event) => (first ? event.timeToFirstTokenMs : event.durationUs / 1000));
      const values = told.filter((value) => value !== null).sort((a, b) => a - b);
      return values[Math.ceil(share * values.length) - 1] ?? Number.NaN;
    };
    const check = (row: Row, of: readonly UsageEvent[]): void => {
      for (const name of measures) {
        const value = exact(of, Number(name.slice(-2)) / 100, name.startsWith('time'));
        expect(Math.abs(Number(row[name]) / Math.max(value, 1) - 1)).toBeLessThan(0.0911);
      }
    };
    expect(rows).toHaveLength(6 * ORGS.length);
    for (const row of rows) {
      const start = Date.parse(String(row['time']));
      check(
        row,
        events.filter(({ startedAt, own }) => dayOf(startedAt) === start && own.orgId === row['org_id']),
      );
    }
    check(totals, events);
    // Of all organisations together there is another distribution; who may see one only must not get it.
    const whole = await ask({ ...time, interval: '1d', measures });
    expect(whole.rows).toHaveLength(6);
    for (const row of whole.rows) {
      const start = Date.parse(String(row['time']));
      check(
        row,
        events.filter(({ startedAt }) => dayOf(startedAt) === start),
      );
    }
    const bound = await ask({ ...time, group_by: ['model'], measures }, boundTo('acme'));
    check(
      bound.totals,
      events.filter(({ own }) => own.orgId === 'acme'),
    );
    await expect(ask({ ...time, group_by: ['assistant_id'], measures })).rejects.toMatchObject({
      status: 422,
    });
  });

  it('costs per conversation: distinct in raw events, then the sum of the days, and the answer says which', async () => {
    const events = await sixDays();
    const open = { ...time, from: new Date(day(2)).toISOString() };
    const measures = ['cost_usd', 'cost_per_conversation', 'cost_per_user', 'error_rate'];
    const distinct = (of: readonly UsageEvent[], value: (event: UsageEvent) => string | null): number =>
      new Set(of.map(value).filter((id) => id !== null)).size;
    const conversation = ({ own }: UsageEvent): string => `${own.orgId}/${own.conversationId}`;
    const user = ({ own }: UsageEvent): string | null => own.userId && `${own.orgId}/${own.userId}`;
    const daily = (id: string | null, { startedAt }: UsageEvent): string | null =>
      id && `${id}/${dayOf(startedAt)}`;
    const shown = (row: Row): number[] =>
      ['cost_per_conversation', 'cost_per_user'].map((name) =>
        Math.round(Number(row['cost_usd']) / Number(row[name])),
      );

    const whole = await ask({ ...open, group_by: ['org_id'], measures });
    expect(whole.meta.distinct_method).toBe('distinct_raw');
    for (const row of whole.rows) {
      const own = events.filter((event) => event.startedAt >= day(2) && event.own.orgId === row['org_id']);
      expect(shown(row)).toEqual([distinct(own, conversation), distinct(own, user)]);
      expect(row['error_rate']).toBe(0);
    }
    const summed = await ask({ ...time, group_by: ['org_id'], measures });
    expect(summed.meta.distinct_method).toBe('sum_of_daily_distinct');
    for (const row of summed.rows) {
      const own = events.filter((event) => event.own.orgId === row['org_id']);
      expect(shown(row)).toEqual([
        distinct(own, (event) => daily(conversation(event), event)),
        distinct(own, (event) => daily(user(event), event)),
      ]);
    }
    await expect(ask({ ...time, group_by: ['model'], measures })).rejects.toMatchObject({ status: 422 });
  });

  it('null, not zero, where nobody told a conversation', async () => {
    await closing.accept([callOf('acme', 0, 1, { own: owned({ orgId: 'acme' }) })]);
    const { totals } = await ask({ ...time, measures: ['cost_per_conversation', 'cost_per_user'] });
    expect(totals).toMatchObject({ cost_per_conversation: null, cost_per_user: null });
  });
});

describe('events of retired days', () => {
  it('are listed and shown as long as they are kept, with the time they got their cost', async () => {
    await closing.accept([
      callOf('acme', 0, 1),
      pendingCallOf('acme', 0, 2),
      callOf('acme', 3, 1),
      callOf('witness', 20, 0),
    ]);
    await closing.close(day(6), true);
    await closing.retire(day(8));
    await closing.accept([callOf('acme', 1, 7)]);
    const kept = (await storedRows(db)).filter(({ cost }) => cost.status === 'pending');
    const changes = kept.map((before) => ({
      before,
      after: settledRow(before.event, before.settlement, LATER_BOOK),
    }));
    await closing.store.changeDay(changes, { part: 'settled', reason: 'repriced' });
    const routes = createQueryRoutes({
      db,
      priceBook: () => LATER_BOOK,
      allowed: allowedOrganisations,
      fresh: () => Promise.resolve(),
    });
    const get = (path: string) => callRoute(routes, team, 'get', `/api/v1/${path}`);
    const { events } = (await get('events?org_id=acme')) as {
      events: { trace_id: string; recovered_at: string | null }[];
    };
    expect(events.map(({ trace_id, recovered_at }) => [trace_id, recovered_at !== null])).toEqual([
      ['acme-3-1', false],
      ['acme-1-7', false],
      ['acme-0-2', true],
    ]);
    expect(await get('traces/acme-0-2')).toMatchObject({ totals: { calls: 1, priced_calls: 1 } });
    expect(await get('events/acme-0-2/1/cost')).toMatchObject({ event: { trace_id: 'acme-0-2' } });
    const values = await get(
      `dimensions/org_id/values?from=${new Date(day(0)).toISOString()}&to=${new Date(day(5)).toISOString()}`,
    );
    expect(values['values']).toEqual([{ value: 'acme', calls: 4 }]);
  });
});
