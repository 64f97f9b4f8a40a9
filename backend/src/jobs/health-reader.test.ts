import { Registry } from 'prom-client';
import type { Db } from '../db/db.js';
import { createHealthReader } from './health-reader.js';
import { createJobMetrics } from './job-metrics.js';

/** A database that answers as `query` says; every answer of the reader's queries is an empty one. */
function watched(query: () => Promise<{ rows: []; rowCount: number }>) {
  const warnings: string[] = [];
  let now = 0;
  const logger = { info: () => {}, warn: (_: object, text: string) => warnings.push(text), error: () => {} };
  const health = createHealthReader({
    db: { engine: 'server', query } as unknown as Db,
    jobNames: ['settle'],
    closeAfterMs: 1,
    rawRetentionMs: 2,
    logger,
    clock: () => now,
    patienceMs: 20,
  });
  return { health, warnings, later: (ms: number) => (now += ms) };
}
const EMPTY = { rows: [] as [], rowCount: 0 };

it('asks the database once in ten seconds, however many ask', async () => {
  let asked = 0;
  const { health, later } = watched(() => {
    asked += 1;
    return Promise.resolve(EMPTY);
  });
  await Promise.all([health(), health(), health()]);
  const once = asked;
  expect(once).toBeGreaterThan(0);
  later(9_999);
  await health();
  expect(asked).toBe(once);
  later(1);
  await health();
  expect(asked).toBe(2 * once);
});

it('logs a database that is away once, and again after it was back', async () => {
  let away = true;
  const { health, warnings, later } = watched(() =>
    away ? Promise.reject(new Error('gone')) : Promise.resolve(EMPTY),
  );
  for (const state of [true, true, false, true, true]) {
    away = state;
    expect((await health()) === null).toBe(state);
    later(10_000);
  }
  expect(warnings).toHaveLength(2);
});

it('does not wait for a database that hangs, nor ask it again meanwhile', async () => {
  let asked = 0;
  const { health, later } = watched(() => {
    asked += 1;
    return new Promise(() => {});
  });
  expect(await health()).toBeNull();
  later(10_000);
  expect(await health()).toBeNull();
  expect(asked).toBe(1);
});

it('metrics come while the database is away: without the gauges that only it knows', async () => {
  const registry = new Registry();
  const { health } = watched(() => Promise.reject(new Error('gone')));
  const { ran } = createJobMetrics({ registry, engine: 'server', health });
  ran({ job: 'settle', outcome: 'failed', durationMs: 1, error: 'x', detail: null });
  const lines = (await registry.metrics()).split('\n').filter((line) => line && !line.startsWith('#'));
  expect(lines.sort()).toEqual([
    'tokenledger_database_info{engine="server"} 1',
    'tokenledger_database_up 0',
    'tokenledger_job_runs_total{job="settle",outcome="failed"} 1',
  ]);
});
