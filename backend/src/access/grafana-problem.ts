import { Problem } from '../http/problem.js';

/** Every way a request that comes through Grafana is turned away. Its data source's settings tell them apart by this. */
export type GrafanaRefusal =
  | 'invalid_grafana_key'
  | 'grafana_not_configured'
  | 'no_grafana_identity'
  | 'wrong_issuer'
  | 'unknown_grafana_signature'
  | 'expired_grafana_identity'
  | 'invalid_grafana_identity'
  | 'unknown_grafana_organisation'
  | 'anonymous_grafana_user'
  | 'grafana_role_none'
  | 'missing_scope';

/** 403, never 401: Grafana's proxy makes a 400 of that and drops the reason. `detail` quotes nothing of the token. */
export const refusal = (code: GrafanaRefusal, detail: string): Problem => new Problem(403, code, detail);

export const MAKE_GRAFANA_KEY = 'npm run -s tokenledger -- keys create --name grafana --scope grafana';

/** Grafana's keys cannot be had, so nobody can be believed. `reason` completes "Grafana …". */
export class GrafanaAway extends Problem {
  constructor(reason: string, retryAfter: number) {
    super(
      503,
      'grafana_away',
      `The keys that Grafana signs its users' identities with cannot be read: Grafana ${reason}. ` +
        'GRAFANA_URL must be its address as this server reaches it.',
      { retryAfter },
    );
  }
}
