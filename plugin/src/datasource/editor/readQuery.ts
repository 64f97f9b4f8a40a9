import { messageOf } from '../../api/apiError';
import { migrateQuery } from '../migrate';
import type { TokenledgerQuery } from '../query';

/** A query as somebody once saved it, or why it cannot be edited. */
export function readQuery(saved: TokenledgerQuery): { query: TokenledgerQuery } | { problem: string } {
  try {
    return { query: migrateQuery(saved) };
  } catch (error) {
    return { problem: messageOf(error) };
  }
}
