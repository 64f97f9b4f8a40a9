import { Problem } from '../http/problem.js';
import { isoTime } from './common-schema.js';

/** What cannot be told exactly any more: the answer says what would be. `field` is the one to change. */
export function notExact(field: string, detail: string): Problem {
  return new Problem(422, 'not_exact', detail, { errors: [{ field, message: detail }] });
}

/** A UTC midnight as a date. */
export const dateOf = (day: number): string => isoTime(day).slice(0, 10);
