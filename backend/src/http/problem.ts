/** One wrong field of a request. */
export interface FieldError {
  readonly field: string;
  readonly message: string;
  /** Position of the item in a batch. */
  readonly index?: number;
}

/**
 * An error that may be shown to the client (RFC 9457). Everything else becomes a 500 with an id and no details.
 * `detail` tells the reader what to do next.
 */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly status: number;
  readonly code: string;
  readonly errors: readonly FieldError[];
  /** Seconds, sent as `Retry-After`. */
  readonly retryAfter: number | null;
  /** Headers the status demands, such as `WWW-Authenticate` or `Allow`. */
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    code: string,
    detail: string,
    options: {
      errors?: readonly FieldError[];
      retryAfter?: number;
      headers?: Readonly<Record<string, string>>;
      cause?: unknown;
    } = {},
  ) {
    super(detail, 'cause' in options ? { cause: options.cause } : undefined);
    this.status = status;
    this.code = code;
    this.errors = options.errors ?? [];
    this.retryAfter = options.retryAfter ?? null;
    this.headers = options.headers ?? {};
  }
}
