import fc from 'fast-check';
import { padBatch } from './pad-batch.js';
import { FLUSH, frame, frames } from './protocol.js';

const QUERY = 0x51;

/** Body lengths near a boundary as often as any others. */
const bodyLength = fc.oneof(
  fc.integer({ min: 0, max: 300 }),
  fc
    .tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: -12, max: 2 }))
    .map(([k, near]) => 8192 * k + near - 5),
);

describe('padBatch', () => {
  it('keeps every inner frame end off multiples of 8192 and changes nothing else', () => {
    fc.assert(
      fc.property(fc.array(bodyLength, { minLength: 1, maxLength: 40 }), (lengths) => {
        const batch = Buffer.concat(lengths.map((length, i) => frame(QUERY, Buffer.alloc(length, i))));
        const padded = Buffer.from(padBatch(batch));
        const padding = padded.length - batch.length;

        let end = 0;
        for (const inner of frames(padded)) {
          end += inner.length;
          if (end < padded.length) expect(end % 8192).not.toBe(0);
        }
        expect(padded.subarray(padding).equals(batch)).toBe(true);
        for (const flush of frames(padded.subarray(0, padding))) expect(flush.equals(FLUSH)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('pads the batch whose first frame ends at 8192', () => {
    const batch = Buffer.concat([frame(QUERY, Buffer.alloc(8192 - 5)), frame(QUERY)]);
    expect(padBatch(batch).length).toBe(batch.length + FLUSH.length);
  });

  it('leaves a batch alone whose very end is on the boundary', () => {
    expect(padBatch(frame(QUERY, Buffer.alloc(8192 - 5))).length).toBe(8192);
  });
});
