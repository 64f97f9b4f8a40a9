import { FLUSH, frames } from './protocol.js';

const BOUNDARY = 8192;

/**
 * Puts Flush frames (5 bytes, no answer) in front of a batch until no inner frame ends on a multiple of 8192 bytes:
 * there the engine drops the rest of the batch in silence (16 of 48 built cases, always repeatable).
 *
 * @returns fresh memory, so that it can be transferred to the worker
 */
export function padBatch(batch: Buffer): Uint8Array<ArrayBuffer> {
  const ends = new Set<number>();
  let offset = 0;
  for (const frame of frames(batch)) {
    offset += frame.length;
    if (offset < batch.length) ends.add(offset % BOUNDARY);
  }
  const padding = paddingFor(ends);
  const padded = new Uint8Array(padding * FLUSH.length + batch.length);
  for (let i = 0; i < padding; i++) padded.set(FLUSH, i * FLUSH.length);
  padded.set(batch, padding * FLUSH.length);
  return padded;
}

/**
 * The smallest number of Flush frames that keeps all ends off the boundary. Their own ends are multiples of 5, so the
 * first of them to meet a multiple of 8192 is the 8192nd, which is never used.
 */
function paddingFor(ends: ReadonlySet<number>): number {
  for (let count = 0; count < BOUNDARY; count++) {
    if (!ends.has((BOUNDARY - ((count * FLUSH.length) % BOUNDARY)) % BOUNDARY)) return count;
  }
  throw new RangeError(
    'a batch of this many frames cannot be kept off the boundary: send fewer statements at once',
  );
}
