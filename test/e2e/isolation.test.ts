import type { EventView } from '../../backend/src/query/event-view.js';
import { openProduct, type Product } from '../support/product.js';
import { readEvents } from '../support/read-events.js';

/** Nothing that another organisation wrote may show these. */
const GLOBEX = 'globex-secret';
const GLOBEX_MODEL = 'globex-own-model';

let product: Product;
let acme: { write: string; read: string };
let globex: { write: string; read: string };

beforeAll(async () => {
  product = await openProduct();
  [acme, globex] = [await keysOf('acme'), await keysOf(GLOBEX)];
  await send(acme.write, CALL);
  await send(globex.write, { ...CALL, model: GLOBEX_MODEL });
  await send(TEAM, CALL);
  await send(TEAM, { ...CALL, span_id: 'b'.repeat(16), org_id: GLOBEX, model: GLOBEX_MODEL });
  await send(TEAM, { ...CALL, span_id: 'c'.repeat(16), org_id: 'acme' });
  await product.call('POST', '/v1/events', { started_at: GLOBEX, usage: { [GLOBEX]: 1 } }, globex.write);
  await product.call('POST', '/v1/events', { ...CALL, started_at: '2001-01-01T00:00:00Z' }, globex.write);
});
afterAll(() => product.stop());

const TEAM = undefined;
const STARTED = Date.now() - 3_600_000;
/** The same ids from everybody. */
const CALL = {
  ...{ trace_id: 'a'.repeat(32), span_id: 'a'.repeat(16), started_at: new Date(STARTED).toISOString() },
  ...{ provider: 'openai', model: 'gpt-4o', usage: { input_tokens: 1_000, output_tokens: 100 } },
};
const RANGE = {
  from: new Date(STARTED - 60_000).toISOString(),
  to: new Date(STARTED + 60_000).toISOString(),
};

async function keysOf(orgId: string): Promise<{ write: string; read: string }> {
  const make = async (scope: string): Promise<string> => {
    const { status, body } = await product.call<{ token: string }>('POST', '/api/v1/keys', {
      ...{ name: `${orgId} ${scope}`, scopes: [scope], org_id: orgId },
    });
    expect(status).toBe(201);
    return body.token;
  };
  return { write: await make('ingest'), read: await make('read') };
}

async function send(key: string | undefined, event: object): Promise<void> {
  const { status, body } = await product.call('POST', '/v1/events', event, key);
  expect([status, body]).toMatchObject([200, { accepted: 1 }]);
}

const placeOf = ({ realm, org_id, span_id }: EventView): string =>
  `${realm} ${org_id} ${span_id.slice(0, 1)}`;

describe('identity', () => {
  it('keeps the same ids of two organisations and of the team apart: nobody shadows another', async () => {
    const events = await readEvents(product, { kind: 'all' });
    expect(events.map(placeOf).sort()).toEqual([
      'org:acme acme a',
      `org:${GLOBEX} ${GLOBEX} a`,
      'team acme c',
      `team ${GLOBEX} b`,
      'team unattributed a',
    ]);
    const { status, body } = await product.call<{ errors: { message: string }[] }>('GET', COST);
    expect(status).toBe(409);
    expect(body.errors).toHaveLength(3);
  });

  it('gives a bound key its organisation whatever it claims, and counts the claims', async () => {
    const before = await claimsIgnored();
    await send(acme.write, { ...CALL, id: 'claim', trace_id: undefined, span_id: undefined, org_id: GLOBEX });
    const value = (text: string) => ({ value: { stringValue: text } });
    const span = {
      ...{ traceId: 'd'.repeat(32), name: 'chat' },
      ...{ startTimeUnixNano: `${STARTED}000000`, endTimeUnixNano: `${STARTED}000000` },
    };
    const claims = [{ key: 'app.org.id', ...value(GLOBEX) }];
    const { status } = await product.call(
      'POST',
      '/v1/traces',
      {
        resourceSpans: [
          { scopeSpans: [{ spans: [{ ...span, spanId: '1'.repeat(16), attributes: claims }] }] },
          {
            resource: { attributes: [{ key: 'tenant.id', ...value(GLOBEX) }] },
            scopeSpans: [{ spans: [{ ...span, spanId: '2'.repeat(16) }] }],
          },
          // Saying what one is bound to is no claim.
          {
            resource: { attributes: [{ key: 'tenant.id', ...value('acme') }] },
            scopeSpans: [{ spans: [{ ...span, spanId: '3'.repeat(16) }] }],
          },
        ],
      },
      acme.write,
    );
    expect(status).toBe(200);
    const spans = await readEvents(product, { kind: 'all', trace_id: span.traceId });
    expect(spans.map(placeOf).sort()).toEqual(['org:acme acme 1', 'org:acme acme 2', 'org:acme acme 3']);
    expect(await claimsIgnored()).toBe(before + 3);
  });
});

const COST = `/api/v1/events/${CALL.trace_id}/${CALL.span_id}/cost`;

async function claimsIgnored(): Promise<number> {
  const response = await fetch(`${product.url}/metrics`);
  const [, count] = /^tokenledger_org_claims_ignored_total (\d+)$/m.exec(await response.text()) ?? [];
  return Number(count);
}

describe('a key bound to an organisation reads', () => {
  it('its own events and what the team wrote for it', async () => {
    const events = await readEvents(product, { kind: 'all', trace_id: CALL.trace_id }, { key: acme.read });
    expect(events.map(placeOf).sort()).toEqual(['org:acme acme a', 'team acme c']);
    const own = await product.call('GET', COST, undefined, acme.read);
    expect(own).toMatchObject({ status: 200, body: { event: { realm: 'org:acme', org_id: 'acme' } } });
    const { body } = await product.call('GET', `/api/v1/traces/${CALL.trace_id}`, undefined, acme.read);
    expect(body).toMatchObject({ totals: { spans: 2, calls: 2 } });
  });

  it.each<[number, string, string, object | undefined]>([
    [403, 'GET', `/api/v1/events?org_id=${GLOBEX}`, undefined],
    [403, 'GET', `/api/v1/events?org_id=acme&org_id=${GLOBEX}`, undefined],
    [404, 'GET', `/api/v1/events/${CALL.trace_id}/${'b'.repeat(16)}/cost`, undefined],
    [404, 'GET', `${COST}?realm=org:${GLOBEX}`, undefined],
    [404, 'GET', `${COST}?realm=team`, undefined],
    [403, 'GET', `/api/v1/dimensions/model/values?org_id=${GLOBEX}`, undefined],
    [403, 'POST', '/api/v1/query', queryOf([{ dimension: 'org_id', operator: '=', values: [GLOBEX] }])],
    [
      403,
      'POST',
      '/api/v1/query',
      queryOf([{ dimension: 'org_id', operator: 'in', values: ['acme', GLOBEX] }]),
    ],
    [403, 'GET', '/api/v1/keys', undefined],
    [403, 'POST', '/api/v1/keys', { name: 'x', scopes: ['read'], org_id: null }],
    [403, 'POST', '/api/v1/quarantine/replay', { all: true }],
    [403, 'POST', '/api/v1/quarantine/drop', { all: true }],
    [403, 'POST', '/api/v1/prices/reload', {}],
    [403, 'POST', '/v1/events', CALL],
  ])('nobody else: %i for %s %s', async (status, method, path, body) => {
    expect((await product.call(method, path, body, acme.read)).status).toBe(status);
  });

  it('nothing of a neighbour at any address the API documents', async () => {
    const { body: document } = await product.call<{ paths: Record<string, Record<string, unknown>> }>(
      'GET',
      '/openapi.json',
    );
    const gets = Object.entries(document.paths).flatMap(([path, methods]) =>
      'get' in methods ? [path] : [],
    );
    const paths = gets.map((path) =>
      path
        .replace('{trace_id}', CALL.trace_id)
        .replace('{span_id}', CALL.span_id)
        .replace('{dimension}', 'model'),
    );
    expect(paths).toEqual(expect.arrayContaining(['/api/v1/events', '/api/v1/quarantine', COST]));
    for (const path of [...paths, '/api/v1/dimensions/org_id/values', '/api/v1/events?kind=all']) {
      const shown = async (key: string): Promise<boolean> => {
        const response = await fetch(product.url + path, { headers: { authorization: `Bearer ${key}` } });
        return (await response.text()).includes(GLOBEX);
      };
      expect([path, await shown(acme.read)]).toEqual([path, false]);
      // The search is able to find: whoever may see them does.
      if (path.startsWith('/api/v1/events')) expect([path, await shown(globex.read)]).toEqual([path, true]);
    }
  });

  it('sums of its own alone, whatever it asks', async () => {
    const filters = [[], [{ dimension: 'org_id', operator: '!=', values: ['nobody'] }]];
    for (const filter of filters) {
      const { body } = await product.call('POST', '/api/v1/query', queryOf(filter), globex.read);
      expect(body).toMatchObject({ rows: [{ org_id: GLOBEX, model: GLOBEX_MODEL }], totals: { calls: 2 } });
      const other = await product.call('POST', '/api/v1/query', queryOf(filter), acme.read);
      expect(JSON.stringify(other.body)).not.toContain('globex');
    }
  });

  it('its own quarantine; the team sees all of it', async () => {
    const listed = async (key?: string): Promise<{ realm: string }[]> => {
      const { body } = await product.call<{ items: { realm: string }[] }>(
        'GET',
        '/api/v1/quarantine',
        undefined,
        key,
      );
      return body.items;
    };
    expect(await listed(acme.read)).toEqual([]);
    expect((await listed(globex.read)).map(({ realm }) => realm)).toEqual(Array(2).fill(`org:${GLOBEX}`));
    expect(await listed()).toHaveLength(2);
  });

  it('an unbound one everything', async () => {
    const { body } = await product.call<{ token: string }>('POST', '/api/v1/keys', {
      ...{ name: 'all', scopes: ['read'] },
    });
    const organisations = (await readEvents(product, { kind: 'all' }, { key: body.token })).map(
      (e) => e.org_id,
    );
    expect(new Set(organisations)).toEqual(new Set(['acme', GLOBEX, 'unattributed']));
  });
});

function queryOf(filters: object[]): object {
  return { ...RANGE, measures: ['calls', 'cost_usd'], group_by: ['org_id', 'model'], filters };
}
