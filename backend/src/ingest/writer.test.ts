import { createWriter, type WriterDeps } from './writer.js';
import type { LedgerRow } from '../event-store/ledger-row.js';
import { Problem } from '../http/problem.js';

const DAY = 86_400_000;
const row = (spanId: string, startedAt: number, detail = 1): LedgerRow =>
  ({ event: { realm: 'team', traceId: 't', spanId, startedAt, detail } }) as unknown as LedgerRow;
const request = (...rows: LedgerRow[]) => ({ rows, quarantined: [] });

function setUp(overrides: Partial<WriterDeps> = {}) {
  const written: LedgerRow[][] = [];
  let now = 0;
  const writer = createWriter({
    writeDay: (rows) => {
      written.push(rows.map((one) => one.row));
      return Promise.resolve();
    },
    writeQuarantine: () => Promise.resolve(),
    isRetryable: (error) => error instanceof RangeError,
    rowsPerBatch: 2_000,
    sleep: (ms) => {
      now += ms;
      return Promise.resolve();
    },
    clock: () => now,
    onError: () => {},
    ...overrides,
  });
  return { writer, written };
}

describe('the writer', () => {
  it('coalesces concurrent requests and writes each UTC day by itself', async () => {
    const { writer, written } = setUp();
    const requests = [row('a', 1), row('b', DAY), row('c', 2), row('d', DAY + 1)].map((one) => request(one));
    await Promise.all(requests.map((one) => writer.write(one)));
    const days = written.map((rows) => new Set(rows.map(({ event }) => Math.floor(event.startedAt / DAY))));
    expect(days.every((day) => day.size === 1)).toBe(true);
    expect(written.flat()).toHaveLength(4);
    expect(written.length).toBeLessThan(requests.length + 1);
  });

  it('writes a very large request in several transactions and answers after the last', async () => {
    const { writer, written } = setUp();
    const rows = Array.from({ length: 25_000 }, (_, index) => row(`s${index}`, 1));
    await writer.write(request(...rows));
    expect(written.map((part) => part.length)).toEqual([10_000, 10_000, 5_000]);
  });

  it('keeps the richest of rows with one key', async () => {
    let release = (): void => {};
    const gate = new Promise<void>((resolve) => (release = resolve));
    const written: LedgerRow[][] = [];
    const { writer } = setUp({
      writeDay: async (rows) => {
        written.push(rows.map((one) => one.row));
        await gate;
      },
    });
    // Two batches occupy the writer, so that the next three requests become one.
    const all = [row('x', 1), row('y', 1), row('a', 1, 1), row('a', 1, 9), row('a', 1, 5)].map((one) =>
      writer.write(request(one)),
    );
    release();
    await Promise.all(all);
    expect(written.at(-1)?.map(({ event }) => event.detail)).toEqual([9]);
  });

  it('answers only after the commit', async () => {
    let commit = (): void => {};
    const { writer } = setUp({ writeDay: () => new Promise<void>((resolve) => (commit = resolve)) });
    let answered = false;
    const write = writer.write(request(row('a', 1))).then(() => (answered = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect(answered).toBe(false);
    commit();
    await write;
    expect(answered).toBe(true);
  });

  it('repeats a batch while the database reopens', async () => {
    let attempts = 0;
    const { writer } = setUp({
      writeDay: () => {
        attempts += 1;
        return attempts < 4 ? Promise.reject(new RangeError('away')) : Promise.resolve();
      },
    });
    await writer.write(request(row('a', 1)));
    expect(attempts).toBe(4);
  });

  it('answers 503 with Retry-After when the database stays away', async () => {
    const { writer } = setUp({ writeDay: () => Promise.reject(new RangeError('away')) });
    const error: unknown = await writer.write(request(row('a', 1))).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(Problem);
    expect(error).toMatchObject({ status: 503, retryAfter: 2 });
  });

  it('does not let one request fail its neighbours', async () => {
    const { writer, written } = setUp({
      writeDay: (rows) => {
        if (rows.some(({ row: { event } }) => event.spanId === 'bad'))
          return Promise.reject(new TypeError('bad data'));
        written.push(rows.map((one) => one.row));
        return Promise.resolve();
      },
    });
    const results = await Promise.allSettled(
      ['p', 'q', 'good', 'bad', 'fine'].map((id) => writer.write(request(row(id, 1)))),
    );
    expect(results.map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'fulfilled',
      'rejected',
      'fulfilled',
    ]);
  });

  it('answers 429 when too much is waiting, and takes requests again later', async () => {
    let release = (): void => {};
    const gate = new Promise<void>((resolve) => (release = resolve));
    const { writer } = setUp({ writeDay: () => gate });
    const rows = Array.from({ length: 30_000 }, (_, index) => row(`s${index}`, 1));
    const first = writer.write(request(...rows));
    await expect(writer.write(request(...rows))).rejects.toMatchObject({ status: 429, retryAfter: 1 });
    release();
    await first;
    await expect(writer.write(request(...rows))).resolves.toBeUndefined();
  });

  it('drains what it accepted', async () => {
    const { writer, written } = setUp();
    const write = writer.write(request(row('a', 1)));
    await writer.drain();
    expect(written).toHaveLength(1);
    await write;
  });
});
