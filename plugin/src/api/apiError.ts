import { isFetchError } from '@grafana/runtime';
import type { ProblemBody } from './wire';

type FieldError = NonNullable<ProblemBody['errors']>[number];

/** What went wrong, in words that can be shown: `message` says what to do. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  /** HTTP status as Grafana's proxy passed it on; 0 when there was no answer at all. */
  readonly status: number;
  /** The backend's code, or one of ours for what never reached it. */
  readonly code: string;
  readonly errors: readonly FieldError[];

  constructor(status: number, code: string, message: string, errors: readonly FieldError[] = []) {
    super(message);
    this.status = status;
    this.code = code;
    this.errors = errors;
  }
}

/** The words for any error, of this API or not. */
export const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : 'Something went wrong, and nothing said what. Try again.';

/** What Grafana itself answers, when the backend was not reached or answered what a proxy may not pass on. */
const BY_STATUS: Readonly<Record<number, readonly [code: string, message: string]>> = {
  400: [
    'refused_login',
    'Whatever answers at the URL of this data source asks for a login (401). Check in its settings that the URL is that of ' +
      'the Tokenledger backend and that the key is set.',
  ],
  401: ['signed_out', 'Your session in Grafana has ended. Sign in again.'],
  403: [
    'no_permission',
    'Grafana does not let you query this data source. Ask an administrator of Grafana for the permission "Query" ' +
      '(datasources:query); the role None does not have it.',
  ],
  404: [
    'not_found',
    'There is no Tokenledger backend at the URL of this data source, or the data source was deleted. Check its settings.',
  ],
  413: ['too_large', 'The query is too large. Use fewer filter values.'],
  429: ['too_many_requests', 'Too many requests. Wait a moment, then refresh.'],
  502: [
    'backend_unreachable',
    'Grafana cannot reach the Tokenledger backend. Check that it runs, and that the URL in the settings of this data ' +
      "source is the one that Grafana's server reaches it at.",
  ],
  504: [
    'backend_timeout',
    'The Tokenledger backend did not answer in time. Try a shorter time range, or raise the timeout in the settings of ' +
      'this data source.',
  ],
};

/** Whatever a request of ours failed with, as an `ApiError`. */
export function apiErrorOf(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (!isFetchError<unknown>(error) || !error.status) {
    return new ApiError(
      0,
      'grafana_unreachable',
      'Grafana did not answer your browser. Check your connection, and try again.',
    );
  }
  const { status, data } = error;
  if (isProblem(data)) return new ApiError(status, data.code, data.detail, data.errors);
  if (status === 400 && !/authentication to data source failed/i.test(grafanaMessage(data))) {
    return new ApiError(400, 'bad_request', grafanaMessage(data) || 'Grafana refused the request.');
  }
  const [code, message] = BY_STATUS[status] ?? [
    'unexpected_status',
    `The answer was ${status}${grafanaMessage(data) && `: ${grafanaMessage(data)}`}. Try again; if it stays, look into ` +
      'the logs of Grafana and of the Tokenledger backend.',
  ];
  return new ApiError(status, code, message);
}

/** A page or a text instead of an answer: another program lives at that URL. @throws ApiError */
export function refuseForeignAnswer<T>(data: T): T {
  if (typeof data === 'object' && data !== null) return data;
  throw new ApiError(
    200,
    'not_tokenledger',
    'What answers at the URL of this data source is not a Tokenledger backend. Check the URL in its settings.',
  );
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

const isProblem = (data: unknown): data is ProblemBody =>
  isRecord(data) && typeof data.code === 'string' && typeof data.detail === 'string';

const grafanaMessage = (data: unknown): string =>
  isRecord(data) && typeof data.message === 'string' ? data.message : '';
