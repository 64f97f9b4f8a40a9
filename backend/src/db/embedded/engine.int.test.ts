import { startEngine, type Engine } from './engine.js';
import { queryFrame } from './protocol.js';

const MIB = 1024 ** 2;

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine({ dataDir: null, template: null });
});
afterAll(() => engine.close());

// With an engine that reads its answers too and keeps them, this leaves 225 MiB behind (it did, as long as the engine lived).
it('keeps nothing of the answers it gave', async () => {
  const rows = queryFrame(`select i, repeat('x', 40) as text from generate_series(1, 10000) i`);
  const answers = async (count: number): Promise<void> => {
    for (let n = 0; n < count; n += 1) expect((await engine.exec(rows)).length).toBeGreaterThan(10_000 * 40);
  };
  await answers(5);
  const before = process.memoryUsage().rss;
  await answers(100);
  expect((process.memoryUsage().rss - before) / MIB).toBeLessThan(130);
});
