import fc from 'fast-check';
import { readLiteral, type Literal } from './read-literal.js';

/** Python's repr of a value, as LiteLLM writes it into an attribute. */
function repr(value: unknown): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'string') return `'${value.replace(/[\\']/g, (character) => `\\${character}`)}'`;
  if (Array.isArray(value)) return `[${value.map(repr).join(', ')}]`;
  if (typeof value === 'object') {
    return `{${Object.entries(value)
      .map(([key, item]) => `${repr(key)}: ${repr(item)}`)
      .join(', ')}}`;
  }
  return JSON.stringify(value);
}

const plain = (value: Literal | undefined): unknown => {
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, item]) => [key, plain(item)]));
  return Array.isArray(value) ? value.map(plain) : value;
};

describe('readLiteral', () => {
  it('reads a Python dict', () => {
    expect(
      plain(
        readLiteral("{'a': 1, 'b': None, 'c': {'d': [1, 2.5, -3e2,], 'e': ('x', \"it's\")}, 'f': True,}"),
      ),
    ).toEqual({
      a: 1,
      b: null,
      c: { d: [1, 2.5, -300], e: ['x', "it's"] },
      f: true,
    });
  });

  it('takes __proto__ for a key', () => {
    const read = readLiteral('{"__proto__": {"polluted": 1}}');
    expect(read instanceof Map && [...read.keys()]).toEqual(['__proto__']);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it.each([
    ['code', "__import__('os').system('x')"],
    ['a call inside', "{'a': int('1')}"],
    ['an open dict', "{'a': 1"],
    ['an open text', "{'a': 'b"],
    ['two values', '1 2'],
    ['a key that is no text', '{1: 2}'],
    ['nothing', ''],
    ['too deep', '['.repeat(40) + ']'.repeat(40)],
    ['too long', `'${'x'.repeat(70_000)}'`],
    ['too many', `[${'1,'.repeat(5_000)}]`],
  ])('refuses %s', (_what, text) => {
    expect(readLiteral(text)).toBeUndefined();
  });

  const value = fc.letrec((tie) => ({
    node: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom(null, true, false),
      fc.integer(),
      fc.string({ unit: fc.constantFrom('a', "'", '"', ' ', ',', '{', ':', 'ü') }),
      fc.array(tie('node'), { maxLength: 4 }),
      fc.dictionary(fc.constantFrom('a', 'b', 'prompt_tokens'), tie('node'), { maxKeys: 3 }),
    ),
  })).node;

  it('reads back what JSON and repr write', () => {
    fc.assert(
      fc.property(value, (original) => {
        const expected: unknown = JSON.parse(JSON.stringify(original));
        expect(plain(readLiteral(repr(original)))).toEqual(expected);
        if (!JSON.stringify(original).includes('\\'))
          expect(plain(readLiteral(JSON.stringify(original)))).toEqual(expected);
      }),
    );
  });

  it('never throws, whatever the text', () => {
    const broken = fc.string({
      unit: fc.constantFrom(
        "'",
        '"',
        '{',
        '}',
        '[',
        ']',
        '(',
        ')',
        ':',
        ',',
        '\\',
        '1',
        'e',
        '.',
        '-',
        'N',
        ' ',
      ),
    });
    fc.assert(
      fc.property(fc.oneof(broken, fc.string()), (text) => void readLiteral(text)),
      { numRuns: 2_000 },
    );
  });

  it('reads the worst text it accepts in one pass', () => {
    // 64 KiB of openings would take minutes if anything were tried twice
    expect(readLiteral("{'a':".repeat(13_000))).toBeUndefined();
    expect(readLiteral('\\'.repeat(65_000))).toBeUndefined();
  });
});
