import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';

/** Where the numbered SQL files lie: the same relative place from `src/db` and `dist/db`. */
export const MIGRATIONS = new URL('../../migrations/', import.meta.url);

export interface Migration {
  readonly id: number;
  /** File name without number and suffix. */
  readonly name: string;
  readonly text: string;
  /** SHA-256 of the text with `\n` line ends, so that a checkout on Windows has the same. */
  readonly checksum: string;
  /** False when the first line is `-- no transaction`: one statement, outside a transaction, safe to run again. */
  readonly transactional: boolean;
}

/** The migrations of a folder in order. @throws Error when a name is not a number of its own and words */
export async function readMigrations(folder: URL): Promise<Migration[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.sql')).sort();
  const migrations = await Promise.all(files.map((file) => readMigration(folder, file)));
  for (const [index, { id }] of migrations.entries()) {
    if (migrations[index - 1]?.id === id)
      throw new Error(`two migrations have the number ${id}: renumber the newer`);
  }
  return migrations;
}

async function readMigration(folder: URL, file: string): Promise<Migration> {
  const [, number, name] = /^(\d{4})_([a-z0-9_]+)\.sql$/.exec(file) ?? [];
  if (!name) throw new Error(`migration ${file}: expected a name like 0001_usage_events.sql`);
  const text = (await readFile(new URL(file, folder), 'utf8')).replaceAll('\r\n', '\n');
  const checksum = createHash('sha256').update(text).digest('hex');
  return { id: Number(number), name, text, checksum, transactional: !text.startsWith('-- no transaction\n') };
}
