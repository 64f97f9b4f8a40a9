import { describeFailure, StepRefusal } from './step-failure.js';

it('passes on what was written for the operator', () => {
  expect(describeFailure(new StepRefusal('2026-11-01 does not add up: see GET /api/v1/jobs'))).toBe(
    '2026-11-01 does not add up: see GET /api/v1/jobs',
  );
});

it.each([
  [
    'an SQL error',
    Object.assign(new Error('duplicate key value violates "s3cret"'), { code: '23505' }),
    /23505/,
  ],
  [
    'a lost database',
    Object.assign(new Error('connect 10.0.0.7:5432 s3cret'), { code: 'ECONNREFUSED' }),
    /database/,
  ],
  ['a bug', new TypeError("Cannot read properties of undefined (reading 's3cret')"), /unexpected/],
])('tells nothing of the inside of %s', (_, error, said) => {
  expect(describeFailure(error)).toMatch(said);
  expect(describeFailure(error)).not.toMatch(/s3cret|10\.0\.0\.7/);
});
