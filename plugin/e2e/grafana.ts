import { request as httpRequest } from 'node:http';

/** What `npm run e2e` started; see scripts/e2e of the repository. */
export const GRAFANA_URL = told('GRAFANA_URL');
export const TOKENLEDGER_URL = told('TOKENLEDGER_URL');
export const GRAFANA_KEY = told('TOKENLEDGER_GRAFANA_KEY');
export const ADMIN = { user: 'admin', password: told('GRAFANA_ADMIN_PASSWORD') };
export const DATA_SOURCE = { uid: 'tokenledger', name: 'Tokenledger', type: 'tokenledger-datasource' };
export const PROXY = `/api/datasources/proxy/uid/${DATA_SOURCE.uid}`;

export interface User {
  user: string;
  password: string;
}

export interface Answer<Body = Record<string, unknown>> {
  status: number;
  body: Body;
}

interface Ask {
  method?: string;
  as?: User;
  headers?: Record<string, string>;
  body?: object;
}

/**
 * A request to Grafana, byte for byte as told: a browser or fetch() would refuse a `Connection` header or tidy up a path.
 */
export function ask<Body = Record<string, unknown>>(
  path: string,
  { method = 'GET', as, headers = {}, body }: Ask = {},
  base = GRAFANA_URL,
): Promise<Answer<Body>> {
  const { hostname, port } = new URL(base);
  const credentials = as && `Basic ${Buffer.from(`${as.user}:${as.password}`).toString('base64')}`;
  return new Promise((resolve, reject) => {
    const sent = httpRequest(
      {
        hostname,
        port,
        path,
        method,
        headers: {
          ...(credentials && { authorization: credentials }),
          ...(body && { 'content-type': 'application/json' }),
          ...headers,
        },
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part: string) => (text += part));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body: parsed(text) as Body }));
      },
    );
    sent.once('error', reject);
    sent.end(body && JSON.stringify(body));
  });
}

/** A new user with a role in the team's organisation. Each time another one: a failed test starts its file again. */
export async function createUser(name: string, role: 'Viewer' | 'Editor' | 'Admin'): Promise<User> {
  const login = `${name}-${Date.now()}`;
  const user = { user: login, password: `password-of-${login}` };
  const made = await ask<{ id: number }>('/api/admin/users', {
    method: 'POST',
    as: ADMIN,
    body: { login, password: user.password, email: `${login}@example.com`, OrgId: 1 },
  });
  if (made.status !== 200) {
    throw new Error(`no user ${login}: ${JSON.stringify(made.body)}`);
  }
  await ask(`/api/org/users/${made.body.id}`, { method: 'PATCH', as: ADMIN, body: { role } });
  return user;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return { text };
  }
}

function told(name: string): string {
  const value = process.env[name];
  if (!value) {
    throw new Error(`${name} is not set: run these tests by "npm run e2e" of the repository`);
  }
  return value;
}
