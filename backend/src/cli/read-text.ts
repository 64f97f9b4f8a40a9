import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';

/** A file and its name, as the API takes them. @throws Error naming the path */
export async function readText(path: string): Promise<{ file: string; text: string }> {
  try {
    return { file: basename(path), text: await readFile(path, 'utf8') };
  } catch (error) {
    throw new Error(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}
