import { mergeRanges } from './time-ranges.js';

it('joins the ranges of a realm that overlap or nearly touch, never those of two realms', () => {
  const range = (realm: string, from: number, to: number) => ({ realm, from, to });
  expect(
    mergeRanges(
      [range('b', 5, 9), range('a', 30, 40), range('a', 0, 10), range('a', 2, 4), range('a', 15, 20)],
      5,
    ),
  ).toEqual([range('a', 0, 20), range('a', 30, 40), range('b', 5, 9)]);
});
