import fc from 'fast-check';
import { newestFirst, oldestFirst } from './time-slices.js';

const NOW = Date.parse('2026-11-22T18:00:00Z');

describe('newestFirst', () => {
  it('covers the time asked for exactly, newest first, without gap or overlap', () => {
    const instant = fc.integer({ min: 0, max: NOW + 86_400_000 });
    fc.assert(
      fc.property(instant, fc.option(fc.integer({ min: 1, max: NOW })), (from, length) => {
        const to = length === null ? null : from + length;
        const slices = [...newestFirst(from, to, NOW)];
        expect(slices[0]?.to).toBe(to);
        expect(slices.at(-1)?.from).toBe(from);
        for (const [index, slice] of slices.entries()) {
          if (slice.to !== null) expect(slice.from).toBeLessThan(slice.to);
          if (index > 0) expect(slice.to).toBe(slices[index - 1]?.from);
        }
      }),
    );
  });

  it('starts with one UTC day and reaches 1970 in a few slices', () => {
    const slices = [...newestFirst(0, null, NOW)];
    expect(slices[0]).toEqual({ from: Date.parse('2026-11-22T00:00Z'), to: null });
    expect(slices.length).toBeLessThan(11);
    expect([...newestFirst(0, NOW, NOW)][0]).toEqual({ from: Date.parse('2026-11-22T00:00Z'), to: NOW });
  });
});

describe('oldestFirst', () => {
  it('covers the time asked for exactly, oldest first, without gap or overlap', () => {
    const instant = fc.integer({ min: 0, max: NOW + 86_400_000 });
    fc.assert(
      fc.property(instant, fc.option(fc.integer({ min: 1, max: NOW })), (from, length) => {
        const to = length === null ? null : from + length;
        const slices = [...oldestFirst(from, to, NOW)];
        expect(slices[0]?.from).toBe(from);
        expect(slices.at(-1)?.to).toBe(to);
        expect(slices.length).toBeLessThan(11);
        for (const [index, slice] of slices.entries()) {
          if (slice.to !== null) expect(slice.from).toBeLessThan(slice.to);
          if (index > 0) expect(slice.from).toBe(slices[index - 1]?.to);
        }
      }),
    );
  });
});
