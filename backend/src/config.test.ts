import { ConfigError, readConfig, SETTINGS, settingsHelp } from './config.js';

const SECRET = 'k'.repeat(32);

function problemsOf(environment: Record<string, string>): readonly string[] {
  try {
    readConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('readConfig', () => {
  it('needs nothing', () => {
    expect(readConfig({})).toEqual({
      host: '127.0.0.1',
      port: 4318,
      databaseUrl: null,
      dataDir: './data',
      pricesFile: null,
      lateEventsMaxAge: 403 * 86_400_000,
      closeAfter: 3 * 86_400_000,
      rawRetention: 30 * 86_400_000,
      aggregateRetention: 403 * 86_400_000,
      quarantineRetention: 30 * 86_400_000,
      adminKey: null,
      configuredKeys: { ingest: null, grafana: null },
      readerPassword: null,
      embeddedPgPort: 5433,
      grafana: null,
      logLevel: 'info',
      maxBodyBytes: 67_108_864,
      maxBytesInFlight: 134_217_728,
      attributeNames: {
        orgId: [],
        assistantId: [],
        queryType: [],
        conversationId: [],
        userId: [],
        environment: [],
      },
      warnings: [],
    });
  });

  it('takes an empty value as unset', () => {
    expect(readConfig({ PORT: '', DATABASE_URL: '  ', TOKENLEDGER_ADMIN_KEY: '' })).toEqual(readConfig({}));
  });

  it('lists every problem with name and example', () => {
    const problems = problemsOf({
      PORT: '99999',
      LATE_EVENTS_MAX_AGE: '13 months',
      LOG_LEVEL: 'loud',
      PRICES_FILE: 'prices.txt',
      MAX_BODY_BYTES: '64MB',
    });
    expect(problems.map((line) => line.split(' ')[0])).toEqual([
      'PORT',
      'PRICES_FILE',
      'LATE_EVENTS_MAX_AGE',
      'LOG_LEVEL',
      'MAX_BODY_BYTES',
    ]);
    expect(problems[0]).toBe('PORT must be a whole number from 0 to 65535. Example: PORT=4319');
    for (const line of problems) expect(line).toMatch(/ Example: [A-Z_]+=\S+/);
  });

  it('refuses a retention that would end before the day is closed', () => {
    expect(problemsOf({ CLOSE_AFTER: '7d', RAW_RETENTION: '7d' })).toEqual([
      expect.stringMatching(/^RAW_RETENTION must be longer than CLOSE_AFTER/),
    ]);
    expect(problemsOf({ RAW_RETENTION: '20mo' })).toEqual([
      expect.stringMatching(/^AGGREGATE_RETENTION must be at least RAW_RETENTION/),
    ]);
  });

  it('never quotes a secret', () => {
    const message = problemsOf({
      DATABASE_URL: 'mysql://root:hunter2@db/x',
      TOKENLEDGER_ADMIN_KEY: 'short-hunter2',
    }).join('\n');
    expect(message).toContain('DATABASE_URL must be a PostgreSQL URL');
    expect(message).toContain('TOKENLEDGER_ADMIN_KEY must be 32 to 256');
    expect(message).not.toContain('hunter2');
  });

  it.each([
    ['36h', 36 * 3_600_000],
    ['400d', 400 * 86_400_000],
    ['13mo', 403 * 86_400_000],
  ])('reads the duration %s', (text, ms) => {
    expect(readConfig({ LATE_EVENTS_MAX_AGE: text }).lateEventsMaxAge).toBe(ms);
  });

  it.each(['0d', '-1d', '1.5d', '13', '13m', '1y', 'h', '1e3h', '٣d'])('refuses the duration %s', (text) => {
    expect(problemsOf({ LATE_EVENTS_MAX_AGE: text })).toHaveLength(1);
  });

  it('refuses less room for all requests than for one', () => {
    expect(problemsOf({ MAX_BODY_BYTES: '1GiB' })[0]).toMatch(
      /^MAX_BYTES_IN_FLIGHT must be at least MAX_BODY_BYTES/,
    );
  });

  it('reads attribute names in order, without repeats', () => {
    const { attributeNames } = readConfig({ ORG_ID_ATTRIBUTES: 'acme.org, acme.tenant,acme.org' });
    expect(attributeNames.orgId).toEqual(['acme.org', 'acme.tenant']);
    expect(problemsOf({ ORG_ID_ATTRIBUTES: 'acme.org,,b' })).toHaveLength(1);
  });

  it.each([
    ['http://localhost:3000', undefined, 'http://localhost:3000', 'http://localhost:3000/'],
    ['http://grafana:3000/', undefined, 'http://grafana:3000', 'http://grafana:3000/'],
    ['http://grafana:3000/sub/', undefined, 'http://grafana:3000/sub', 'http://grafana:3000/sub/'],
    // Grafana's root_url is a text to its tokens: nothing of it may be tidied up but the slash at its end.
    ['http://grafana:3000', 'https://G.example:443', 'http://grafana:3000', 'https://G.example:443/'],
    ['http://grafana:3000', 'https://g.example/sub/', 'http://grafana:3000', 'https://g.example/sub/'],
  ])('reads Grafana at %s with the issuer %s', (url, issuer, readUrl, readIssuer) => {
    const environment = { GRAFANA_URL: url, ...(issuer !== undefined && { GRAFANA_ISSUER: issuer }) };
    expect(readConfig(environment).grafana).toEqual({ url: readUrl, issuer: readIssuer, teamOrgId: 1 });
  });

  it.each([
    { GRAFANA_URL: 'grafana:3000' },
    { GRAFANA_URL: 'ftp://grafana' },
    { GRAFANA_URL: 'http://admin:hunter2@grafana:3000' },
    { GRAFANA_URL: 'http://grafana:3000/?orgId=1' },
    { GRAFANA_URL: 'http://grafana:3000/#top' },
    { GRAFANA_ISSUER: 'https://grafana.example.com/' },
    { GRAFANA_URL: 'http://grafana:3000', GRAFANA_TEAM_ORG_ID: '0' },
    { GRAFANA_URL: 'http://grafana:3000', GRAFANA_TEAM_ORG_ID: 'org:1' },
  ])('refuses %j, without its value', (environment) => {
    const problems = problemsOf(environment);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/^GRAFANA_\w+ must be .* Example: GRAFANA_\w+=\S+$/);
    expect(problems[0]).not.toContain('hunter2');
  });

  it('wants a key of its own, and a random one, for each who uses it', () => {
    const key = 'ab'.repeat(32);
    expect(problemsOf({ GRAFANA_KEY: 'correct horse battery staple of ours' })).toEqual([
      expect.stringMatching(/^GRAFANA_KEY must be 64 hexadecimal digits/),
    ]);
    expect(problemsOf({ GRAFANA_KEY: key, INGEST_KEY: key })).toEqual([
      expect.stringMatching(/^GRAFANA_KEY must be a key of its own/),
    ]);
    expect(problemsOf({ GRAFANA_KEY: key, TOKENLEDGER_ADMIN_KEY: key })).toHaveLength(1);
    expect(problemsOf({ INGEST_KEY: key, TOKENLEDGER_ADMIN_KEY: key })).toEqual([
      expect.stringMatching(/^INGEST_KEY must be a key of its own/),
    ]);
  });

  it('warns of a misspelt variable of ours, without its value', () => {
    const { warnings } = readConfig({ TOKENLEDGER_ADMINKEY: SECRET, PATH: '/bin' });
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/^TOKENLEDGER_ADMINKEY is not a setting/);
    expect(warnings[0]).not.toContain(SECRET);
  });
});

describe('SETTINGS', () => {
  it.each(SETTINGS.map((setting) => [setting.name, setting] as const))(
    '%s: default and example hold',
    (name, setting) => {
      // What is said of Grafana counts where it is.
      const others = /^GRAFANA_(?!URL|KEY)/.test(name) ? { GRAFANA_URL: 'http://127.0.0.1:3000' } : {};
      const without = readConfig(others);
      if (setting.default !== '') expect(readConfig({ ...others, [name]: setting.default })).toEqual(without);
      const example = setting.example.startsWith('<') ? 'ab'.repeat(32) : setting.example;
      expect(readConfig({ ...others, [name]: example })).not.toEqual(without);
    },
  );

  it('are all in the help', () => {
    for (const { name } of SETTINGS) expect(settingsHelp()).toMatch(new RegExp(`^  ${name} `, 'm'));
    expect(settingsHelp()).toContain('default: 4318');
  });
});
