import { z } from 'zod';
import { isStorable, textSchema } from './common-schema.js';

/** Identity of the last event of a page, in the order of the list: the next page starts behind it. */
export interface EventPosition {
  /** Unix ms. */
  readonly startedAt: number;
  readonly traceId: string;
  readonly spanId: string;
  readonly realm: string;
}

const positionSchema = z.tuple([z.int().refine(isStorable), textSchema, textSchema, textSchema]);

export function encodeCursor({ startedAt, traceId, spanId, realm }: EventPosition): string {
  return Buffer.from(JSON.stringify([startedAt, traceId, spanId, realm])).toString('base64url');
}

function decodeCursor(text: string): EventPosition | null {
  try {
    const parsed = positionSchema.safeParse(JSON.parse(Buffer.from(text, 'base64url').toString()));
    if (!parsed.success) return null;
    const [startedAt, traceId, spanId, realm] = parsed.data;
    return { startedAt, traceId, spanId, realm };
  } catch {
    return null;
  }
}

/** A cursor as we gave it out. It is a position only: what may be seen is decided anew for every page. */
export const cursorSchema = z
  .string()
  .max(8192)
  .transform((text, context): EventPosition => {
    const position = decodeCursor(text);
    if (position !== null) return position;
    context.addIssue({ code: 'custom', message: 'Not a cursor of ours. Pass on next_cursor as it came.' });
    return z.NEVER;
  });
