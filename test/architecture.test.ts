import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import ts from 'typescript';

/**
 * The house of docs/architecture.md, held to its word. A room is a folder of backend/src or a file at its top; it may
 * use its own floor and the floors below it. Types count as much as code.
 */
const FLOORS: readonly (readonly string[])[] = [
  ['config.ts', 'config-environment.ts', 'config-values.ts', 'db', 'http'],
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
