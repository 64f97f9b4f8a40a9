import { Problem } from '../http/problem.js';
import type { Caller } from '../http/caller.js';

/** The organisations an answer may tell about. */
export type Allowed =
  { readonly all: true } | { readonly all: false; readonly organisations: readonly string[] };

/**
 * What a caller may read of what he asks for (`requested`: no list means everything he may). A bound key reads its own
 * organisation; asking it for another is a 403, not an empty answer, which would look like "no cost".
 */
export function allowedOrganisations(caller: Caller, requested?: readonly string[]): Allowed {
  if (caller.orgId === null) {
    return requested === undefined ? { all: true } : { all: false, organisations: requested };
  }
  const { orgId } = caller;
  if (requested?.some((organisation) => organisation !== orgId) === true) {
    throw new Problem(403, 'other_organisation', `This key may read organisation ${orgId} only.`);
  }
  return { all: false, organisations: requested ?? [orgId] };
}
