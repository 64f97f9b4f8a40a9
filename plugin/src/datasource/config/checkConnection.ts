import { dateTime, type TestDataSourceResponse } from '@grafana/data';
import { firstValueFrom } from 'rxjs';
import { apiErrorOf, type ApiError } from '../../api/apiError';
import type { Api } from '../../api/client';
import type { Status } from '../../api/wire';
import { CREATE_KEY_COMMAND } from './createKeyCommand';

/** The backend raises its number when this plugin could not read it any more. */
export const SUPPORTED_API = 1;

export interface ConnectionCheck extends TestDataSourceResponse {
  status: 'success' | 'error';
  message: string;
  /** `message` says what to do, `verboseMessage` what the backend or Grafana said. */
  details?: { message: string; verboseMessage?: string };
}

/** What "Save & test" shows: one sentence for what is wrong and one for what to do. Never rejects. */
export async function checkConnection(api: Pick<Api, 'status'>): Promise<ConnectionCheck> {
  try {
    return judge(await firstValueFrom(api.status()));
  } catch (error) {
    return explain(apiErrorOf(error));
  }
}

const failed = (message: string, whatToDo: string, said?: string): ConnectionCheck => ({
  status: 'error',
  message,
  details: said ? { message: whatToDo, verboseMessage: said } : { message: whatToDo },
});

const CHECK_URL =
  'Check the URL: it is the one at which the server of Grafana reaches the backend, http://127.0.0.1:4318 if both run on ' +
  'one machine.';
const MAKE_KEY = `Make a key on the backend's machine with "${CREATE_KEY_COMMAND}", paste it into "Key" and save.`;
const NOT_TOKENLEDGER = [
  'What answers at this URL is not a Tokenledger backend, or one that is much too old.',
  CHECK_URL,
] as const;

/** By the codes of the backend and of `apiErrorOf`. */
const PROBLEMS: Readonly<Record<string, readonly [message: string, whatToDo: string]>> = {
  backend_unreachable: [
    'Grafana cannot reach the backend.',
    `Start the backend, or correct the URL. ${CHECK_URL}`,
  ],
  backend_timeout: [
    'The backend did not answer in time.',
    'Check that the URL leads to the backend and that no firewall lies between it and Grafana; then look into its log.',
  ],
  grafana_unreachable: [
    'Your browser cannot reach Grafana.',
    'Check your network connection, and that Grafana is running. Then test again.',
  ],
  not_tokenledger: NOT_TOKENLEDGER,
  not_found: NOT_TOKENLEDGER,
  missing_key: ['The backend got no key.', MAKE_KEY],
  refused_login: [
    'The backend got no key that it knows.',
    `${MAKE_KEY} If a key is set, something else that asks for a login answers at this URL: check the URL.`,
  ],
  invalid_grafana_key: [
    'The backend does not know this key.',
    `It is mistyped, revoked, or lacks the scope "grafana". ${MAKE_KEY}`,
  ],
  missing_scope: ['This key may not do that.', `It lacks the scope "grafana". ${MAKE_KEY}`],
  too_many_failures: [
    'Too many wrong keys came from this Grafana, so the backend makes it wait.',
    'Correct the key, wait a few minutes, then test again.',
  ],
  grafana_not_configured: [
    'The backend has not been told about Grafana.',
    'Set GRAFANA_URL and GRAFANA_ISSUER for the backend (the steps on this page show the values) and restart it.',
  ],
  wrong_issuer: [
    'The backend trusts another Grafana than this one.',
    'Set GRAFANA_ISSUER of the backend to the root URL of this Grafana (the steps on this page show it) and restart it.',
  ],
  no_grafana_identity: [
    'Grafana did not say who is asking.',
    'Test while signed in as a user. If you are: the secret_key of Grafana may have changed, so that it cannot sign who is ' +
      'asking any more. Restore it, or have Grafana make new signing keys.',
  ],
  unknown_grafana_signature: [
    'The backend could not verify who is asking.',
    'GRAFANA_URL of the backend must lead to this very Grafana, whose keys it reads there. Correct it and restart the backend.',
  ],
  expired_grafana_identity: [
    'The clocks of Grafana and of the backend differ.',
    'Set both clocks (NTP), then test again.',
  ],
  invalid_grafana_identity: [
    'The backend does not understand what Grafana says about who is asking.',
    'Check that the versions of Grafana and of the backend fit together: this plugin needs Grafana 12.2 or newer.',
  ],
  unknown_grafana_organisation: [
    'The backend does not know this organisation of Grafana.',
    'Use the data source in the organisation with the number that GRAFANA_TEAM_ORG_ID of the backend tells, or change that ' +
      'setting and restart the backend.',
  ],
  anonymous_grafana_user: [
    'Nobody is signed in, and the backend answers no strangers.',
    'Sign in to Grafana, then test again.',
  ],
  grafana_role_none: [
    'Your role in this organisation of Grafana is None.',
    'Ask an administrator of Grafana for the role Viewer or more.',
  ],
  grafana_away: [
    'The backend cannot reach Grafana to verify who is asking.',
    'Check GRAFANA_URL of the backend: it is the URL at which the backend reaches this Grafana.',
  ],
};

function explain({ status, code, message }: ApiError): ConnectionCheck {
  if (status === 400 && /invalid data source url/i.test(message)) {
    return /""/.test(message)
      ? failed('No URL is set.', 'Type the URL of the backend, then save and test again.')
      : failed(
          'The URL is not valid.',
          'Type it like http://127.0.0.1:4318, then save and test again.',
          message,
        );
  }
  const known = Object.hasOwn(PROBLEMS, code) ? PROBLEMS[code] : undefined;
  // Which issuer and which was expected: that is the whole point, so not among what has to be unfolded.
  if (known && code === 'wrong_issuer') return failed(known[0], `${message} ${known[1]}`);
  if (known) return failed(...known, message);
  return failed(`The connection does not work (${status}).`, message);
}

function judge(status: Status): ConnectionCheck {
  if (typeof status.version !== 'string' || typeof status.api !== 'number') return failed(...NOT_TOKENLEDGER);
  const backend = `Tokenledger ${status.version}`;
  if (status.api !== SUPPORTED_API) {
    const [age, update] = status.api < SUPPORTED_API ? ['old', 'the backend'] : ['new', 'this plugin'];
    return failed(
      `${backend} is too ${age} for this plugin.`,
      `Its API has version ${status.api}, the plugin reads version ${SUPPORTED_API}. Update ${update}.`,
    );
  }
  const { behind, schema, needed } = status.database;
  if (behind) {
    return failed(
      `The database of ${backend} is behind: its schema is ${schema}, ${needed} is needed.`,
      'Restart the backend: it updates the schema when it starts. If it stays behind, its log says why.',
    );
  }
  if (status.you.role === null) {
    return failed(
      `${backend} answers, but does not see who is asking.`,
      'It would show everybody the same. Set a key of the scope "grafana", and GRAFANA_URL for the backend, as the steps on ' +
        'this page show.',
    );
  }
  return {
    status: 'success',
    message: [`Connected to ${backend} as ${status.you.role}`, ...recent(status)].join('; '),
  };
}

function recent({ time, last_event, today }: Status): string[] {
  if (last_event === null) return ['no event has arrived yet'];
  const last = `last event ${dateTime(last_event.started_at).from(dateTime(time))}`;
  if (today === null || today.calls === 0) return [last, 'no calls today (UTC) yet'];
  if (today.coverage === null) return [last, 'no billable calls today (UTC) yet'];
  // Cut, not rounded: 100 % means that not one call is missing.
  const percent = Math.floor(Math.round(today.coverage * 1e6) / 1e3) / 10;
  return [last, `coverage today ${percent} %`];
}
