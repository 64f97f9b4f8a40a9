import fc from 'fast-check';
import { cleanText, MAX_TEXT_LENGTH } from './clean-text.js';

describe('a text made storable', () => {
  it.each<[string, string]>([
    ['org-acme', 'org-acme'],
    ['  padded ', 'padded'],
    ['a\u0000b', 'a b'],
    ['line\nbreak\ttab', 'line break tab'],
    ['Ünïcode — 東京', 'Ünïcode — 東京'],
    ['\ud800lone', '\ufffdlone'],
    ['', ''],
    ['x'.repeat(300), 'x'.repeat(256)],
  ])('turns %j into %j', (from, to) => {
    expect(cleanText(from)).toBe(to);
  });

  it('is short, well-formed, without control characters, and itself when cleaned again', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 600 }), (text) => {
        const clean = cleanText(text);
        expect(clean.length).toBeLessThanOrEqual(MAX_TEXT_LENGTH);
        expect(clean.isWellFormed()).toBe(true);
        expect([...clean].every((character) => character >= ' ' && character !== '\u007f')).toBe(true);
        expect(cleanText(clean.trim())).toBe(clean.trim());
      }),
    );
  });
});
