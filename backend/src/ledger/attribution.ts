import { ATTRIBUTION_FIELDS, type Attribution } from './event.js';

/** Belongs to nobody that is known. */
export const NOBODY: Attribution = {
  orgId: null,
  assistantId: null,
  queryType: null,
  conversationId: null,
  userId: null,
  environment: null,
};

/** Fills what `own` lacks from `other`: an ancestor, a copy of the same call, or the resource. */
export function completeAttribution(own: Attribution, other: Attribution): Attribution {
  if (ATTRIBUTION_FIELDS.every((field) => own[field] !== null || other[field] === null)) return own;
  const completed: Record<(typeof ATTRIBUTION_FIELDS)[number], string | null> = { ...own };
  for (const field of ATTRIBUTION_FIELDS) completed[field] ??= other[field];
  return completed;
}
