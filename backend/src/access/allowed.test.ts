import { boundTo, team } from '../../../test/support/call-route.js';
import { Problem } from '../http/problem.js';
import { allowedOrganisations, refuseBound } from './allowed.js';

const acme = boundTo('acme');

describe('allowedOrganisations', () => {
  it('lets the team read everything, or what it asks for', () => {
    expect(allowedOrganisations(team)).toMatchObject({ organisations: null, audience: 'team' });
    expect(allowedOrganisations(team, ['a', 'b']).organisations).toEqual(['a', 'b']);
    expect(allowedOrganisations(team, []).organisations).toEqual([]);
  });

  it('narrows a bound key to its organisation', () => {
    expect(allowedOrganisations(acme)).toMatchObject({ organisations: ['acme'], audience: 'customer' });
    expect(allowedOrganisations(acme, ['acme']).organisations).toEqual(['acme']);
    expect(allowedOrganisations(acme, []).organisations).toEqual([]);
  });

  it.each([[['globex']], [['acme', 'globex']], [['ACME']], [['']]])('refuses a bound key %j', (requested) => {
    const refuse = (): unknown => allowedOrganisations(acme, requested);
    expect(refuse).toThrow(Problem);
    expect(refuse).toThrow('organisation acme only');
  });

  it('is not widened by who asked, once it is decided', () => {
    const asked = ['acme'];
    const allowed = allowedOrganisations(acme, asked);
    asked.push('globex');
    expect(allowed.organisations).toEqual(['acme']);
    expect(() => Object.assign(allowed, { organisations: null })).toThrow(TypeError);
  });
});

describe('refuseBound', () => {
  it('lets pass whoever may see every organisation', () => {
    expect(() => refuseBound(team, 'Jobs')).not.toThrow();
    expect(() => refuseBound(acme, 'Jobs')).toThrow('Jobs tell about all organisations');
  });
});
