import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { decodeOtlpJson } from '../../backend/src/ingest/otlp-json.js';
import type { Span } from '../../backend/src/usage/span.js';

/** Folder of the captures, copied from what real instrumentations sent. */
export const CAPTURES = fileURLToPath(new URL('../captures/', import.meta.url));

/** The spans of one capture: one OTLP/JSON request, or a list of requests. */
export function readCapture(path: string): Span[] {
  const requests = [readJson(path)].flat();
  return requests.flatMap((request) => decodeOtlpJson(Buffer.from(JSON.stringify(request))).spans);
}

/** Names of the OTLP/JSON captures in a folder, without `.otlp.json`. */
export const captureNames = (folder = ''): string[] =>
  readdirSync(CAPTURES + folder)
    .filter((name) => name.endsWith('.otlp.json'))
    .map((name) => name.slice(0, -'.otlp.json'.length))
    .sort();

export const readJson = (path: string): unknown => JSON.parse(readFileSync(CAPTURES + path, 'utf8'));
