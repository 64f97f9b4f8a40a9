import type { Caller, GrafanaRole, Scope } from '../http/caller.js';
import { TEAM_REALM } from '../ledger/event.js';
import { refusal } from './grafana-problem.js';
import type { GrafanaIdentity } from './grafana-token.js';

const ROLES: ReadonlyMap<string | null, GrafanaRole> = new Map([
  ['Viewer', 'viewer'],
  ['Editor', 'editor'],
  ['Admin', 'admin'],
]);

/** Types that may read. A service account is a program, and rendering draws for nobody in particular: neither changes anything. */
const TYPES: ReadonlySet<string> = new Set(['user', 'service-account', 'render']);

/**
 * What somebody of Grafana may do here (ADR 0012). In the team's organisation every role reads, as every viewer there may
 * query every data source, and a user who is its Admin changes. Nobody else has a place here yet: the customers'
 * organisation, whose viewers read some organisations each, is decided in this function too.
 * @throws Problem 403
 */
export function grafanaCaller(
  { organisation, type, id, role: told }: GrafanaIdentity,
  organisations: { readonly team: number },
): Caller {
  if (type === 'anonymous') {
    throw refusal('anonymous_grafana_user', 'Anonymous visitors of Grafana may read nothing here: sign in.');
  }
  if (!TYPES.has(type)) {
    throw refusal(
      'invalid_grafana_identity',
      'The identity token (X-Grafana-Id) is neither of a user nor of a service account.',
    );
  }
  if (organisation !== organisations.team) {
    throw refusal(
      'unknown_grafana_organisation',
      `Grafana's organisation ${organisation} has no place here; the team's is ${organisations.team} ` +
        `(GRAFANA_TEAM_ORG_ID). Switch to it, or set GRAFANA_TEAM_ORG_ID=${organisation}.`,
    );
  }
  const role = ROLES.get(told);
  if (role === undefined) {
    throw refusal(
      'grafana_role_none',
      `You have no role in Grafana's organisation ${organisation}. One of its admins can make you a Viewer.`,
    );
  }
  const scopes: Scope[] = type === 'user' && role === 'admin' ? ['read', 'admin'] : ['read'];
  return {
    ...{ scopes: new Set(scopes), orgId: null, realm: TEAM_REALM, audience: 'team', role },
    name: type === 'user' ? `grafana:${id}` : `grafana:${type}:${id}`,
  };
}
