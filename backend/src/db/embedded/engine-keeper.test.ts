import { silentLogger } from '../../../../test/support/database.js';
import { createEngineKeeper, ENGINE_GONE } from './engine-keeper.js';
import type { Engine } from './engine.js';

/** Counts the engines opened and ended. */
function engines() {
  const counts = { opened: 0, ended: 0 };
  const end = () => Promise.resolve(void (counts.ended += 1));
  const open = (): Promise<Engine> => {
    counts.opened += 1;
    return Promise.resolve({
      exec: (batch) => Promise.resolve(batch),
      dump: () => Promise.resolve(new Uint8Array()),
      close: end,
      terminate: end,
    });
  };
  return { counts, open };
}

it('ends the failed engine before it opens the next', async () => {
  const { counts, open } = engines();
  const reopen = (): Promise<Engine> => {
    expect(counts).toEqual({ opened: 1, ended: 1 });
    return open();
  };
  const keeper = await createEngineKeeper({ start: open, reopen, logger: silentLogger });
  const first = await keeper.engine();
  keeper.reportFailure(new Error('unreachable'));
  expect(await keeper.engine()).not.toBe(first);
  expect(counts.opened).toBe(2);
});

it('gives up after five attempts in a row, with a code that is not retried', async () => {
  const { counts, open } = engines();
  const keeper = await createEngineKeeper({ start: open, reopen: open, logger: silentLogger });
  for (let attempt = 1; attempt <= 5; attempt++) {
    keeper.reportFailure(new Error('unreachable'));
    await keeper.engine();
  }
  keeper.reportFailure(new Error('unreachable'));
  await expect(keeper.engine()).rejects.toMatchObject({ code: ENGINE_GONE });
  expect(counts).toEqual({ opened: 6, ended: 6 });
});

it('counts again from zero after a batch that succeeded', async () => {
  const { counts, open } = engines();
  const keeper = await createEngineKeeper({ start: open, reopen: open, logger: silentLogger });
  for (let attempt = 1; attempt <= 12; attempt++) {
    keeper.reportFailure(new Error('unreachable'));
    await keeper.engine();
    keeper.reportSuccess();
  }
  expect(counts.opened).toBe(13);
});

it('closing after a failure ends what is left of the engine', async () => {
  const { counts, open } = engines();
  const keeper = await createEngineKeeper({ start: open, reopen: open, logger: silentLogger });
  keeper.reportFailure(new Error('unreachable'));
  await keeper.close();
  expect(counts).toEqual({ opened: 1, ended: 1 });
});

it('is restarted on purpose as often as it must be', async () => {
  const { counts, open } = engines();
  const keeper = await createEngineKeeper({ start: open, reopen: open, logger: silentLogger });
  for (let restart = 1; restart <= 20; restart++) {
    await keeper.restart('a reader');
    await keeper.engine();
  }
  expect(counts.opened).toBe(21);
});
