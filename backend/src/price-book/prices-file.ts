import { isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import type { Document } from 'yaml';
import type { z } from 'zod';
import { pricesFileSchema } from './prices-file-schema.js';
import type { PriceEntry } from './prices-file-schema.js';

/** One thing wrong in a prices file: where, what, and how it should look. */
export interface PricesFileError {
  /** `prices[2].per_million_tokens.input` */
  readonly path: string;
  /** 1-based; null where the place is not in the file. */
  readonly line: number | null;
  readonly message: string;
}

/** A prices file that cannot be used; nothing of it is. */
export class PricesFileProblem extends Error {
  override readonly name = 'PricesFileProblem';
  readonly errors: readonly PricesFileError[];

  constructor(file: string, errors: readonly PricesFileError[]) {
    const lines = errors.map(
      ({ path, line, message }) => `  ${line === null ? '' : `line ${line}: `}${path}: ${message}`,
    );
    super(
      `${file}: ${errors.length === 1 ? 'one error' : `${errors.length} errors`}, no price was changed\n${lines.join('\n')}`,
    );
    this.errors = errors;
  }
}

/**
 * Reads a prices file, JSON or YAML (JSON is YAML).
 * @param file its name, for messages
 * @throws PricesFileProblem naming path, line, value and an example for every error
 */
export function parsePricesFile(file: string, text: string): readonly PriceEntry[] {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, stringKeys: true });
  if (document.errors.length > 0) {
    throw new PricesFileProblem(
      file,
      document.errors.map((error) => ({
        path: 'file',
        line: error.linePos?.[0].line ?? null,
        message: error.message.split('\n', 1)[0] ?? 'not readable',
      })),
    );
  }
  const content: unknown = document.toJS();
  const result = pricesFileSchema.safeParse(content ?? { prices: [] });
  if (!result.success) {
    throw new PricesFileProblem(
      file,
      result.error.issues.map((issue) => fileError(issue, document, lines)),
    );
  }
  const doubles = repeated(result.data.prices);
  if (doubles.length > 0) {
    throw new PricesFileProblem(
      file,
      doubles.map(({ index, message }) => ({
        path: `prices[${index}]`,
        line: lineOf(document, lines, ['prices', index]),
        message,
      })),
    );
  }
  return result.data.prices;
}

function fileError(issue: z.core.$ZodIssue, document: Document, lines: LineCounter): PricesFileError {
  const extra = issue.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
  const path = extra === undefined ? issue.path : [...issue.path, extra];
  const node = document.getIn(
    path.filter((part) => typeof part !== 'symbol'),
    true,
  );
  const value = isScalar(node) ? ` (it is ${JSON.stringify(node.value)})` : '';
  const text = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('');
  return {
    path: text.replace(/^\./, '') || 'file',
    line: lineOf(document, lines, path),
    message: extra === undefined ? `${issue.message}${value}` : 'is not a field of the prices file',
  };
}

/** Line of the node at `path`, or of the nearest one around it. */
function lineOf(document: Document, lines: LineCounter, path: readonly PropertyKey[]): number | null {
  for (let length = path.length; length >= 0; length -= 1) {
    const node = document.getIn(path.slice(0, length), true);
    if ((isScalar(node) || isMap(node) || isSeq(node)) && node.range)
      return lines.linePos(node.range[0]).line;
  }
  return null;
}

/** Entries that say two things about the same model at the same time. */
function repeated(entries: readonly PriceEntry[]): { index: number; message: string }[] {
  const places = new Map<string, number>();
  const owners = new Map<string, string>();
  return entries.flatMap((entry, index) => {
    const { org_id: orgId, provider, model } = entry;
    const place = JSON.stringify([orgId, provider, model, entry.service_tier, entry.effective_from]);
    const first = places.get(place);
    if (first !== undefined) {
      return [{ index, message: `repeats prices[${first}]: give it another effective_from, or remove one` }];
    }
    places.set(place, index);
    return [model, ...entry.aliases].flatMap((written) => {
      const name = written.toLowerCase();
      const key = JSON.stringify([orgId, provider, name]);
      const owner = owners.get(key) ?? model;
      owners.set(key, owner);
      if (owner === model) return [];
      return [
        {
          index,
          message: `"${written}" already names the model "${owner}": a name can belong to one model only`,
        },
      ];
    });
  });
}
