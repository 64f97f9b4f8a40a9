import { startupProblem } from './startup.js';

const nobody = { host: '127.0.0.1', embedded: true, grafana: false, hasConfiguredKey: false, liveKeys: 0 };

describe('startupProblem', () => {
  it.each([
    ['embedded on loopback', nobody],
    ['embedded on ::1', { ...nobody, host: '::1' }],
    ['an admin key', { ...nobody, embedded: false, hasConfiguredKey: true }],
    ['a key in the database', { ...nobody, embedded: false, host: '0.0.0.0', liveKeys: 1 }],
  ])('lets it start with %s', (_what, facts) => {
    expect(startupProblem(facts)).toBeNull();
  });

  it('refuses DATABASE_URL without any key, also on loopback, and says how to make one', () => {
    const problem = startupProblem({ ...nobody, embedded: false });
    expect(problem).toMatch(/^DATABASE_URL is set/);
    expect(problem).toContain('npm run -s tokenledger -- keys create');
    expect(problem).toContain('TOKENLEDGER_ADMIN_KEY=');
    expect(problem).not.toContain('HOST=127.0.0.1');
  });

  it('refuses Grafana without any key, also embedded on loopback, and says what to do', () => {
    const problem = startupProblem({ ...nobody, grafana: true });
    expect(problem).toMatch(/^GRAFANA_URL is set/);
    expect(problem).toContain('npm run -s tokenledger -- keys create');
    expect(problem).toContain('GRAFANA_URL=');
    expect(startupProblem({ ...nobody, grafana: true, liveKeys: 1 })).toBeNull();
  });

  it.each(['0.0.0.0', '::', '192.168.1.5', 'ledger.example.com'])(
    'refuses HOST %s without any key',
    (host) => {
      const problem = startupProblem({ ...nobody, host });
      expect(problem).toContain(`HOST is ${host}`);
      expect(problem).toContain('HOST=127.0.0.1');
    },
  );
});
