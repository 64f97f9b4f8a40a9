import type { Authenticate, RequestFacts } from '../http/request-facts.js';
import { Problem } from '../http/problem.js';
import { realmOf, TEAM_REALM } from '../ledger/event.js';
import { hasScope, SCOPES, type Caller, type Scope } from '../http/caller.js';
import { comesThroughGrafana, createAuthenticateGrafana, type Grafana } from './authenticate-grafana.js';
import type { FailureLimit } from './failure-limit.js';
import { matchesSha256, sha256 } from './key.js';
import type { Keys } from './keys.js';
import type { LocalAdmin } from './local-admin.js';
import { isLocalRequest, isLoopback } from './loopback.js';

export interface AuthenticateDeps {
  readonly keys: Pick<Keys, 'find'>;
  readonly localAdmin: Pick<LocalAdmin, 'matches'>;
  /** TOKENLEDGER_ADMIN_KEY. */
  readonly adminKey: string | null;
  /** Whether a local request needs no key: with the embedded database, while no Grafana could be its sender. */
  readonly keyless: boolean;
  /** Null: no Grafana is configured. */
  readonly grafana: Grafana | null;
  readonly failures: FailureLimit;
}

/** A program on this machine may send and read. Making keys would outlast that: it needs the token in DATA_DIR. */
const LOOPBACK: Caller = teamCaller('loopback', ['ingest', 'read']);
const LOCAL_ADMIN: Caller = teamCaller('local-admin', ['admin']);
const ADMIN_KEY: Caller = teamCaller('admin-key', ['admin']);

/**
 * Decides who sends a request and whether he may: 401 without a valid key, 403 without the scope, 429 after too many
 * wrong keys from one peer. What nobody can guess (keys of the database, the local token: 256 random bits) is recognised
 * also from a peer that is blocked, for behind one address there may be a guesser and a well-behaved exporter. The admin
 * key, which a person may have chosen, is not. What comes through Grafana is decided by other rules, and by them alone.
 */
export function createAuthenticate(deps: AuthenticateDeps): Authenticate {
  const authenticateGrafana = createAuthenticateGrafana(deps);
  const adminSha256 = deps.adminKey === null ? null : sha256(deps.adminKey);

  const identify = async (token: string, { peer }: RequestFacts, scope: Scope): Promise<Caller> => {
    const key = await deps.keys.find(token);
    if (key !== null) {
      if (key.scopes.includes('grafana')) throw grafanaKeyAlone();
      return {
        ...{
          scopes: new Set(SCOPES.filter((own) => key.scopes.includes(own))),
          orgId: key.orgId,
          realm: realmOf(key.orgId),
          name: key.id,
        },
        ...{ audience: key.orgId === null ? 'team' : 'customer', role: null },
      };
    }
    if (deps.localAdmin.matches(token) && isLoopback(peer)) return LOCAL_ADMIN;
    const blockedFor = await deps.failures.blockedFor(peer);
    if (blockedFor !== null) throw tooManyFailures(blockedFor);
    if (adminSha256 !== null && matchesSha256(token, adminSha256)) return ADMIN_KEY;
    await deps.failures.failed(peer);
    throw unauthorized('invalid_key', 'This key is not valid; it may have been revoked.', scope);
  };

  return async function authenticate(facts, needed) {
    if (comesThroughGrafana(facts)) return authenticateGrafana(facts, needed);
    const { scope } = needed;
    const { authorization } = facts.headers;
    if (authorization === undefined && scope !== 'admin' && deps.keyless && isLocalRequest(facts))
      return LOOPBACK;
    if (authorization === undefined) throw unauthorized('missing_key', 'This needs a key.', scope);
    const [, token] = /^Bearer +(\S+)$/i.exec(authorization) ?? [];
    if (token === undefined)
      throw unauthorized('invalid_authorization', 'The Authorization header is not understood.', scope);
    const caller = await identify(token, facts, scope);
    if (!hasScope(caller, scope)) throw missingScope(scope);
    return caller;
  };
}

function teamCaller(name: string, scopes: readonly Scope[]): Caller {
  return { scopes: new Set(scopes), orgId: null, realm: TEAM_REALM, name, audience: 'team', role: null };
}

function unauthorized(code: string, what: string, scope: Scope): Problem {
  const make = `Make one with: npm run -s tokenledger -- keys create --name NAME --scope ${scope}`;
  return new Problem(401, code, `${what} Send Authorization: Bearer KEY. ${make}`, {
    headers: {
      'www-authenticate': `Bearer realm="tokenledger"${code === 'missing_key' ? '' : ', error="invalid_token"'}`,
    },
  });
}

function grafanaKeyAlone(): Problem {
  return new Problem(
    403,
    'missing_scope',
    "This key is for Grafana's data source, which sends it in the header X-Tokenledger-Key. By itself it opens nothing.",
  );
}

function missingScope(scope: Scope): Problem {
  return new Problem(
    403,
    'missing_scope',
    `This key may not do that: it lacks the scope ${scope}. Use one that has it.`,
    {
      headers: {
        'www-authenticate': `Bearer realm="tokenledger", error="insufficient_scope", scope="${scope}"`,
      },
    },
  );
}

function tooManyFailures(retryAfter: number): Problem {
  return new Problem(
    429,
    'too_many_failures',
    'Too many wrong keys came from this address. Correct the key and wait.',
    {
      retryAfter,
    },
  );
}
