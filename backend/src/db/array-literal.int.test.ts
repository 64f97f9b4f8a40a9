import fc from 'fast-check';
import sql from 'sql-template-tag';
import { openTestDb } from '../../../test/support/database.js';
import { arrayLiteral } from './array-literal.js';
import type { Db } from './db.js';

let db: Db;
beforeAll(async () => {
  db = await openTestDb();
});
afterAll(() => db.close());

describe('an array literal', () => {
  it.each([
    [
      [
        'a',
        null,
        '',
        ' ',
        'null',
        'NULL',
        'a,b',
        '{x}',
        '"',
        '\\',
        '\\"',
        'Ünï',
        "it's",
        '$1',
        '--',
        'a\nb',
        '\t',
      ],
    ],
    [[]],
  ])('is read by PostgreSQL as the texts that were written: %j', async (texts) => {
    const { rows } = await db.query<{ texts: unknown }>(sql`select ${arrayLiteral(texts)}::text[] as texts`);
    expect(rows[0]?.texts).toEqual(texts);
  });

  it('carries numbers, decimals, booleans, times and JSON', async () => {
    const json = JSON.stringify({ 'a "b"': [1, '{,}\\', null] });
    const { rows } = await db.query(sql`
      select ${arrayLiteral([1, -2.5, null])}::float8[] as floats, ${arrayLiteral([true, false])}::boolean[] as booleans,
             ${arrayLiteral(['0.000000000000000001'])}::numeric[]::text[] as decimals,
             ${arrayLiteral(['2026-11-22T10:15:00.123Z'])}::timestamptz[] as times, (${arrayLiteral([json])}::jsonb[])[1] as json`);
    expect(rows[0]).toEqual({
      floats: [1, -2.5, null],
      booleans: [true, false],
      decimals: ['0.000000000000000001'],
      times: [new Date('2026-11-22T10:15:00.123Z')],
      json: JSON.parse(json) as unknown,
    });
  });

  it('survives any text', async () => {
    const text = fc.string({ unit: 'grapheme' }).filter((value) => !value.includes('\u0000'));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.option(text), { maxLength: 20 }), async (texts) => {
        const { rows } = await db.query<{ texts: unknown }>(
          sql`select ${arrayLiteral(texts)}::text[] as texts`,
        );
        expect(rows[0]?.texts).toEqual(texts);
      }),
      { numRuns: 200 },
    );
  });
});
