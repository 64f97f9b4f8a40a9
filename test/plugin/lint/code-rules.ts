import { gzipSync } from 'node:zlib';
import type { Rule } from './metadata-rules.js';
import { pathsBelow } from './plugin-files.js';

/** What the validator, its reviewers, Grafana 12.2.0 or React 19 do not take, and code that has it. */
export const FORBIDDEN: ReadonlyArray<{
  readonly what: string;
  readonly pattern: RegExp;
  /** Where it is looked for: some can only be seen before, some only after the build. */
  readonly folder: 'src' | 'dist';
  readonly bad: string;
}> = [
  ...(
    [
      ['the console', /\bconsole\.\w+/, 'console.warn(a)'],
      [
        'window.location',
        // Not that of webpack's own loader of chunks.
        /\b(?:window|document|self|globalThis)\.location\b(?!\.origin\+"\/"\)&&\(\w+\.crossOrigin)/,
        'window.location.href',
      ],
      [
        'alert, confirm, prompt',
        /(?<![\w.$])(?:window\.)?(?:alert|confirm|prompt)\(/,
        'return confirm("sure?")',
      ],
      [
        'window.open that keeps its opener',
        /\bwindow\.open\((?![^)]*noopener)/,
        'window.open(url, "_blank")',
      ],
      [
        'HTML from text',
        /\.(?:inner|outer)HTML\s*=|dangerouslySetInnerHTML|insertAdjacentHTML/,
        'node.innerHTML=text',
      ],
      ['code from text', /(?<![\w.$])eval\(|\bnew Function\(/, 'eval(text)'],
      ['the query API of backend plugins', /\/api\/ds\/query/, 'fetch("/api/ds/query")'],
      ['classes of the old Grafana', /\bgf-form/, '<div className="gf-form">'],
      ['boot data', /\bgrafanaBootData\b/, 'window.grafanaBootData.user'],
      ['trackers', /google-analytics|googletagmanager|cdn\.segment/, 'https://www.google-analytics.com/x.js'],
    ] as const
  ).flatMap(([what, pattern, bad]) => [
    { what, pattern, folder: 'src' as const, bad },
    { what, pattern, folder: 'dist' as const, bad },
  ]),
  {
    what: 'silenced types',
    pattern: /@ts-(?:ignore|expect-error|nocheck)/,
    folder: 'src',
    bad: '// @ts-ignore',
  },
  {
    what: 'global styles',
    pattern: /<Global\b|\binjectGlobal\b/,
    folder: 'src',
    bad: '<Global styles={a} />',
  },
  { what: 'style sheets', pattern: /import .*\.s?css['"]/, folder: 'src', bad: "import './a.css'" },
  { what: 'Angular', pattern: /['"]angular['"]/, folder: 'src', bad: "import angular from 'angular'" },
  {
    what: 'react/jsx-runtime',
    pattern: /react\/jsx-(?:dev-)?runtime/,
    folder: 'dist',
    bad: '["react/jsx-runtime"]',
  },
  { what: 'react-dom/client', pattern: /react-dom\/client/, folder: 'dist', bad: '["react-dom/client"]' },
  {
    what: 'a React of its own',
    pattern: /react\.(?:transitional\.)?element["']|Minified React error/,
    folder: 'dist',
    bad: 'Symbol.for("react.element")',
  },
  // What React 19 removed: https://react.dev/blog/2024/04/25/react-19-upgrade-guide
  {
    what: "React's insides",
    pattern: /__SECRET_INTERNALS_|ReactCurrentOwner/,
    folder: 'dist',
    bad: 'a.__SECRET_INTERNALS_DO_NOT_USE',
  },
  {
    what: 'react-dom of React 17',
    pattern:
      /findDOMNode|unmountComponentAtNode|renderSubtreeIntoContainer|\.hydrate\(|ReactDOM\.render\(|react-dom\/test-utils/,
    folder: 'dist',
    bad: 'n.findDOMNode(this)',
  },
  {
    what: 'propTypes and defaultProps',
    pattern: /\.(?:propTypes|defaultProps)\b/,
    folder: 'dist',
    bad: 'A.defaultProps={}',
  },
  {
    what: 'legacy context',
    pattern: /\b(?:contextTypes|getChildContext|childContextTypes)\b/,
    folder: 'dist',
    bad: 'A.contextTypes={}',
  },
  { what: 'refs by name', pattern: /\bref:\s*["']/, folder: 'dist', bad: 'createElement("a",{ref:"b"})' },
  { what: 'createFactory', pattern: /\bcreateFactory\b/, folder: 'dist', bad: 'n.createFactory("a")' },
];

const forbidden: Rule = (files) =>
  FORBIDDEN.flatMap(({ what, pattern, folder }) =>
    pathsBelow(files, folder, folder === 'src' ? /\.tsx?$/ : /\.js$/)
      .filter((path) => pattern.test(files[path] ?? ''))
      .map((path) => `${path} has ${what}`),
  );

/** Bytes, as they go over the wire. */
const LIMITS: Readonly<Record<string, number>> = {
  'dist/datasource/module.js': 60_000,
  'dist/module.js': 5_000,
};

const sizes: Rule = (files) =>
  Object.entries(LIMITS).flatMap(([path, limit]) => {
    const size = gzipSync(files[path] ?? '').length;
    return size <= limit ? [] : [`${path} has ${size} bytes, ${limit} are allowed`];
  });

/** The entry holds no page: Grafana loads it with every start. */
const lazy: Rule = (files) =>
  pathsBelow(files, 'dist', /^dist\/[^/]+\.js$/).length > 1 ? [] : ['no page is loaded lazily'];

export const CODE_RULES: Readonly<Record<string, Rule>> = { forbidden, sizes, lazy };
