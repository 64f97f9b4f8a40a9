export const SCOPES = ['ingest', 'read', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

/** Who sends a request, as the access room concluded. `orgId` is the organisation the key is bound to, if any. */
export interface Caller {
  readonly scopes: ReadonlySet<Scope>;
  readonly orgId: string | null;
  /** `org:<orgId>` of a bound key, or `team`. */
  readonly realm: string;
  /** For logs and audit: key id, `loopback` or `local-admin`. Never a secret. */
  readonly name: string;
}

/** `admin` includes the others. */
export function hasScope(caller: Caller, scope: Scope): boolean {
  return caller.scopes.has(scope) || caller.scopes.has('admin');
}
