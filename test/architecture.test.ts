import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import ts from 'typescript';
import { readingBreaches, type ReadingRules } from './support/reading-rules.js';

/**
 * The house of docs/architecture.md, held to its word. A room is a folder of backend/src or a file at its top; it may
 * use its own floor and the floors below it. Types count as much as code.
 */
const FLOORS: readonly (readonly string[])[] = [
  ['config.ts', 'config-environment.ts', 'config-secret-files.ts', 'config-values.ts', 'db', 'http'],
  ['ledger', 'usage', 'pricing'],
  ['access', 'jobs', 'price-book'],
  ['customers', 'event-store'],
  ['ingest', 'query', 'settle', 'reprice', 'rollup'],
  ['app.ts', 'background.ts', 'pipeline-steps.ts', 'start-server.ts', 'greeting.ts'],
  ['main.ts', 'cli.ts', 'cli'],
];
/** Rooms of the design that are not built yet. */
const PLANNED = new Set(['customers']);
const PURE = new Set(['ledger', 'usage', 'pricing']);
const ENTRIES = new Set(['main.ts', 'cli.ts', 'db/embedded/engine-worker.mjs']);
const MAX_LINES = 300;

const SOURCE = new URL('../backend/src/', import.meta.url);
const files = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => /\.(ts|mjs)$/.test(path) && !path.endsWith('.test.ts'));
const sources = new Map(files.map((path) => [path, readFileSync(new URL(path, SOURCE), 'utf8')]));
const trees = new Map(
  [...sources].map(([path, text]) => [
    path,
    ts.createSourceFile(path, text, ts.ScriptTarget.Latest, /* setParentNodes */ true),
  ]),
);

const roomOf = (path: string): string => path.split('/')[0] ?? path;
const floorOf = (room: string): number => FLOORS.findIndex((rooms) => rooms.includes(room));

interface Import {
  readonly from: string;
  /** A file of backend/src, or a package. */
  readonly to: string;
  readonly own: boolean;
}
const imports: readonly Import[] = [...sources].flatMap(([from, text]) =>
  ts.preProcessFile(text).importedFiles.map(({ fileName }) => {
    const own = fileName.startsWith('.');
    const to = own ? posix.join(posix.dirname(from), fileName).replace(/\.js$/, '.ts') : fileName;
    return { from, to, own };
  }),
);
const show = ({ from, to }: Import): string => `${from} imports ${to}`;

/** Every node that is evaluated when a module is imported: function and class bodies are not. */
function* evaluatedOnImport(node: ts.Node): Generator<ts.Node> {
  if (ts.isFunctionLike(node) || ts.isTypeNode(node)) return;
  yield node;
  for (const child of node.getChildren()) yield* evaluatedOnImport(child);
}

function* allNodes(node: ts.Node): Generator<ts.Node> {
  yield node;
  for (const child of node.getChildren()) yield* allNodes(child);
}

const found = (is: (node: ts.Node) => boolean): string[] =>
  [...trees].flatMap(([path, tree]) =>
    [...allNodes(tree)]
      .filter(is)
      .map((node) => `${path}:${tree.getLineAndCharacterOfPosition(node.getStart()).line + 1}`),
  );

describe('the house', () => {
  it('has a floor for every room, and no floor for a room that is not there', () => {
    const rooms = [...new Set(files.map(roomOf))].sort();
    const known = FLOORS.flat().filter((room) => !PLANNED.has(room));
    expect(rooms).toEqual(known.sort());
  });

  it('is drawn in docs/architecture.md, every room of it', () => {
    const document = readFileSync(new URL('../docs/architecture.md', import.meta.url), 'utf8');
    const written = (room: string): string => (room.includes('.') ? room : `${room}/`);
    const missing = FLOORS.flat().filter((room) => !document.includes(written(room)));
    expect(missing).toEqual([]);
  });

  it('imports only run down the floors', () => {
    const upward = imports.filter(({ from, to, own }) => own && floorOf(roomOf(to)) > floorOf(roomOf(from)));
    expect(upward.map(show)).toEqual([]);
  });

  it('has no circle between rooms', () => {
    const below = new Map<string, Set<string>>();
    for (const { from, to, own } of imports) {
      if (!own || roomOf(from) === roomOf(to)) continue;
      below.set(roomOf(from), (below.get(roomOf(from)) ?? new Set()).add(roomOf(to)));
    }
    const reaches = (start: string, goal: string, seen = new Set<string>()): boolean =>
      [...(below.get(start) ?? [])].some(
        (next) => next === goal || (!seen.has(next) && reaches(next, goal, seen.add(next))),
      );
    expect([...below.keys()].filter((room) => reaches(room, room))).toEqual([]);
  });

  it('keeps the pure rooms pure: they import nothing but each other', () => {
    const impure = imports.filter(
      ({ from, to, own }) => PURE.has(roomOf(from)) && !(own && PURE.has(roomOf(to))),
    );
    expect(impure.map(show)).toEqual([]);
  });

  it('speaks SQL in store files and in db only', () => {
    const speaks = (tree: ts.SourceFile): boolean =>
      tree.statements.some(
        (statement) =>
          ts.isImportDeclaration(statement) &&
          statement.moduleSpecifier.getText().includes('sql-template-tag') &&
          !statement.importClause?.isTypeOnly,
      );
    const speakers = [...trees].filter(([, tree]) => speaks(tree)).map(([path]) => path);
    expect(speakers.length).toBeGreaterThan(0);
    const mayNot = (path: string): boolean =>
      !/(^|[/-])store\.ts$/.test(path) && !['db', 'event-store'].includes(roomOf(path));
    expect(speakers.filter(mayNot)).toEqual([]);
    expect(imports.filter(({ from, to }) => to === 'pg' && roomOf(from) !== 'db').map(show)).toEqual([]);
  });

  it('acts on import in its entries only', () => {
    const passive = (statement: ts.Statement): boolean =>
      ts.isImportDeclaration(statement) ||
      ts.isExportDeclaration(statement) ||
      ts.isInterfaceDeclaration(statement) ||
      ts.isTypeAliasDeclaration(statement) ||
      ts.isFunctionDeclaration(statement) ||
      ts.isClassDeclaration(statement) ||
      ts.isVariableStatement(statement);
    const acting = [...trees]
      .filter(([path]) => !ENTRIES.has(path))
      .flatMap(([path, tree]) => [
        ...tree.statements
          .filter((statement) => !passive(statement))
          .map((statement) => ({ path, statement })),
        ...tree.statements
          .filter((statement) => [...evaluatedOnImport(statement)].some(ts.isAwaitExpression))
          .map((statement) => ({ path, statement })),
      ]);
    expect(acting.map(({ path, statement }) => `${path}: ${statement.getText().slice(0, 60)}`)).toEqual([]);
  });

  it('calls nothing of Node, Express or pg while it is imported', () => {
    const EFFECTS = /^node:|^(pg|express|pino|node-cron|@unni-craftsman\/pglite)$/;
    const called = [...trees]
      .filter(([path]) => !ENTRIES.has(path))
      .flatMap(([path, tree]) => {
        const names = new Set(
          tree.statements
            .filter(ts.isImportDeclaration)
            .flatMap((statement) =>
              EFFECTS.test((statement.moduleSpecifier as ts.StringLiteral).text)
                ? [...allNodes(statement)].filter(ts.isIdentifier).map((name) => name.text)
                : [],
            ),
        );
        return tree.statements
          .filter((statement) => !ts.isImportDeclaration(statement))
          .flatMap((statement) => [...evaluatedOnImport(statement)])
          .filter(
            (node) => ts.isCallExpression(node) && names.has(node.expression.getText().split('.')[0] ?? ''),
          )
          .map((node) => `${path}: ${node.getText().slice(0, 60)}`);
      });
    expect(called).toEqual([]);
  });
});

/** Tables that tell nothing of anybody in particular. */
const NOBODYS = new Set(['ledger_state', 'job_runs', 'latency_kinds', 'api_keys']);
const MIGRATIONS = new URL('../backend/migrations/', import.meta.url);
const tables = readdirSync(MIGRATIONS).flatMap((file) =>
  [
    ...readFileSync(new URL(file, MIGRATIONS), 'utf8').matchAll(
      /^create (?:table|materialized view|view)(?: if not exists)? (?!reporting\.)(\w+)/gm,
    ),
  ].flatMap(([, name = '']) => (NOBODYS.has(name) ? [] : [name])),
);
const rules: ReadingRules = {
  sources,
  tables,
  carriers: {
    'query/trace-store.ts Chain': 'which spans belong together, among those one may see',
  },
  exceptions: {
    // Parts of statements: whoever puts them together is looked at instead.
    'query/event-store.ts eventsWhere': 'gets its condition',
    'event-store/stored-row.ts storedRowsWhere': 'gets its condition',
    'reprice/call-slices-store.ts slicesOfDay': 'gets its condition; for the sweep of all calls too',
    'reprice/call-slices-store.ts readSlice': 'gets its condition; for the sweep of all calls too',
    // The whole book is what calls are priced with; what is shown of it is chosen by an Allowed.
    'price-book/store.ts readVersions': 'the book in memory',
    'price-book/store.ts lastVersionId': 'whether the book in memory is still the newest',
    'price-book/store.ts readSeenModels': 'names of models, for the warnings of a change (scope admin)',
    // These write.
    'price-book/store.ts insertVersions': 'writes',
    'ingest/quarantine-store.ts insertQuarantined': 'writes',
    'event-store/columns.ts upsertStatement': 'writes',
    'event-store/columns.ts insertNewStatement': 'writes',
    'event-store/columns.ts upsertParts': 'writes',
  },
};
const breachesWith = (path: string, text: string): string[] =>
  readingBreaches({ ...rules, sources: new Map([...sources, [path, text]]) });

describe('the way from a request to the tables', () => {
  it('is one: who asks and what he asks for become an Allowed, and every statement takes one', () => {
    expect(tables).toEqual(
      expect.arrayContaining(['usage_events', 'usage_1d', 'quarantine', 'price_versions']),
    );
    expect(readingBreaches(rules)).toEqual([]);
  });

  const STORE = "import sql from 'sql-template-tag';\nimport { eventsWhere } from './event-store.js';\n";
  /** A room's store with one more function, and a route that can reach it. */
  const withReader = (text: string): string[] =>
    readingBreaches({
      ...rules,
      sources: new Map([
        ...sources,
        ['query/new-store.ts', STORE + text],
        [
          'query/new-routes.ts',
          "import { readNew } from './new-store.js';\nroute({ scope: 'read', handle: () => readNew() });",
        ],
      ]),
    });

  it.each([
    ['without an Allowed', 'export const readNew = (db: Db) => db.query(sql`select * from usage_events`);'],
    [
      'with one that may be left out',
      'export function readNew(db: Db, allowed?: Allowed) { return sql`from usage_daily ${allowed}`; }',
    ],
    [
      'with one that it does not use',
      'export function readNew(db: Db, allowed: Allowed) { return sql`select from usage_1d`; }',
    ],
    [
      'with a word of its own for one',
      'export function readNew(db: Db, allowed: Organisations) { return sql`from kept_events ${allowed}`; }',
    ],
    [
      'by a part of another store',
      'export const readNew = (db: Db) => db.query(eventsWhere(sql`*`, sql`true`));',
    ],
    [
      'by a part of its own',
      'const ALL = sql`select * from quarantine`;\nexport const readNew = (db: Db) => db.query(ALL);',
    ],
  ])('would find a reader %s', (_what, text) => {
    expect(withReader(text)).toEqual(['query/new-store.ts readNew reads without an Allowed']);
  });

  it('would let one pass that takes an Allowed', () => {
    const text =
      'export const readNew = (db: Db, allowed: Allowed) => db.query(sql`select from usage_1d where ${visibleTo(allowed)}`);';
    expect(withReader(text)).toEqual([]);
  });

  it.each([
    ['an assertion', 'const all = { organisations: null } as Allowed;', 'asserts Allowed'],
    [
      'an assertion in two steps',
      'const all = {} as unknown as Readonly<Allowed>;',
      'asserts Readonly<Allowed>',
    ],
    ['an assertion to nothing', 'readUsage(db, plan, {} as never);', 'asserts never'],
    ['an old assertion', 'const all = <Allowed>{};', 'asserts Allowed'],
    ['a look at the caller', 'if (caller.orgId === null) all();', 'asks the caller: caller.orgId'],
    [
      'a look by name',
      "if (context.caller['audience']) all();",
      "asks the caller: context.caller['audience']",
    ],
    ['a caller taken apart', 'const { realm } = caller;', 'asks the caller: realm'],
    [
      'a parameter taken apart',
      'const all = ({ orgId: mine }: Caller) => mine;',
      'asks the caller: orgId: mine',
    ],
    ['a context taken apart', 'const handle = ({ caller: { orgId } }) => orgId;', 'asks the caller: orgId'],
    ['what is left of a caller', 'const { name, ...rest } = caller;', 'asks the caller: ...rest'],
    [
      'a caller by another name',
      'const all = (who: Caller) => who.audience;',
      'asks the caller: who.audience',
    ],
    [
      'a carrier made elsewhere',
      "import { readSpans } from './trace-store.js';\nreadSpans(db, { condition: sql`true` }, 9);",
      'makes a Chain',
    ],
  ])('would find %s', (_what, text, expected) => {
    expect(breachesWith('query/new.ts', text)).toEqual([expect.stringContaining(expected)]);
  });

  it('would find a carrier made without an Allowed, and an exception that nothing needs', () => {
    const path = 'query/trace-store.ts';
    const loose = `${sources.get(path) ?? ''}\nexport const ofAll = (): Chain => ({ condition: sql\`true\` });`;
    expect(breachesWith(path, loose)).toEqual([`${path} ofAll makes a Chain without an Allowed`]);
    const exceptions = { ...rules.exceptions, 'query/event-store.ts listEvents': 'no more' };
    expect(readingBreaches({ ...rules, exceptions })).toEqual([
      'query/event-store.ts listEvents is no exception any more',
    ]);
  });
});

describe('the plugin', () => {
  /** Its rooms, from the top; module.tsx is the entry. */
  const ROOMS = ['module.tsx', 'app', 'datasource', 'links', 'api'];
  const PLUGIN = new URL('../plugin/src/', import.meta.url);
  const isSource = (path: string): boolean => /\.tsx?$/.test(path);
  const paths = readdirSync(PLUGIN, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter(isSource);

  it('has no other rooms, and imports only run down them', () => {
    const upward = paths.flatMap((from) => {
      const { importedFiles } = ts.preProcessFile(readFileSync(new URL(from, PLUGIN), 'utf8'));
      return importedFiles
        .filter(({ fileName }) => fileName.startsWith('.'))
        .map(({ fileName }) => posix.join(posix.dirname(from), fileName))
        .filter((to) => ROOMS.indexOf(roomOf(to)) < ROOMS.indexOf(roomOf(from)))
        .map((to) => `${from} imports ${to}`);
    });
    expect([...new Set(paths.map(roomOf))].sort()).toEqual([...ROOMS].sort());
    expect(upward).toEqual([]);
  });

  it('knows the API by types that import nothing', () => {
    const wire = readFileSync(new URL('api/wire.ts', PLUGIN), 'utf8');
    expect(ts.preProcessFile(wire).importedFiles).toEqual([]);
  });
});

describe('the style', () => {
  it('has no any, no enum and no default export', () => {
    expect(found((node) => node.kind === ts.SyntaxKind.AnyKeyword)).toEqual([]);
    expect(found(ts.isEnumDeclaration)).toEqual([]);
    expect(
      found(
        (node) =>
          ts.isExportAssignment(node) ||
          (node.kind === ts.SyntaxKind.DefaultKeyword && ts.isFunctionDeclaration(node.parent)),
      ),
    ).toEqual([]);
  });

  it(`keeps files under ${MAX_LINES} lines and names them in kebab-case`, () => {
    const long = [...sources].filter(([, text]) => text.split('\n').length > MAX_LINES).map(([path]) => path);
    expect(long).toEqual([]);
    expect(files.filter((path) => !/^([a-z0-9-]+\/)*[a-z0-9-]+\.(ts|mjs)$/.test(path))).toEqual([]);
  });
});
