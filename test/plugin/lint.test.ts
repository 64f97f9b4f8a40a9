import { CODE_RULES, FORBIDDEN } from './lint/code-rules.js';
import { METADATA_RULES } from './lint/metadata-rules.js';
import { readPluginFiles, type PluginFiles } from './lint/plugin-files.js';

/**
 * The static rules of Grafana's plugin validator, which is a download from GitHub, and some of our own. Each is shown a
 * plugin that breaks it.
 */
const RULES = { ...METADATA_RULES, ...CODE_RULES };
const files = readPluginFiles();

const APP = 'src/plugin.json';
const SOURCE = 'src/datasource/plugin.json';

/** The plugin with another content of one file. */
const changed = (path: string, edit: (text: string) => string): PluginFiles => {
  const text = files[path] ?? '';
  const edited = edit(text);
  if (edited === text) throw new Error(`the bad sample changes nothing in ${path}`);
  return { ...files, [path]: edited };
};
const without = (path: string): PluginFiles =>
  Object.fromEntries(Object.entries(files).filter(([other]) => other !== path));
const replaced = (path: string, from: string | RegExp, to: string) =>
  changed(path, (text) => text.replace(from, to));
const withText = (path: string, text: string) => changed(path, (before) => before + text);

const BAD: Readonly<
  Record<keyof typeof RULES, ReadonlyArray<readonly [sample: string, plugin: PluginFiles]>>
> = {
  schema: [
    ['no description', replaced(APP, /"description": ".*"/, '"description": ""')],
    ['three sentences', replaced(APP, /"description": ".*"/, '"description": "One. Two. Three."')],
    ['no keywords', replaced(SOURCE, /"keywords": \[[^\]]*\]/, '"keywords": []')],
    ['no author', replaced(SOURCE, /"author": \{.*\}/, '"author": {}')],
  ],
  ids: [
    ['two middle words', replaced(SOURCE, 'tokenledger-datasource', 'token-ledger-cost-datasource')],
    ['an id of another type', replaced(SOURCE, 'tokenledger-datasource', 'tokenledger-panel')],
    ['a name that is the id', replaced(APP, '"name": "Tokenledger"', '"name": "tokenledger-app"')],
  ],
  includes: [
    ['a nested plugin left out', replaced(APP, 'datasource/plugin.json', 'source/plugin.json')],
    ['a page without a role', replaced(APP, '"role": "Viewer",', '')],
    ['a dashboard', replaced(APP, '"type": "page"', '"type": "dashboard"')],
  ],
  grafanaDependency: [['two floors', replaced(SOURCE, '>=12.2.0', '>=12.3.0')]],
  versions: [
    ['another version in package.json', replaced('package.json', /"version": ".*"/, '"version": "9.9.9"')],
    [
      'a place not filled',
      replaced('dist/datasource/plugin.json', /"version": ".*"/, '"version": "%VERSION%"'),
    ],
    ['a changelog without it', changed('CHANGELOG.md', () => '# Changelog\n')],
  ],
  logos: [
    ['a logo that was not copied', without('dist/datasource/img/logo.svg')],
    ['a script in a logo', replaced('dist/img/logo.svg', '</svg>', '<script>alert(1)</script></svg>')],
    ['a handler in a logo', replaced('dist/img/logo.svg', '<svg', '<svg onload="x()"')],
  ],
  modules: [
    ['a map left out', without('dist/datasource/module.js.map')],
    ['a source that is another', withText('src/datasource/module.ts', '\n')],
  ],
  readme: [
    ['a relative link', withText('README.md', '[a](docs/a.md)')],
    ['a relative picture', withText('README.md', '<img src="img/a.png">')],
    ['a comment', withText('README.md', '<!-- todo -->')],
    ['a forbidden word', withText('README.md', 'Run yarn.')],
    ['nothing said', changed('README.md', () => '# Tokenledger\n')],
  ],
  licence: [
    ['no holder', replaced('LICENSE', /Copyright \d{4} .*/, 'Copyright {yyyy} {name of copyright owner}')],
    ['none', without('LICENSE')],
  ],
  builder: [
    ['a webpack of our own', changed('.config/webpack/webpack.config.ts', () => '')],
    ['no lockfile', without('package-lock.json')],
    ['the toolkit', replaced('package.json', '"build": "', '"build": "grafana-toolkit plugin:build && ')],
  ],
  forbidden: FORBIDDEN.map(({ what, folder, bad }) => [
    `${what} in ${folder}`,
    withText(folder === 'src' ? 'src/datasource/module.ts' : 'dist/module.js', `\n${bad}`),
  ]),
  sizes: [
    [
      'a great data source',
      withText(
        'dist/datasource/module.js',
        Array.from({ length: 60_000 }, (_, n) => (n * n * 7919).toString(36)).join(''),
      ),
    ],
  ],
  lazy: [
    [
      'pages in the entry',
      Object.fromEntries(Object.entries(files).filter(([path]) => !/^dist\/(?!module)[^/]+\.js$/.test(path))),
    ],
  ],
};

describe.each(Object.entries(RULES))('%s', (name, rule) => {
  it('has nothing against the plugin', () => expect(rule(files)).toEqual([]));
  it.each(BAD[name] ?? [])('sees %s', (_, bad) => expect(rule(bad)).not.toEqual([]));
  it('was shown a bad plugin', () => expect(BAD[name]?.length).toBeGreaterThan(0));
});

it.each(FORBIDDEN)('$what is found in $folder by its own rule', ({ pattern, bad }) =>
  expect(bad).toMatch(pattern),
);

it('the plugin has the version of the repository', async () => {
  const { default: root } = (await import('../../package.json', { with: { type: 'json' } })) as {
    default: { version: string };
  };
  expect((JSON.parse(files['package.json'] ?? '') as { version: string }).version).toBe(root.version);
});
