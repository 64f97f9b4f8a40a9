import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { lockDirectory, lockHolder, type LockHolder } from './directory-lock.js';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'lock-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const file = (): string => join(directory, 'lock.json');
const holder: LockHolder = {
  pid: process.pid,
  host: hostname(),
  process: 'another boot/1',
  since: '2026-01-01T00:00:00.000Z',
  token: 'other',
};
const leave = (left: LockHolder): void => writeFileSync(file(), JSON.stringify(left));

it('is held until released, and leaves no other file behind', () => {
  const lock = lockDirectory(directory);
  expect(lockHolder(directory)?.pid).toBe(process.pid);
  expect(() => lockDirectory(directory)).toThrow(`is in use by process ${process.pid} since`);
  expect(readdirSync(directory)).toEqual(['lock.json']);
  lock.release();
  expect(readdirSync(directory)).toEqual([]);
});

it('is taken from a process that has gone', () => {
  // Above the largest process number Linux gives.
  leave({ ...holder, pid: 2 ** 22 + 1, process: null });
  lockDirectory(directory).release();
  expect(lockHolder(directory)).toBeNull();
});

const onLinux = process.platform === 'linux' ? it : it.skip;
onLinux('is taken when the process number belongs to another process now', () => {
  leave(holder);
  lockDirectory(directory);
  expect(lockHolder(directory)?.token).not.toBe('other');
});

it('of another host cannot be judged: says what to delete', () => {
  leave({ ...holder, host: 'elsewhere' });
  expect(() => lockDirectory(directory)).toThrow(`on host elsewhere since 2026-01-01T00:00:00.000Z`);
  expect(() => lockDirectory(directory)).toThrow(`delete ${file()}`);
});

it('does not release what another process has taken since', () => {
  const lock = lockDirectory(directory);
  leave(holder);
  lock.release();
  expect(JSON.parse(readFileSync(file(), 'utf8'))).toEqual(holder);
});

it('is taken when the file is unreadable', () => {
  writeFileSync(file(), '{"pid":');
  lockDirectory(directory).release();
  expect(readdirSync(directory)).toEqual([]);
});
