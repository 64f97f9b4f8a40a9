import fc from 'fast-check';
import { likePatterns } from './like-patterns.js';

/** LIKE as PostgreSQL defines it, written out independently: `_` one character, `%` any, `\` takes the next literally. */
function like(value: string, pattern: string): boolean {
  if (pattern === '') return value === '';
  const [head, ...rest] = [...pattern];
  const tail = rest.join('');
  const [first, ...others] = [...value];
  if (head === '%') return like(value, tail) || (first !== undefined && like(others.join(''), pattern));
  if (head === '\\') return first === rest[0] && like(others.join(''), rest.slice(1).join(''));
  return first !== undefined && (head === '_' || head === first) && like(others.join(''), tail);
}
const matches = (value: string, expression: string): boolean =>
  likePatterns(expression).some((pattern) => like(value, pattern));

describe('likePatterns', () => {
  it('means what the regular expression means, for every expression it accepts', () => {
    const atom = fc.constantFrom(
      'a',
      'b',
      '.',
      '.*',
      '.+',
      '\\.',
      '\\|',
      '\\(',
      '%',
      '_',
      '\\\\',
      '|',
      '-',
      '\\$',
    );
    const expression = fc
      .tuple(fc.constantFrom('', '^', '(', '^(', '(?:'), fc.array(atom, { maxLength: 7 }))
      .map(
        ([open, atoms]) =>
          open + atoms.join('') + (open.includes('(') ? ')' : '') + (open === '^' ? '$' : ''),
      );
    const value = fc.array(fc.constantFrom('a', 'b', '.', '|', '(', '%', '_', '\\', '-', '$'), {
      maxLength: 6,
    });
    fc.assert(
      fc.property(expression, value, (text, letters) => {
        const subject = letters.join('');
        const whole = text.replace(/^\^/, '').replace(/(?<!\\)((?:\\\\)*)\$$/, '$1');
        expect(matches(subject, text)).toBe(new RegExp(`^(?:${whole})$`, 's').test(subject));
      }),
      { numRuns: 3000 },
    );
  });

  it('takes what Grafana sends for a variable with many values', () => {
    expect(likePatterns('(acme|globex inc\\.|100%)')).toEqual(['acme', 'globex inc.', '100\\%']);
    expect(likePatterns('gpt-4.*')).toEqual(['gpt-4%']);
    expect(likePatterns('.*')).toEqual(['%']);
  });

  it('refuses what could run away or mean something else, and says why', () => {
    for (const text of [
      '(a+)+$',
      'a*',
      'a?',
      '[ab]',
      'a{2}',
      '\\d',
      '(a)(b)',
      '(a|(b))',
      'a^b',
      '\\1',
      'a\\',
    ]) {
      expect(() => likePatterns(text)).toThrow(RangeError);
    }
  });
});
