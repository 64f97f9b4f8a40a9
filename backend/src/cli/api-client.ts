/** The running server's API, as the CLI uses it. */
export interface ApiClient {
  readonly url: string;
  get<T>(path: string): Promise<T>;
  post<T>(path: string, body: unknown): Promise<T>;
  delete(path: string): Promise<void>;
}

/** @throws Error with the server's own explanation when it refuses */
export function createApiClient(url: string, token: string): ApiClient {
  const call = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const response = await fetch(url + path, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok)
      throw new Error(problemText(text) ?? `${method} ${path} was answered with ${response.status}`);
    return text === '' ? undefined : JSON.parse(text);
  };
  return {
    url,
    get: <T>(path: string) => call('GET', path) as Promise<T>,
    post: <T>(path: string, body: unknown) => call('POST', path, body) as Promise<T>,
    delete: async (path) => void (await call('DELETE', path)),
  };
}

function problemText(body: string): string | null {
  try {
    const { detail, errors } = JSON.parse(body) as {
      detail?: string;
      errors?: { field: string; message: string }[];
    };
    const fields = (errors ?? []).map(({ field, message }) => `\n  ${field}: ${message}`).join('');
    return detail === undefined ? null : detail + fields;
  } catch {
    return null;
  }
}
