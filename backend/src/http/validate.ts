import type { z } from 'zod';
import { Problem, type FieldError } from './problem.js';

/** Checks one part of a request; throws a 400 Problem that names every wrong field. */
export function validate(
  schema: z.ZodType | undefined,
  part: 'path' | 'query' | 'body',
  value: unknown,
): unknown {
  if (schema === undefined) return undefined;
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const errors = fieldErrors(result.error, part);
  const first = errors[0];
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more, see errors)` : '';
  throw new Problem(400, 'invalid_request', `${first?.field}: ${first?.message}${more}`, { errors });
}

/** zod's issues as field errors; `whole` names what an issue without a path is about. */
export function fieldErrors(error: z.ZodError, whole: string): FieldError[] {
  return error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => ({
          field: fieldPath([...issue.path, key], whole),
          message: 'Unknown field.',
        }))
      : [{ field: fieldPath(issue.path, whole), message: issue.message }],
  );
}

function fieldPath(path: readonly PropertyKey[], whole: string): string {
  const name = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('');
  return name.replace(/^\./, '') || whole;
}
