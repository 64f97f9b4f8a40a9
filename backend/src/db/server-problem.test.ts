import { explainConnectionError, serverProblem } from './server-problem.js';

const good = { version: 150_020, extension: '2.23.1', license: 'timescale' };

describe('serverProblem', () => {
  it.each([good, { ...good, extension: '2.23.0-dev' }, { ...good, version: 180_000, extension: '3.0.0' }])(
    'accepts %j',
    (facts) => expect(serverProblem(facts)).toBeNull(),
  );
  it.each([
    [{ ...good, version: 140_012 }, 'PostgreSQL 14 is too old'],
    [{ ...good, extension: '2.22.1' }, 'TimescaleDB 2.22.1 is too old'],
    [{ ...good, extension: '1.99.0' }, 'alter extension timescaledb update'],
    [{ ...good, license: 'apache' }, 'Community edition'],
  ])('refuses %j', (facts, text) => expect(serverProblem(facts)).toContain(text));
});

describe('explainConnectionError', () => {
  it.each([
    ['28P01', 'user or password'],
    ['3D000', 'create database'],
    ['ECONNREFUSED', 'check host and port'],
  ])('%s says what to do', (code, text) => {
    const error = Object.assign(new Error('raw'), { code });
    expect(explainConnectionError(error, 'database "x" at h:1').message).toContain(text);
  });
  it('passes an unknown reason on', () => {
    expect(explainConnectionError(new Error('strange'), 'database "x" at h:1').message).toBe(
      'cannot use database "x" at h:1: strange',
    );
  });
});
