import { allowedOrganisations } from '../access/allowed.js';
import type { Db } from '../db/db.js';
import { createPriceBook } from '../pricing/price-book.js';
import { callRoute, team } from '../../../test/support/call-route.js';
import { openTestDb } from '../../../test/support/database.js';
import { insertEvents, refreshUsage, type StoredEvent } from '../../../test/support/events.js';
import {
  expectedUsage,
  intervalName,
  MEASURES,
  randomEvent,
  randomOf,
  randomRequest,
  type RandomRequest,
  type Row,
} from '../../../test/support/usage-oracle.js';
import { createQueryRoutes } from './routes.js';

interface Answer {
  rows: Row[];
  totals: Row;
  meta: { groups: number; truncated: boolean };
}

let db: Db;
let events: StoredEvent[];
beforeAll(async () => {
  db = await openTestDb();
  const random = randomOf(20261122);
  events = Array.from({ length: 600 }, () => randomEvent(random));
  await insertEvents(db, events);
});
afterAll(() => db.close());

async function ask(body: RandomRequest): Promise<Answer> {
  const deps = {
    db,
    priceBook: () => createPriceBook([]),
    allowed: allowedOrganisations,
    fresh: () => Promise.resolve(),
  };
  return (await callRoute(createQueryRoutes(deps), team, 'post', '/api/v1/query', body)) as unknown as Answer;
}

function check(request: RandomRequest, answer: Answer): void {
  const { groups, totals } = expectedUsage(events, request);
  const got = answer.rows.map(({ time, ...row }): [string, Row] => {
    if (time !== undefined) {
      const start = Date.parse(String(time));
      expect(intervalName(start - 1, request)).not.toBe(intervalName(start, request));
    }
    const at = time === undefined ? '' : intervalName(Date.parse(String(time)), request);
    const key = JSON.stringify([at, request.group_by.map((name) => row[name])]);
    return [key, Object.fromEntries(MEASURES.map((name) => [name, row[name] ?? null]))];
  });
  expect(new Map(got)).toEqual(groups);
  expect(got).toHaveLength(groups.size);
  expect(answer.totals).toEqual(totals);
  expect(answer.meta).toMatchObject({ groups: groups.size, truncated: false });
}

describe('POST /api/v1/query, random', () => {
  // In this order: nothing, a part, everything is materialised.
  it.each([
    ['before any refresh', null],
    ['with the aggregate refreshed up to April', '2026-04-01T00:00Z'],
    ['with the aggregate refreshed in the middle of October', '2026-10-25T00:30Z'],
    ['with all of it refreshed', '2026-11-10T00:00Z'],
  ])(
    'equals the sums over the raw events, %s',
    async (_, refreshedTo) => {
      if (refreshedTo !== null) await refreshUsage(db, '2026-03-01T00:00Z', refreshedTo);
      const random = randomOf(7);
      for (let run = 0; run < 80; run += 1) {
        const request = randomRequest(random);
        check(request, await ask(request));
      }
    },
    120_000,
  );
});
