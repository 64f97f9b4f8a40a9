import { explainServerError, extensionProblem, serverProblem } from './server-problem.js';

describe('serverProblem', () => {
  const good = { version: 150_020, readOnly: false, role: 'app', schema: 'public', mayCreate: true };

  it.each([good, { ...good, version: 180_000 }])('accepts %j', (facts) =>
    expect(serverProblem(facts)).toBeNull(),
  );
  it.each([
    [{ ...good, version: 140_012 }, 'PostgreSQL 14 is too old'],
    [{ ...good, readOnly: true }, 'must name the primary'],
    [{ ...good, mayCreate: false }, 'grant create on schema "public" to "app"'],
    [{ ...good, mayCreate: false, schema: null }, 'grant create on schema "public" to "app"'],
  ])('refuses %j', (facts, text) => expect(serverProblem(facts)).toContain(text));
});

describe('extensionProblem', () => {
  const good = { version: '2.23.1', license: 'timescale' };

  it.each([good, { ...good, version: '2.23.0-dev' }, { ...good, version: '3.0.0' }])('accepts %j', (facts) =>
    expect(extensionProblem(facts)).toBeNull(),
  );
  it.each([
    [{ ...good, version: '2.22.1' }, 'TimescaleDB 2.22.1 is too old'],
    [{ ...good, version: '1.99.0' }, 'alter extension timescaledb update'],
    [{ ...good, license: 'apache' }, 'Community edition'],
  ])('refuses %j', (facts, text) => expect(extensionProblem(facts)).toContain(text));
});

describe('explainServerError', () => {
  it.each([
    ['28P01', 'user or password'],
    ['3D000', 'create database'],
    ['ECONNREFUSED', 'check host and port'],
  ])('%s says what to do', (code, text) => {
    const error = Object.assign(new Error('raw'), { code });
    expect(explainServerError(error, 'database "x" at h:1').message).toContain(text);
  });
  it('tells a server that has not loaded TimescaleDB from one without it', () => {
    const error = new Error('extension "timescaledb" must be preloaded');
    expect(explainServerError(error, 'database "x" at h:1').message).toContain('shared_preload_libraries');
  });
  it('passes an unknown reason on', () => {
    expect(explainServerError(new Error('strange'), 'database "x" at h:1').message).toBe(
      'cannot use database "x" at h:1: strange',
    );
  });
});
