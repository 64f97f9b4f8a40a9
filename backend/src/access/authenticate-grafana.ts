import { hasScope, type Caller } from '../http/caller.js';
import type { Needed, RequestFacts } from '../http/request-facts.js';
import { isOpenToGrafana } from '../http/route.js';
import { grafanaCaller } from './grafana-caller.js';
import { MAKE_GRAFANA_KEY, refusal } from './grafana-problem.js';
import type { GrafanaIdentity } from './grafana-token.js';
import type { Keys } from './keys.js';

/** Carries the key of the data source. Not Authorization: a viewer of Grafana can set that one (X-DS-Authorization). */
export const KEY_HEADER = 'x-tokenledger-key';
const IDENTITY_HEADER = 'x-grafana-id';

/** Grafana, where it is configured. */
export interface Grafana {
  verify(token: string): Promise<GrafanaIdentity>;
  readonly teamOrgId: number;
}

export interface AuthenticateGrafanaDeps {
  readonly keys: Pick<Keys, 'find'>;
  readonly grafana: Grafana | null;
}

/** Whether a request speaks of Grafana: then nothing else counts, whatever else it carries. */
export const comesThroughGrafana = ({ headers }: RequestFacts): boolean =>
  headers[KEY_HEADER] !== undefined || headers[IDENTITY_HEADER] !== undefined;

/**
 * Decides about a request that comes through the proxy of Grafana's data sources: the data source's key says that it does,
 * the signed identity says who asks. 403 or 503 with a reason, never 401. No failure is counted: all users of Grafana come
 * from one address, and there is nothing here that a person may have chosen and another could guess.
 */
export function createAuthenticateGrafana({ keys, grafana }: AuthenticateGrafanaDeps) {
  return async function authenticateGrafana({ headers }: RequestFacts, needed: Needed): Promise<Caller> {
    await checkKey(keys, headers[KEY_HEADER]);
    if (grafana === null) {
      throw refusal(
        'grafana_not_configured',
        'This server knows no Grafana. Set GRAFANA_URL to the address it reaches Grafana at, and start it again.',
      );
    }
    const token = headers[IDENTITY_HEADER];
    if (token === undefined) {
      throw refusal(
        'no_grafana_identity',
        'Grafana did not say who asks (X-Grafana-Id). A public dashboard has nobody to name; a proxy between may have ' +
          "removed the header; or Grafana's secret_key was changed, so that it cannot sign any more.",
      );
    }
    const caller = grafanaCaller(await grafana.verify(token), { team: grafana.teamOrgId });
    if (!isOpenToGrafana(needed)) {
      throw refusal(
        'missing_scope',
        'This is not done through Grafana, whatever the role: use a key of its own and Authorization: Bearer KEY.',
      );
    }
    if (!hasScope(caller, needed.scope)) {
      throw refusal(
        'missing_scope',
        "You may read, not change anything: that is for users who are Admin of the team's organisation in Grafana.",
      );
    }
    return caller;
  };
}

async function checkKey(keys: Pick<Keys, 'find'>, token: string | undefined): Promise<void> {
  const how = `Make one with: ${MAKE_GRAFANA_KEY}`;
  if (token === undefined) {
    throw refusal(
      'invalid_grafana_key',
      `This comes through Grafana, but its data source sends no key in the header X-Tokenledger-Key. ${how}`,
    );
  }
  const key = await keys.find(token);
  if (key === null) {
    throw refusal(
      'invalid_grafana_key',
      `The key in the header X-Tokenledger-Key is not GRAFANA_KEY nor one of the database; it may have been revoked. ${how}`,
    );
  }
  if (!key.scopes.includes('grafana')) {
    throw refusal(
      'invalid_grafana_key',
      `The key in the header X-Tokenledger-Key is not one for Grafana's data source. ${how}`,
    );
  }
}
