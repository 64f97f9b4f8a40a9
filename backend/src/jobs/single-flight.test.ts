import { createSingleFlight } from './single-flight.js';

/** Work whose runs end when the test says so. */
function controlled() {
  const ends: (() => void)[] = [];
  let started = 0;
  return {
    started: () => started,
    end: () => ends.shift()?.(),
    work: () => {
      started += 1;
      return new Promise<void>((resolve) => ends.push(resolve));
    },
  };
}
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('a single flight', () => {
  it('never runs twice at once, and once more when asked meanwhile, however often', async () => {
    const runs = controlled();
    const flight = createSingleFlight(runs.work, () => {});
    flight.trigger();
    flight.trigger();
    flight.trigger();
    await turn();
    expect(runs.started()).toBe(1);
    runs.end();
    await turn();
    expect(runs.started()).toBe(2);
    runs.end();
    await turn();
    expect(runs.started()).toBe(2);
  });

  it('waits for the run under way when stopped, and starts no other', async () => {
    const runs = controlled();
    const flight = createSingleFlight(runs.work, () => {});
    flight.trigger();
    flight.trigger();
    let stopped = false;
    const stop = flight.stop().then(() => (stopped = true));
    await turn();
    expect(stopped).toBe(false);
    runs.end();
    await stop;
    flight.trigger();
    expect(runs.started()).toBe(1);
  });

  it('tells of a failed run and runs again', async () => {
    const errors: unknown[] = [];
    const flight = createSingleFlight(
      () => Promise.reject(new Error('no')),
      (error) => errors.push(error),
    );
    flight.trigger();
    await turn();
    flight.trigger();
    await turn();
    expect(errors).toHaveLength(2);
  });
});
