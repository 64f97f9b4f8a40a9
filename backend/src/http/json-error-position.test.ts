import fc from 'fast-check';
import { jsonErrorPosition } from './json-error-position.js';

const parses = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};
/** A valid beginning: V8 complains about nothing but its end. */
const canBeContinued = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch (error) {
    const position = /at position (\d+)/.exec(String(error))?.[1];
    return position === undefined
      ? /end of JSON input/.test(String(error))
      : Number(position) === text.length;
  }
};

const damaged = fc
  .tuple(fc.json(), fc.nat(), fc.string({ maxLength: 2 }), fc.nat(3))
  .map(([text, at, insert, drop]) => {
    const cut = at % (text.length + 1);
    return text.slice(0, cut) + insert + text.slice(cut + drop);
  });

describe('jsonErrorPosition', () => {
  it('finds an error exactly where JSON.parse does', () => {
    fc.assert(
      fc.property(damaged, (text) => {
        expect(jsonErrorPosition(text) === null).toBe(parses(text));
      }),
      { numRuns: 5_000 },
    );
  });

  it('has a possible beginning of JSON before the position', () => {
    fc.assert(
      fc.property(damaged, (text) => {
        const position = jsonErrorPosition(text);
        if (position !== null) expect(canBeContinued(text.slice(0, position))).toBe(true);
      }),
      { numRuns: 5_000 },
    );
  });

  it.each([
    ['{"a":1,}', 7],
    ['[1,]', 3],
    ['{a:1}', 1],
    ['[1 2]', 3],
    ['{"a" 1}', 5],
    ['[01]', 2],
    ['tru', 0],
    ['nul]', 0],
    ['{"a":1]', 6],
    [']', 0],
    ['"\\u12g4"', 1],
    ['  ', 2],
  ])('%j: %i', (text, position) => {
    expect(jsonErrorPosition(text)).toBe(position);
  });
});
