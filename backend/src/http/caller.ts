export const SCOPES = ['ingest', 'read', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

/** The team that runs Tokenledger, or a customer: whoever may see some organisations only. */
export type Audience = 'team' | 'customer';

/** The role somebody has in Grafana's organisation. */
export type GrafanaRole = 'viewer' | 'editor' | 'admin';

/** Who sends a request, as the access room concluded. `orgId` is the organisation the key is bound to, if any. */
export interface Caller {
  readonly scopes: ReadonlySet<Scope>;
  readonly orgId: string | null;
  /** `org:<orgId>` of a bound key, or `team`. */
  readonly realm: string;
  /** For logs and audit: key id, `loopback`, `local-admin`, `grafana:<user uid>`. Never a secret. */
  readonly name: string;
  readonly audience: Audience;
  /** Null for whoever does not come through Grafana. What he may do is told by the scopes, never by this. */
  readonly role: GrafanaRole | null;
}

/** `admin` includes the others. */
export function hasScope(caller: Caller, scope: Scope): boolean {
  return caller.scopes.has(scope) || caller.scopes.has('admin');
}
