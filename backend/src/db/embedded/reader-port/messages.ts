import type { Socket } from 'node:net';

/** Nobody sends a statement of a megabyte to read. */
const MOST_BYTES = 1024 * 1024;
const MOST_STARTUP_BYTES = 10_000;

/** The client broke the protocol or took too long: its connection ends. */
export class BrokenConnection extends Error {}

/** Takes a client's messages off its socket one at a time; the client waits while nobody asks for the next. */
export interface Messages {
  /** The next message without a tag byte, as a connection begins. Null: the client has gone. */
  readonly startup: (withinMs: number) => Promise<Buffer | null>;
  /** The next message with its tag. A begun one must be whole within `partWithinMs`; without `withinMs` the client may be idle. */
  readonly next: (withinMs?: number) => Promise<Buffer | null>;
}

const PART_WITHIN_MS = 30_000;

/** @see Messages */
export function createMessages(socket: Socket): Messages {
  let received: Buffer = Buffer.alloc(0);
  const chunks = socket[Symbol.asyncIterator]() as AsyncIterator<Buffer>;

  async function whole(header: 0 | 1, most: number, withinMs: number | null): Promise<Buffer | null> {
    for (let begun = false; ;) {
      if (received.length >= header + 4) {
        const length = header + received.readInt32BE(header);
        if (length < header + 4 || length > most)
          throw new BrokenConnection('a message of an impossible length');
        if (received.length >= length) {
          const message = received.subarray(0, length);
          received = received.subarray(length);
          return message;
        }
      }
      begun ||= received.length > 0;
      const limit = begun ? Math.min(withinMs ?? PART_WITHIN_MS, PART_WITHIN_MS) : withinMs;
      const chunk = await within(limit, chunks.next());
      if (chunk.done === true) return null;
      received = received.length > 0 ? Buffer.concat([received, chunk.value]) : chunk.value;
    }
  }

  return {
    startup: (withinMs) => whole(0, MOST_STARTUP_BYTES, withinMs),
    next: (withinMs) => whole(1, MOST_BYTES, withinMs ?? null),
  };
}

async function within<T>(ms: number | null, work: Promise<T>): Promise<T> {
  if (ms === null) return work;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new BrokenConnection(`nothing for ${ms} ms`)), ms);
  });
  // Whoever loses the race must not be an unhandled rejection.
  work.catch(() => undefined);
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
