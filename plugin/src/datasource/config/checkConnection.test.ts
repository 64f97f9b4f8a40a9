import { of, throwError } from 'rxjs';
import { createApi } from '../../api/client';
import { ApiError } from '../../api/apiError';
import type { Status } from '../../api/wire';
import { checkConnection } from './checkConnection';

const STATUS: Status = {
  version: '0.1.0',
  api: 1,
  time: '2026-11-22T12:00:00.000Z',
  database: { engine: 'embedded', schema: 9, needed: 9, behind: false },
  you: { name: 'grafana:abc', role: 'viewer', may_change: false, audience: 'team', organisations: null },
  last_event: { started_at: '2026-11-22T11:57:00.000Z', ingested_at: '2026-11-22T11:57:01.000Z' },
  today: {
    from: '2026-11-22T00:00:00.000Z',
    to: '2026-11-22T12:00:00.000Z',
    calls: 1000,
    priced_calls: 872,
    pending_calls: 128,
    coverage: 0.872,
    cost_usd: '12.5',
  },
};

const answering = (status: unknown) => checkConnection({ status: () => of(status as Status) });
const failing = (status: number, code: string, message = 'What the backend said.') =>
  checkConnection({ status: () => throwError(() => new ApiError(status, code, message)) });

describe('checkConnection', () => {
  it('tells version, role, last event and coverage of a connection that works', async () => {
    await expect(answering(STATUS)).resolves.toEqual({
      status: 'success',
      message: 'Connected to Tokenledger 0.1.0 as viewer; last event 3 minutes ago; coverage today 87.2 %',
    });
  });

  it.each([
    [{ last_event: null }, 'Connected to Tokenledger 0.1.0 as viewer; no event has arrived yet'],
    [{ today: { ...STATUS.today, calls: 0, coverage: null } }, /no calls today \(UTC\) yet$/],
    [{ today: { ...STATUS.today, coverage: null } }, /no billable calls today \(UTC\) yet$/],
    [{ today: { ...STATUS.today, coverage: 0.999999 } }, /coverage today 99\.9 %$/],
    [{ today: { ...STATUS.today, coverage: 0.573 } }, /coverage today 57\.3 %$/],
    [{ today: { ...STATUS.today, coverage: 1 } }, /coverage today 100 %$/],
  ])('says what is not known of %j', async (changed, message) => {
    const check = await answering({ ...STATUS, ...changed });
    expect(check.status).toBe('success');
    expect(check.message).toMatch(message);
  });

  it.each([
    [400, 'bad_request', 'Invalid data source URL: ""', 'No URL is set.', /Type the URL/],
    [400, 'bad_request', 'Invalid data source URL: "http//x"', 'The URL is not valid.', /http:\/\/127/],
    [502, 'backend_unreachable', '', 'Grafana cannot reach the backend.', /Start the backend/],
    [504, 'backend_timeout', '', 'The backend did not answer in time.', /firewall/],
    [0, 'grafana_unreachable', '', 'Your browser cannot reach Grafana.', /network/],
    [200, 'not_tokenledger', '', /not a Tokenledger backend/, /Check the URL/],
    [404, 'not_found', '', /not a Tokenledger backend/, /Check the URL/],
    [
      400,
      'refused_login',
      '',
      'The backend got no key that it knows.',
      /keys create --name grafana --scope grafana/,
    ],
    [403, 'invalid_grafana_key', '', 'The backend does not know this key.', /keys create/],
    [403, 'grafana_not_configured', '', 'The backend has not been told about Grafana.', /GRAFANA_URL/],
    [403, 'wrong_issuer', '', 'The backend trusts another Grafana than this one.', /GRAFANA_ISSUER/],
    [403, 'no_grafana_identity', '', 'Grafana did not say who is asking.', /secret_key/],
    [403, 'unknown_grafana_signature', '', 'The backend could not verify who is asking.', /GRAFANA_URL/],
    [403, 'expired_grafana_identity', '', 'The clocks of Grafana and of the backend differ.', /NTP/],
    [403, 'unknown_grafana_organisation', '', /does not know this organisation/, /GRAFANA_TEAM_ORG_ID/],
    [403, 'anonymous_grafana_user', '', /Nobody is signed in/, /Sign in/],
    [403, 'grafana_role_none', '', /None/, /Viewer/],
    [503, 'grafana_away', '', /cannot reach Grafana/, /GRAFANA_URL/],
  ])('tells %i %s (%s) apart and says what to do', async (status, code, said, message, whatToDo) => {
    const check = await failing(status, code, said);
    expect(check.status).toBe('error');
    expect(check.message).toMatch(message);
    expect(check.details?.message).toMatch(whatToDo);
  });

  it('keeps what the backend said beside its own words', async () => {
    const check = await failing(403, 'invalid_grafana_key', 'This key was revoked.');
    expect(check.details?.verboseMessage).toBe('This key was revoked.');
  });

  it('shows at once which issuer came and which was expected', async () => {
    const said = 'issuer http://grafana/, expected http://localhost:3000/ (GRAFANA_ISSUER).';
    const check = await failing(403, 'wrong_issuer', said);
    expect(check.details?.message).toContain(said);
  });

  it('passes on the words of an error that it does not know', async () => {
    const check = await failing(500, 'unexpected', 'Look into the log for id 17.');
    expect(check).toEqual({
      status: 'error',
      message: 'The connection does not work (500).',
      details: { message: 'Look into the log for id 17.' },
    });
  });

  it.each([
    [0, /too old/, /Update the backend/],
    [2, /too new/, /Update this plugin/],
  ])('refuses API version %i', async (api, message, whatToDo) => {
    const check = await answering({ ...STATUS, api });
    expect(check.status).toBe('error');
    expect(check.message).toMatch(message);
    expect(check.details?.message).toMatch(whatToDo);
  });

  it('tells a database that is behind', async () => {
    const database = { engine: 'server', schema: 7, needed: 9, behind: true };
    const check = await answering({ ...STATUS, database, today: null });
    expect(check.status).toBe('error');
    expect(check.message).toBe('The database of Tokenledger 0.1.0 is behind: its schema is 7, 9 is needed.');
  });

  it('does not accept a backend that does not see who is asking', async () => {
    const check = await answering({ ...STATUS, you: { ...STATUS.you, name: 'loopback', role: null } });
    expect(check.status).toBe('error');
    expect(check.message).toMatch(/does not see who is asking/);
  });

  it.each([[{ ok: true }], [{ version: 4, api: 'x' }]])('takes %j for somebody else', async (body) => {
    const check = await answering(body);
    expect(check.message).toMatch(/not a Tokenledger backend/);
  });

  it('takes a page of HTML for somebody else', async () => {
    const api = createApi('/proxy', () => of({ data: '<!doctype html>' }) as never);
    await expect(checkConnection(api)).resolves.toMatchObject({
      status: 'error',
      message: expect.stringMatching(/not a Tokenledger backend/),
    });
  });

  it('tells every problem in other words', async () => {
    const codes = [
      'backend_unreachable',
      'backend_timeout',
      'grafana_unreachable',
      'not_tokenledger',
      'refused_login',
    ];
    codes.push(
      'invalid_grafana_key',
      'missing_scope',
      'too_many_failures',
      'grafana_not_configured',
      'wrong_issuer',
    );
    codes.push(
      'no_grafana_identity',
      'unknown_grafana_signature',
      'expired_grafana_identity',
      'grafana_away',
    );
    codes.push(
      'invalid_grafana_identity',
      'unknown_grafana_organisation',
      'anonymous_grafana_user',
      'grafana_role_none',
    );
    const checks = await Promise.all(codes.map((code) => failing(403, code)));
    expect(new Set(checks.map(({ message }) => message)).size).toBe(codes.length);
  });
});
