import { grafanaCaller } from './grafana-caller.js';
import type { GrafanaIdentity } from './grafana-token.js';

const viewer: GrafanaIdentity = { organisation: 7, type: 'user', id: 'dg52', role: 'Viewer' };
const callerOf = (changed: Partial<GrafanaIdentity>) => grafanaCaller({ ...viewer, ...changed }, { team: 7 });

describe('in the organisation of the team', () => {
  it.each<[string, string, readonly string[]]>([
    ['Viewer', 'viewer', ['read']],
    ['Editor', 'editor', ['read']],
    ['Admin', 'admin', ['read', 'admin']],
  ])('a user who is %s', (told, role, scopes) => {
    const caller = callerOf({ role: told });
    expect([...caller.scopes]).toEqual(scopes);
    expect(caller).toMatchObject({ role, name: 'grafana:dg52', audience: 'team', orgId: null });
  });

  it.each(['service-account', 'render'])('a %s reads, also as Admin', (type) => {
    for (const role of ['Viewer', 'Editor', 'Admin'])
      expect([...callerOf({ type, id: '6', role }).scopes]).toEqual(['read']);
    expect(callerOf({ type, id: '6' }).name).toBe(`grafana:${type}:6`);
  });

  it.each(['None', '', 'viewer', 'ADMIN', 'Grafana Admin', null])('the role %j is none', (role) => {
    expect(() => callerOf({ role })).toThrow(
      expect.objectContaining({ status: 403, code: 'grafana_role_none' }) as Error,
    );
  });

  it.each([
    ['anonymous', 'anonymous_grafana_user'],
    ['api-key', 'invalid_grafana_identity'],
    ['access-policy', 'invalid_grafana_identity'],
    ['', 'invalid_grafana_identity'],
  ])('a caller of the type %j is refused: %s', (type, code) => {
    expect(() => callerOf({ type, role: 'Admin' })).toThrow(
      expect.objectContaining({ status: 403, code }) as Error,
    );
  });
});

it('nobody of another organisation reads, and is told what to set', () => {
  for (const role of ['Viewer', 'Admin'])
    expect(() => callerOf({ organisation: 1, role })).toThrow('GRAFANA_TEAM_ORG_ID=1');
});
