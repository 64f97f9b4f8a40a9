import { randomUUID } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { errorCode } from '../error-parts.js';

/** Two engines on one folder lose each other's rows without an error (measured: 200 of 400), so one process holds it. */
export interface DirectoryLock {
  release(): void;
}

/** Who holds a data folder. */
export interface LockHolder {
  readonly pid: number;
  readonly host: string;
  /** Identifies the process beyond its number where /proc tells: boot id and start time in clock ticks. */
  readonly process: string | null;
  readonly since: string;
  readonly token: string;
}

const lockFile = (directory: string): string => join(directory, 'lock.json');

/** The living holder of `directory`, or null when it is free. */
export function lockHolder(directory: string): LockHolder | null {
  const holder = readHolder(lockFile(directory));
  return holder && isAlive(holder) ? holder : null;
}

/**
 * Takes `directory` for this process until `release()`.
 *
 * @throws Error naming the process that holds it and what to do
 */
export function lockDirectory(directory: string): DirectoryLock {
  const file = lockFile(directory);
  const mine: LockHolder = {
    pid: process.pid,
    host: hostname(),
    process: processIdentity(process.pid),
    since: new Date().toISOString(),
    token: randomUUID(),
  };
  const draft = `${file}.${mine.token}`;
  writeFileSync(draft, JSON.stringify(mine), { mode: 0o600 });
  try {
    for (;;) {
      // link() fails when the name exists and shows the file only when it is complete.
      if (tryLink(draft, file)) break;
      const holder = readHolder(file);
      if (holder && isAlive(holder)) throw new Error(heldMessage(directory, holder));
      removeStale(file, holder);
    }
  } finally {
    rmSync(draft, { force: true });
  }
  return {
    release: () => {
      if (readHolder(file)?.token === mine.token) rmSync(file, { force: true });
    },
  };
}

function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Moves the lock aside before deleting it, and puts it back if another process was quicker and it is that one's. */
function removeStale(file: string, judged: LockHolder | null): void {
  const aside = `${file}.stale-${randomUUID()}`;
  try {
    renameSync(file, aside);
  } catch {
    return;
  }
  if (readHolder(aside)?.token !== judged?.token) tryLink(aside, file);
  rmSync(aside, { force: true });
}

function readHolder(file: string): LockHolder | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as LockHolder;
  } catch {
    return null;
  }
}

/** A process number is used again after a while, and in a container it is always 1: compare the start too. */
function isAlive(holder: LockHolder): boolean {
  if (holder.host !== hostname()) return true;
  const identity = processIdentity(holder.pid);
  if (identity !== null && holder.process !== null) return identity === holder.process;
  try {
    process.kill(holder.pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
}

function processIdentity(pid: number): string | null {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // Field 22, counted behind the command name, which may hold spaces and brackets itself.
    const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    return ticks === undefined ? null : `${boot}/${ticks}`;
  } catch {
    return null;
  }
}

function heldMessage(directory: string, holder: LockHolder): string {
  const where =
    holder.host === hostname() ? `process ${holder.pid}` : `process ${holder.pid} on host ${holder.host}`;
  const advice =
    holder.host === hostname()
      ? 'Stop it, or give this one another DATA_DIR.'
      : `If that host is gone, delete ${lockFile(directory)}; else give this one another DATA_DIR.`;
  return `the data folder ${directory} is in use by ${where} since ${holder.since}. ${advice}`;
}
