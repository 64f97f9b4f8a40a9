import { Problem } from '../http/problem.js';
import { allowedOrganisations } from './allowed.js';
import type { Caller } from '../http/caller.js';

const team: Caller = { scopes: new Set(['read']), orgId: null, realm: 'team', name: 'k1' };
const acme: Caller = { scopes: new Set(['read']), orgId: 'acme', realm: 'org:acme', name: 'k2' };

describe('allowedOrganisations', () => {
  it('lets the team read everything, or what it asks for', () => {
    expect(allowedOrganisations(team)).toEqual({ all: true });
    expect(allowedOrganisations(team, ['a', 'b'])).toEqual({ all: false, organisations: ['a', 'b'] });
    expect(allowedOrganisations(team, [])).toEqual({ all: false, organisations: [] });
  });

  it('narrows a bound key to its organisation', () => {
    expect(allowedOrganisations(acme)).toEqual({ all: false, organisations: ['acme'] });
    expect(allowedOrganisations(acme, ['acme'])).toEqual({ all: false, organisations: ['acme'] });
    expect(allowedOrganisations(acme, [])).toEqual({ all: false, organisations: [] });
  });

  it.each([[['globex']], [['acme', 'globex']], [['ACME']], [['']]])('refuses a bound key %j', (requested) => {
    const refuse = (): unknown => allowedOrganisations(acme, requested);
    expect(refuse).toThrow(Problem);
    expect(refuse).toThrow('organisation acme only');
  });
});
