import type { Sql } from 'sql-template-tag';
import type { Db } from '../db/db.js';
import { createUpkeepStep } from './upkeep.js';

const context = { signal: new AbortController().signal, forced: false };

function recording(engine: Db['engine']) {
  const statements: string[] = [];
  const query = ((statement: Sql) => {
    statements.push(statement.text);
    return Promise.resolve({ rows: [], rowCount: 0 });
  }) as Db['query'];
  return { db: { engine, query }, statements };
}

it('writes the embedded engine out each time, and vacuums it once an hour', async () => {
  const { db, statements } = recording('embedded');
  let now = 0;
  const upkeep = createUpkeepStep({ db, clock: () => now });
  for (const minute of [0, 1, 59, 60, 61]) {
    now = minute * 60_000;
    await upkeep.run(context);
  }
  expect(statements.filter((text) => text === 'checkpoint')).toHaveLength(5);
  expect(statements.filter((text) => text === 'vacuum analyze')).toHaveLength(2);
});

it('leaves a server alone', async () => {
  const { db, statements } = recording('server');
  expect(await createUpkeepStep({ db, clock: Date.now }).run(context)).toBeNull();
  expect(statements).toEqual([]);
});
