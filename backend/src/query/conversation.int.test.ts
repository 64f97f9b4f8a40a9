import { boundTo, callRoute, team } from '../../../test/support/call-route.js';
import { openTestDb, truncateAll } from '../../../test/support/database.js';
import {
  asStep,
  insertEvents,
  pendingCost,
  storedEvent,
  type StoredEvent,
} from '../../../test/support/events.js';
import { allowedOrganisations } from '../access/allowed.js';
import type { Db } from '../db/db.js';
import type { Caller } from '../http/caller.js';
import { createPriceBook } from '../pricing/price-book.js';
import { createQueryRoutes } from './routes.js';

let db: Db;
beforeAll(async () => {
  db = await openTestDb();
});
afterEach(() => truncateAll(db));
afterAll(() => db.close());

interface Conversation {
  readonly traces: Record<string, unknown>[];
  readonly spans: Record<string, unknown>[];
  readonly totals: Record<string, unknown>;
  readonly pending: Record<string, unknown>[];
  readonly partial: boolean;
}
async function conversation(id: string, caller: Caller = team, orgId?: string): Promise<Conversation> {
  const deps = { db, priceBook: () => createPriceBook([]), allowed: allowedOrganisations };
  const routes = createQueryRoutes({ ...deps, fresh: () => Promise.resolve() });
  const query = new URLSearchParams({ conversation_id: id, ...(orgId !== undefined && { org_id: orgId }) });
  const path = `/api/v1/conversations?${query.toString()}`;
  return (await callRoute(routes, caller, 'get', path)) as unknown as Conversation;
}

const span = (trace: string, id: string, second: number, overrides: Partial<StoredEvent> = {}): StoredEvent =>
  storedEvent({
    ...{ trace_id: trace, span_id: id, conversation_id: 'talk', cost_usd: '0.01' },
    started_at: `2026-11-01T12:00:${`${second}`.padStart(2, '0')}.000Z`,
    ...overrides,
  });
const two = [
  span('second', 's1', 20),
  span('second', 's2', 21, { ...pendingCost(), parent_span_id: 's1' }),
  span('first', 'f1', 1, { ...asStep, conversation_id: null, duration_us: 5_000_000 }),
  span('first', 'f2', 2, { parent_span_id: 'f1' }),
  span('first', 'f3', 3, { parent_span_id: 'f1', conversation_id: 'other', cost_usd: '9' }),
  span('apart', 'a1', 4, { conversation_id: 'other', cost_usd: '9' }),
];

describe('GET /api/v1/conversations', () => {
  it('shows its traces from the first on, each in tree order, without what is of another conversation', async () => {
    await insertEvents(db, two);
    const { spans, traces, totals, pending, partial } = await conversation('talk');
    expect(spans.map(({ span_id, depth }) => [span_id, depth])).toEqual([
      ['f1', 0],
      ['f2', 1],
      ['s1', 0],
      ['s2', 1],
    ]);
    expect(traces).toEqual([
      {
        ...{ trace_id: 'first', started_at: '2026-11-01T12:00:01.000Z', duration_ms: 5000 },
        ...{ cost_usd: '0.01', pending_calls: 0 },
      },
      {
        ...{ trace_id: 'second', started_at: '2026-11-01T12:00:20.000Z', duration_ms: 2000 },
        ...{ cost_usd: '0.01', pending_calls: 1 },
      },
    ]);
    expect(totals).toMatchObject({
      spans: 4,
      calls: 3,
      pending_calls: 1,
      cost_usd: '0.02',
      coverage: 0.666666,
    });
    expect(pending).toEqual([expect.objectContaining({ span_id: 's2', reason: 'unknown_model' })]);
    expect(partial).toBe(false);
  });

  it("is an organisation's own: others with the same id are chosen by org_id and hidden from bound keys", async () => {
    await insertEvents(db, [
      span('ours', '1', 1),
      span('theirs', '2', 2, { org_id: 'globex', cost_usd: '0.5' }),
    ]);
    expect((await conversation('talk')).totals).toMatchObject({ cost_usd: '0.51' });
    expect((await conversation('talk', team, 'globex')).totals).toMatchObject({ cost_usd: '0.5' });
    expect((await conversation('talk', boundTo('acme'))).traces.map(({ trace_id }) => trace_id)).toEqual([
      'ours',
    ]);
    await expect(conversation('talk', boundTo('acme'), 'globex')).rejects.toMatchObject({ status: 403 });
    await expect(conversation('talk', boundTo('initech'))).rejects.toMatchObject({ status: 404 });
  });

  it('says so when there is none', async () => {
    await expect(conversation('nobody')).rejects.toMatchObject({ status: 404, code: 'no_such_conversation' });
  });

  it('takes any id', async () => {
    await insertEvents(db, [span('odd', '1', 1, { conversation_id: "a/b?c=ü' --" })]);
    const { totals } = await conversation("a/b?c=ü' --");
    expect(totals).toMatchObject({ calls: 1 });
  });
});
