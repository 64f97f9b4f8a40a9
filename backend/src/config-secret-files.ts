import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import type { ENVIRONMENT } from './config-environment.js';

/** Settings that are secrets. Each can be given as a file instead, `<NAME>_FILE`, as Docker and Kubernetes mount them. */
export const SECRETS = [
  'DATABASE_URL',
  'TOKENLEDGER_ADMIN_KEY',
  'GRAFANA_KEY',
  'INGEST_KEY',
  'READER_PASSWORD',
] as const satisfies readonly (keyof z.output<typeof ENVIRONMENT>)[];

type Environment = Readonly<Record<string, string | undefined>>;

export const SECRET_FILES: readonly string[] = SECRETS.map((name) => `${name}_FILE`);

/**
 * The environment with the content of every `<NAME>_FILE` as `<NAME>`, without the white space around it, and what is
 * wrong with these files: a line each that names the setting and the path, never the content.
 */
export function withSecretFiles(environment: Environment): {
  readonly environment: Environment;
  readonly problems: readonly string[];
} {
  const problems: string[] = [];
  const read = SECRETS.flatMap((name) => {
    const setting = `${name}_FILE`;
    const path = environment[setting]?.trim() ?? '';
    if (path === '') return [];
    if ((environment[name]?.trim() ?? '') !== '') {
      problems.push(`${name} and ${setting} are both set: unset one of them.`);
      return [];
    }
    const { text, problem } = readSecret(path);
    if (problem !== null) problems.push(`${setting} is ${path}, but ${problem}`);
    return [[name, text]];
  });
  const secrets = Object.fromEntries(read) as Record<string, string>;
  return { environment: { ...environment, ...secrets }, problems };
}

function readSecret(path: string): { readonly text: string; readonly problem: string | null } {
  try {
    const text = readFileSync(path, 'utf8').trim();
    return { text, problem: text === '' ? 'this file is empty.' : null };
  } catch (error) {
    return { text: '', problem: whyNot((error as NodeJS.ErrnoException).code ?? 'unknown error') };
  }
}

function whyNot(code: string): string {
  if (code === 'ENOENT') return 'there is no such file.';
  if (code === 'EACCES') return 'this user may not read it: look at its owner and mode.';
  return `it cannot be read (${code}).`;
}
