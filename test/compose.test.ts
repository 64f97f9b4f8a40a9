import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { SETTINGS } from '../backend/src/config.js';
import { SECRET_FILES } from '../backend/src/config-secret-files.js';
import { grafanaSettings } from '../scripts/grafana/settings.mjs';

/**
 * No container engine runs where these tests do, so docker-compose.yml and the Dockerfiles are held to what can be known
 * without one: that every file, setting, volume and user they name is there and fits.
 */
interface Service {
  readonly image: string;
  readonly build?: { readonly context: string; readonly dockerfile: string };
  readonly command?: readonly string[];
  readonly user?: string;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly group_add?: readonly string[];
  readonly restart?: string;
  readonly network_mode?: string;
  readonly profiles?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly tmpfs?: readonly string[];
  readonly healthcheck?: { readonly test?: readonly string[]; readonly disable?: boolean };
}

const ROOT = new URL('../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, ROOT), 'utf8');
const isThere = (path: string): boolean => existsSync(new URL(path, ROOT));
const compose = parse(read('docker-compose.yml'), { merge: true }) as {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
};
const services = Object.entries(compose.services);
const service = (name: string): Service => compose.services[name] ?? { image: '' };
/** `${NAME:-default}` as it is where nothing is set. */
const byDefault = (text: string): string => text.replaceAll(/\$\{\w+:-([^}]*)\}/g, '$1');

const DOCKERFILES = readdirSync(new URL('docker/', ROOT)).map((name) => `docker/${name}`);
const lines = (dockerfile: string, instruction: string): string[] =>
  [
    ...read(dockerfile)
      .replaceAll(/\\\n\s*/g, '')
      .matchAll(new RegExp(`^${instruction} (.*)$`, 'gm')),
  ].map(([, line = '']) => line);

describe('docker-compose.yml', () => {
  it('starts the start step first, then the database, then the backend; Grafana waits for the start step only', () => {
    const order = Object.fromEntries(
      services.map(([name, { depends_on = {} }]) => [
        name,
        Object.entries(depends_on).map(([other, { condition }]) => `${other} ${condition}`),
      ]),
    );
    const prepared = 'start service_completed_successfully';
    expect(order).toEqual({
      start: [],
      timescaledb: [prepared],
      backend: [prepared, 'timescaledb service_healthy'],
      grafana: [prepared],
      collector: [prepared],
    });
    expect(service('start').restart).toBe('no');
    expect(services.filter(([, { profiles }]) => profiles !== undefined).map(([name]) => name)).toEqual([
      'collector',
    ]);
  });

  it('publishes on loopback only, and the database not at all', () => {
    const published = services.flatMap(([name, { ports = [] }]) =>
      ports.map((port) => `${name} ${byDefault(port)}`),
    );
    expect(published).toEqual([
      'backend 127.0.0.1:4318:4318',
      'grafana 127.0.0.1:3000:3000',
      'collector 127.0.0.1:4317:4317',
      'collector 127.0.0.1:4319:4318',
    ]);
  });

  it.each(services)('%s: no superuser, no capability, nothing written but where it is said', (_name, one) => {
    expect(one.user).toMatch(/^[1-9]\d*:\d+$/);
    expect(one.read_only).toBe(true);
    expect(one.cap_drop).toEqual(['ALL']);
    expect(one.security_opt).toEqual(['no-new-privileges:true']);
  });

  it.each(services)('%s: its image has a version', (_name, { image }) => {
    expect(image).toMatch(/:\d+\.\d+\.\d+/);
    expect(byDefault(image)).not.toMatch(/latest/);
  });

  it('gives each service the secrets made for it, to read only', () => {
    const secrets = services.flatMap(([name, { volumes = [] }]) =>
      volumes.filter((volume) => /^(secrets|for-)/.test(volume)).map((volume) => `${name} ${volume}`),
    );
    expect(secrets).toEqual([
      'start secrets:/stack/secrets',
      'start for-database:/stack/for/database',
      'start for-backend:/stack/for/backend',
      'start for-grafana:/stack/for/grafana',
      'start for-collector:/stack/for/collector',
      'timescaledb for-database:/run/tokenledger:ro',
      'backend for-backend:/run/tokenledger:ro',
      'grafana for-grafana:/run/tokenledger:ro',
      'collector for-collector:/run/tokenledger:ro',
    ]);
    const group = service('start').user?.split(':')[1] ?? '';
    for (const [, { group_add }] of services) expect(group_add).toEqual([group]);
    expect(service('start').network_mode).toBe('none');
  });

  it('keeps the volume of the database that it had before there was a start step', () => {
    expect(service('timescaledb').volumes).toContain('timescaledb:/var/lib/postgresql/data');
    expect(service('start').environment).toHaveProperty('POSTGRES_PASSWORD');
  });

  it('names volumes and files that are there', () => {
    const sources = services.flatMap(([, { volumes = [] }]) =>
      volumes.map((volume) => volume.split(':')[0] ?? ''),
    );
    for (const source of sources.filter((path) => path.startsWith('.')))
      expect([source, isThere(source)]).toEqual([source, true]);
    const named = sources.filter((path) => !path.startsWith('.'));
    expect([...new Set(named)].sort()).toEqual(Object.keys(compose.volumes).sort());
  });

  it("gives the backend's image no variable that the backend does not know", () => {
    const known = [...SETTINGS.map(({ name }) => name), ...SECRET_FILES];
    const { environment = {} } = service('backend');
    expect(Object.keys(environment).filter((name) => !known.includes(name))).toEqual([]);
    for (const path of Object.values(environment).filter((value) => value.startsWith('/run/')))
      expect(path).toMatch(/^\/run\/tokenledger\/[a-z-]+$/);
  });

  it('gives Grafana the settings of scripts/grafana/settings.mjs, all and no other', () => {
    const { environment = {} } = service('grafana');
    const told = Object.fromEntries(
      Object.entries(environment).map(([name, value]) => [name, byDefault(value)]),
    );
    expect(told).toEqual(
      grafanaSettings({
        rootUrl: 'http://127.0.0.1:3000/',
        run: '/run/tokenledger',
        provisioning: '/etc/tokenledger/provisioning',
        plugins: '/usr/share/tokenledger/plugins',
      }),
    );
    expect(service('backend').environment?.['GRAFANA_ISSUER']).toBe(environment['GF_SERVER_ROOT_URL']);
  });

  it('gives Grafana no $__file{…} as a setting, which it may take for the secret itself', () => {
    const { environment = {} } = service('grafana');
    expect(Object.entries(environment).filter(([, value]) => value.includes('__file'))).toEqual([]);
    expect(environment).toHaveProperty('GF_SECURITY_SECRET_KEY__FILE');
  });

  it('tells Grafana, the backend and the start step the same address of Grafana', () => {
    expect(service('start').environment?.['GRAFANA_ROOT_URL']).toBe(
      service('grafana').environment?.['GF_SERVER_ROOT_URL'],
    );
  });

  it('checks the health of all that stay, but of the Collector, whose image has nothing to do it with', () => {
    const checked = services
      .filter(([, { healthcheck }]) => healthcheck?.test !== undefined)
      .map(([name]) => name);
    expect(checked).toEqual(['timescaledb', 'backend', 'grafana']);
  });
});

describe('the images', () => {
  it.each(DOCKERFILES)('%s: ends as a user that is not root, from images with a version', (dockerfile) => {
    for (const image of lines(dockerfile, 'FROM'))
      expect(image).toMatch(/^[\w/.-]+:\d+\.\d+\.\d+(-[\w-]+)?( AS \w+)?$/);
    expect(lines(dockerfile, 'USER').at(-1)).toMatch(/^[1-9]\d*(:\d+)?$/);
  });

  it.each(DOCKERFILES)('%s: copies what is there, and what .dockerignore lets through', (dockerfile) => {
    const sources = lines(dockerfile, 'COPY')
      .filter((line) => !line.startsWith('--from'))
      .flatMap((line) => line.split(' ').slice(0, -1));
    expect(sources.length).toBeGreaterThan(2);
    const letIn = [...read('.dockerignore').matchAll(/^!(.*)$/gm)].map(([, path = '']) => path);
    for (const source of sources) {
      expect([source, isThere(source)]).toEqual([source, true]);
      expect([source, letIn.some((path) => source === path || source.startsWith(`${path}/`))]).toEqual([
        source,
        true,
      ]);
    }
  });

  it('run programs of this repository by the paths they have there', () => {
    const programs = [
      ...(service('start').command ?? []),
      ...(service('backend').healthcheck?.test ?? []),
      ...[...read('docker/backend.Dockerfile').matchAll(/"([\w/.-]+\.(?:mjs|js))"/g)].map(
        ([, path = '']) => path,
      ),
    ].filter((word) => /\.m?js$/.test(word));
    expect(programs).toEqual([
      'scripts/stack/start-step.mjs',
      'scripts/stack/check-ready.mjs',
      'scripts/stack/check-ready.mjs',
      'backend/dist/main.js',
    ]);
    for (const program of programs) {
      const source = program.replace('backend/dist/main.js', 'backend/src/main.ts');
      expect([source, isThere(source)]).toEqual([source, true]);
    }
  });

  it('are what compose builds', () => {
    const built = services.flatMap(([, { build }]) => (build ? [build.dockerfile] : []));
    expect([...new Set(built)].sort()).toEqual([...DOCKERFILES].sort());
  });

  it('have every folder that the start step writes to, as volumes take owner and mode from them', () => {
    const made = read('docker/backend.Dockerfile');
    for (const volume of service('start').volumes ?? []) {
      const folder = volume.split(':')[1] ?? '';
      expect(made).toContain(folder);
    }
  });
});

it('the Collector is given every variable its configuration names', () => {
  const used = [...read('docs/collector/otel-collector.yaml').matchAll(/\$\{env:(\w+)\}/g)].map(
    ([, name]) => name,
  );
  expect([...new Set(used)].sort()).toEqual(Object.keys(service('collector').environment ?? {}).sort());
});

it('the home page of Grafana is one of the dashboards', () => {
  const home = service('grafana').environment?.['GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH'] ?? '';
  const name = /^\/etc\/tokenledger\/provisioning\/dashboards\/([\w-]+\.json)$/.exec(home)?.[1] ?? '';
  expect(name).not.toBe('');
  const dashboards = readdirSync(new URL('provisioning/dashboards/', ROOT)).filter((file) =>
    file.endsWith('.json'),
  );
  if (dashboards.length > 0) expect(dashboards).toContain(name);
});

it('the files Grafana reads hold no variable but its own', () => {
  const files = ['provisioning/dashboards/tokenledger.yaml', 'provisioning/plugins/tokenledger.yaml'];
  for (const file of files) {
    const variables = [...read(file).matchAll(/\$\{?(\w+)/g)].map(([, name = '']) => name);
    const known = Object.keys(service('grafana').environment ?? {});
    expect(variables.filter((name) => !known.includes(name))).toEqual([]);
  }
});
