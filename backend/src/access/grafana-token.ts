import { decodeJwt, errors, jwtVerify, type JWTPayload } from 'jose';
import { z } from 'zod';
import { Problem } from '../http/problem.js';
import { isForeignKey, type GrafanaKeys } from './grafana-keys.js';
import { GrafanaAway, refusal } from './grafana-problem.js';

/** Seconds that the clocks of Grafana and this server may differ. */
const CLOCK_TOLERANCE_S = 5;

/** Who Grafana says is asking, beyond doubt. What he may do is decided elsewhere. */
export interface GrafanaIdentity {
  /** The number of the organisation of Grafana he is in for this request. */
  readonly organisation: number;
  readonly type: string;
  /** The user's uid; what follows the colon of the subject for who is no user. */
  readonly id: string;
  /** As Grafana writes it: `Viewer`, `Editor`, `Admin`, `None`; null where it says none. */
  readonly role: string | null;
}

const Claims = z.object({
  iat: z.number(),
  aud: z.union([z.string(), z.tuple([z.string()]).transform(([only]) => only)]),
  namespace: z.string(),
  sub: z.string(),
  type: z.string(),
  identifier: z.string().optional(),
  role: z.string().optional(),
});

export interface TokenVerifierDeps {
  readonly keys: GrafanaKeys;
  /** Grafana's root_url, with the slash at its end. */
  readonly issuer: string;
  /** Unix ms. */
  readonly now: () => number;
}

/**
 * Returns what reads Grafana's identity token (`X-Grafana-Id`): ES256 with a published key, issuer, time, and claims
 * that agree with each other. It throws a Problem that says what is wrong and quotes nothing of the token but its issuer.
 */
export function createTokenVerifier({ keys, issuer, now }: TokenVerifierDeps) {
  const payloadOf = async (token: string): Promise<JWTPayload> => {
    const { payload } = await jwtVerify(token, keys.find, {
      algorithms: ['ES256'],
      issuer,
      clockTolerance: CLOCK_TOLERANCE_S,
      currentDate: new Date(now()),
      requiredClaims: ['exp', 'iat', 'aud', 'sub'],
    });
    return payload;
  };
  /** Grafana names its key by the month: set up anew, it has another key of the same name. */
  const renewed = async (token: string): Promise<JWTPayload> => {
    try {
      return await payloadOf(token);
    } catch (error) {
      if (!(error instanceof errors.JWSSignatureVerificationFailed) || !(await keys.renew())) throw error;
      return payloadOf(token);
    }
  };

  return async function verify(token: string): Promise<GrafanaIdentity> {
    const payload = await renewed(token).catch((error: unknown) => {
      if (error instanceof Problem) throw error;
      if (error instanceof errors.JOSEError) throw refusalOf(error, token, issuer);
      throw new GrafanaAway('publishes a key that cannot be used', 60);
    });
    const claims = Claims.safeParse(payload);
    if (!claims.success) throw invalid('it lacks what Grafana 12.2 puts into it');
    if (claims.data.iat > now() / 1000 + CLOCK_TOLERANCE_S) throw expired();
    return identityOf(claims.data);
  };
}

function identityOf({ aud, namespace, sub, type, identifier, role }: z.output<typeof Claims>) {
  const [, number] = /^org:([1-9]\d{0,8})$/.exec(aud) ?? [];
  if (number === undefined || namespace !== (number === '1' ? 'default' : `org-${number}`))
    throw invalid('it is not for one organisation of Grafana');
  const rest = sub.startsWith(`${type}:`) ? sub.slice(type.length + 1) : '';
  const id = type === 'user' ? identifier : rest;
  if (rest === '' || id === undefined || !/^[\w-]{1,64}$/.test(id))
    throw invalid('its subject, type and identifier do not agree');
  return { organisation: Number(number), type, id, role: role ?? null };
}

const invalid = (why: string): Problem =>
  refusal('invalid_grafana_identity', `The identity token (X-Grafana-Id) is not one of Grafana: ${why}.`);

const expired = (): Problem =>
  refusal(
    'expired_grafana_identity',
    'The identity token (X-Grafana-Id) is of another time: it has expired, or is not valid yet. ' +
      'Compare the clocks of Grafana and of this server, then reload the page.',
  );

function refusalOf(error: errors.JOSEError, token: string, expected: string): Problem {
  if (error instanceof errors.JWTExpired) return expired();
  const foreign = isForeignKey(error);
  const { claim = null } = error instanceof errors.JWTClaimValidationFailed ? error : {};
  // Another Grafana than the one at GRAFANA_URL mostly has another address too: that says more than "unknown key".
  const issuer = foreign || claim === 'iss' ? issuerOf(token) : expected;
  if (issuer !== expected) {
    const told = issuer ?? 'that is no address';
    return refusal(
      'wrong_issuer',
      `This Grafana is not known here: issuer ${told}, expected ${expected} (GRAFANA_ISSUER). ` +
        "Set GRAFANA_ISSUER to Grafana's root_url, and GRAFANA_URL to the address this server reaches it at.",
    );
  }
  if (foreign) {
    return refusal(
      'unknown_grafana_signature',
      'The identity token (X-Grafana-Id) is not signed with a key of the Grafana at GRAFANA_URL. ' +
        'GRAFANA_URL may lead to another Grafana; right after Grafana has changed its key, try again in ten seconds.',
    );
  }
  return invalid(claim === null ? 'it is no token signed with ES256' : `its ${claim} is missing or wrong`);
}

/** The issuer a token claims, unproven: to be shown, not believed. Null when it is no plain address. */
function issuerOf(token: string): string | null {
  try {
    const { iss } = decodeJwt(token);
    return iss !== undefined && /^https?:\/\/[\w.:[\]/~-]{1,200}$/.test(iss) ? iss : null;
  } catch {
    return null;
  }
}
