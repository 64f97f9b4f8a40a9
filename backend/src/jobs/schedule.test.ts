import { nextRunAt } from './schedule.js';

const at = (time: string): number => Date.parse(`2026-11-22T${time}Z`);

it.each([
  ['minute', '21:30:00.000', '21:31:00.000'],
  ['minute', '21:30:59.999', '21:31:00.000'],
  ['night', '21:06:59.999', '21:07:00.000'],
  ['night', '21:07:00.000', '22:07:00.000'],
  ['night', '21:30:00.000', '22:07:00.000'],
] as const)('the %s pipeline is next started after %s at %s', (pipeline, now, next) => {
  expect(nextRunAt(pipeline, at(now))).toBe(at(next));
});
