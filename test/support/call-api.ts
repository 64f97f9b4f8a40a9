export interface Answer<T> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: T;
}

/** JSON in, JSON out; `status` beside the body. */
export type CallApi = <T = Record<string, never>>(
  method: string,
  path: string,
  body?: unknown,
  key?: string,
) => Promise<Answer<T>>;

/** Calls to a running product, with a key unless told another; null for none. */
export const callApi =
  (url: string, defaultKey: string | null): CallApi =>
  async <T>(method: string, path: string, body?: unknown, key: string | null = defaultKey) => {
    const response = await fetch(url + path, {
      method,
      headers: {
        'content-type': 'application/json',
        ...(key !== null && { authorization: `Bearer ${key}` }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: (text ? JSON.parse(text) : null) as T,
    };
  };
