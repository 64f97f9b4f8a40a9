import { Problem } from '../http/problem.js';
import type { Audience, Caller } from '../http/caller.js';

/**
 * A class of this file alone, with a member that no other object has: neither a literal nor a copy with other
 * organisations passes for what was decided here.
 */
class Decided {
  declare protected readonly decided: true;
  /** The organisations an answer may tell about; null: all of them. */
  readonly organisations: readonly string[] | null;
  /** Whom it tells. */
  readonly audience: Audience;

  constructor(organisations: readonly string[] | null, audience: Audience) {
    this.organisations = organisations && Object.freeze([...organisations]);
    this.audience = audience;
    Object.freeze(this);
  }
}
/** What a request may read. Every statement that reads calls takes one; only this file makes them. */
export type Allowed = Decided;

/**
 * What a caller may read of what he asks for (`requested`: no list means everything he may). A bound key reads its own
 * organisation; asking it for another is a 403, not an empty answer, which would look like "no cost".
 */
export function allowedOrganisations(caller: Caller, requested?: readonly string[]): Allowed {
  const { orgId, audience } = caller;
  if (orgId === null) return new Decided(requested ?? null, audience);
  if (requested?.some((organisation) => organisation !== orgId) === true) {
    throw new Problem(403, 'other_organisation', `This key may read organisation ${orgId} only.`);
  }
  return new Decided(requested ?? [orgId], audience);
}

/** Refuses whoever may not see every organisation; `what` begins the message: "Jobs". */
export function refuseBound(caller: Caller, what: string): void {
  if (allowedOrganisations(caller).organisations === null) return;
  throw new Problem(
    403,
    'bound_key',
    `${what} tell about all organisations. Use a key that is bound to none.`,
  );
}
