import { createEngineLease, type LeaseClient } from './engine-lease.js';
import type { Engine } from './engine.js';
import { frame, queryFrame, SYNC, TAG } from './protocol.js';

const ready = (status: string): Buffer => frame(TAG.readyForQuery, Buffer.from(status));

/** An engine that answers batch by batch from a script and notes what it was sent. */
function scriptedEngine(answers: (Buffer | Error)[]): { engine: Engine; sent: Buffer[] } {
  const sent: Buffer[] = [];
  const unused = () => Promise.reject(new Error('unused'));
  const exec = (batch: Buffer): Promise<Buffer> => {
    sent.push(batch);
    const answer = answers.shift() ?? ready('I');
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  };
  return { engine: { exec, dump: unused, close: unused, terminate: unused }, sent };
}

function client(): LeaseClient & { received: Buffer[]; failure: () => string | undefined } {
  const received: Buffer[] = [];
  let failure: string | undefined;
  return {
    statements: new Set(),
    channels: new Set(),
    received,
    receive: (replies) => received.push(replies),
    fail: (fatal) => (failure = fatal.toString()),
    failure: () => failure,
  };
}

function leaseOf(engine: Engine) {
  const failures: unknown[] = [];
  const lease = createEngineLease({
    engine: () => Promise.resolve(engine),
    reportFailure: (error) => failures.push(error),
    reportSuccess: () => undefined,
    idleTimeoutMs: 60_000,
  });
  const idle = () => lease.exclusively(() => Promise.resolve());
  return { lease, failures, idle };
}

const select = { bytes: queryFrame('select 1'), endsWithFlush: false };

it('fails a client whose batch came back without ReadyForQuery, and gives the engine to the next', async () => {
  const { engine, sent } = scriptedEngine([Buffer.alloc(0), ready('T')]);
  const { lease, idle } = leaseOf(engine);
  const [cut, other] = [client(), client()];
  lease.connect(cut);
  lease.connect(other);
  lease.submit(cut, select);
  lease.submit(other, select);
  await idle();
  expect(cut.failure()).toContain('C40003');
  expect(cut.received).toEqual([]);
  expect(other.received).toEqual([ready('I')]);
  expect(sent).toEqual([select.bytes, SYNC, queryFrame('rollback'), select.bytes]);
});

it('keeps the engine for a client between Flush and Sync', async () => {
  const { engine, sent } = scriptedEngine([Buffer.alloc(0), ready('I')]);
  const { lease, idle } = leaseOf(engine);
  const [first, second] = [client(), client()];
  lease.connect(first);
  lease.connect(second);
  const flushed = { bytes: queryFrame('part'), endsWithFlush: true };
  lease.submit(first, flushed);
  lease.submit(second, select);
  lease.submit(first, { bytes: SYNC, endsWithFlush: false });
  await idle();
  expect(sent).toEqual([flushed.bytes, SYNC, select.bytes]);
});

it('fails every connection when the engine dies, because they share its session', async () => {
  const { engine } = scriptedEngine([new Error('unreachable')]);
  const { lease, failures, idle } = leaseOf(engine);
  const [active, waiting] = [client(), client()];
  lease.connect(active);
  lease.connect(waiting);
  lease.submit(active, select);
  lease.submit(waiting, select);
  await idle();
  expect(active.failure()).toContain('C57P02');
  expect(waiting.failure()).toContain('unreachable');
  expect(failures).toHaveLength(1);
});
