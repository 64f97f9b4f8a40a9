import { posix } from 'node:path';
import ts from 'typescript';

/**
 * There is one way from a request to the tables: `allowedOrganisations` makes an `Allowed` of who asks and what he asks for,
 * and every statement about somebody's calls takes one. These rules are about source text, so that they can be shown to
 * find what they look for.
 */
export interface ReadingRules {
  /** Path in backend/src → text. */
  readonly sources: ReadonlyMap<string, string>;
  /** Tables and views that tell about somebody's calls, prices or items. */
  readonly tables: readonly string[];
  /** `file function` → why it reads without an Allowed. */
  readonly exceptions: Readonly<Record<string, string>>;
  /** `file type` → why it stands for an Allowed: it is made in that file only, of one. */
  readonly carriers: Readonly<Record<string, string>>;
}

/** Facts of a caller that decide what he may read. In ingest they say in whose realm is written. */
const DECIDING = new Set(['orgId', 'audience', 'realm']);
const MAY_ASK_CALLERS = /^(access\/|ingest\/(ingest|correct-usage-routes)\.ts$)/;
const ALLOWED = 'Allowed';

type Declared = ts.FunctionDeclaration | ts.VariableDeclaration;
type Trees = ReadonlyMap<string, ts.SourceFile>;

/** What breaks the rules, and exceptions that nothing needs any more. Empty when all is well. */
export function readingBreaches({ sources, tables, exceptions, carriers }: ReadingRules): string[] {
  const trees = new Map([...sources].map(([path, text]) => [path, parse(path, text)]));
  const readers = unguardedReaders(trees, tables, carriers);
  return [
    ...[...trees].flatMap(([path, tree]) => [...forged(path, tree), ...askedCallers(path, tree)]),
    ...readers
      .filter((reader) => !(reader in exceptions))
      .map((reader) => `${reader} reads without an Allowed`),
    ...Object.keys(exceptions)
      .filter((name) => !readers.includes(name))
      .map((name) => `${name} is no exception any more`),
    ...Object.keys(carriers).flatMap((name) => looseCarrier(trees, name)),
  ];
}

/** A node and everything in it, in order; each tree is walked many times. */
const nodesOf = (node: ts.Node): readonly ts.Node[] => {
  const known = walked.get(node);
  if (known) return known;
  const nodes: ts.Node[] = [node];
  ts.forEachChild(node, (child) => {
    for (const inner of nodesOf(child)) nodes.push(inner);
  });
  if (ts.isSourceFile(node) || ts.isSourceFile(node.parent)) walked.set(node, nodes);
  return nodes;
};
const walked = new WeakMap<ts.Node, readonly ts.Node[]>();

const parse = (path: string, text: string): ts.SourceFile => {
  const key = `${path}\n${text}`;
  const tree = parsed.get(key) ?? ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  parsed.set(key, tree);
  return tree;
};
const parsed = new Map<string, ts.SourceFile>();

const lineOf = (node: ts.Node): number =>
  node.getSourceFile().getLineAndCharacterOfPosition(node.getStart()).line + 1;

/** An assertion makes an Allowed of anything: `as Allowed`, `as never`. */
function forged(path: string, tree: ts.SourceFile): string[] {
  return [...nodesOf(tree)]
    .filter((node) => ts.isAsExpression(node) || ts.isTypeAssertionExpression(node))
    .filter(({ type }) => /^(never|any)$|\b(Allowed|Decided)\b/.test(type.getText()))
    .map((node) => `${path}:${lineOf(node)} asserts ${node.type.getText()}`);
}

/** Who looks at a caller to decide what he may read. */
function askedCallers(path: string, tree: ts.SourceFile): string[] {
  if (MAY_ASK_CALLERS.test(path)) return [];
  const nodes = [...nodesOf(tree)];
  const typed = nodes.filter(
    (node) => (ts.isParameter(node) || ts.isVariableDeclaration(node)) && node.type?.getText() === 'Caller',
  );
  const names = new Set([
    'caller',
    ...typed.flatMap((node) =>
      'name' in node && ts.isIdentifier(node.name as ts.Node) ? [(node.name as ts.Identifier).text] : [],
    ),
  ]);
  const isCaller = (node: ts.Expression | undefined): boolean =>
    node !== undefined &&
    ((ts.isIdentifier(node) && names.has(node.text)) ||
      (ts.isPropertyAccessExpression(node) && node.name.text === 'caller'));
  const opened = nodes.filter(ts.isObjectBindingPattern).filter(({ parent }) => {
    if (ts.isBindingElement(parent)) return (parent.propertyName ?? parent.name).getText() === 'caller';
    return parent.type?.getText() === 'Caller' || isCaller(parent.initializer);
  });
  const found = [
    ...nodes.filter(
      (node) =>
        ts.isPropertyAccessExpression(node) && isCaller(node.expression) && DECIDING.has(node.name.text),
    ),
    ...nodes.filter(
      (node) =>
        ts.isElementAccessExpression(node) &&
        isCaller(node.expression) &&
        DECIDING.has(node.argumentExpression.getText().slice(1, -1)),
    ),
    ...opened.flatMap(({ elements }) =>
      elements.filter(
        ({ propertyName, name, dotDotDotToken }) =>
          dotDotDotToken !== undefined || DECIDING.has((propertyName ?? name).getText()),
      ),
    ),
  ];
  return found.map((node) => `${path}:${lineOf(node)} asks the caller: ${node.getText()}`);
}

/** `file function` of whatever a route with the scope read can reach that reads and takes no Allowed. */
function unguardedReaders(
  trees: Trees,
  tables: readonly string[],
  carriers: ReadingRules['carriers'],
): string[] {
  const guards = new Set([ALLOWED, ...Object.keys(carriers).map((name) => name.split(' ')[1] ?? '')]);
  const named = new RegExp(`\\b(${tables.join('|')})\\b`);
  const stores = reachable(trees).filter((path) => speaksSql(trees.get(path)));
  return stores.flatMap((path) =>
    declarationsOf(trees.get(path))
      .filter(({ exported, node }) => exported && !isGuarded(node, guards) && isFunction(node))
      .filter(({ name }) => reads(trees, named, path, name))
      .map(({ name }) => `${path} ${name}`),
  );
}

/** Files that can run for a request which needs the scope read. */
function reachable(trees: Trees): string[] {
  const found = new Set<string>();
  const visit = (path: string): void => {
    const tree = trees.get(path);
    if (!tree || found.has(path)) return;
    found.add(path);
    for (const { file } of importsOf(path, tree).values()) visit(file);
  };
  for (const [path, tree] of trees) if (hasReadRoute(tree)) visit(path);
  return [...found];
}

const hasReadRoute = (tree: ts.SourceFile): boolean =>
  [...nodesOf(tree)].some(
    (node) =>
      ts.isPropertyAssignment(node) &&
      node.name.getText() === 'scope' &&
      node.initializer.getText() === "'read'",
  );

const speaksSql = (tree: ts.SourceFile | undefined): boolean =>
  tree !== undefined && /^import (?!type)[^;]*'sql-template-tag'/m.test(tree.text);

interface Imported {
  readonly file: string;
  readonly name: string;
}

/** What a file imports of our own to run it (types do not run), by the name it has there. */
function importsOf(path: string, tree: ts.SourceFile): Map<string, Imported> {
  const found = new Map<string, Imported>();
  for (const statement of tree.statements.filter(ts.isImportDeclaration)) {
    const from = (statement.moduleSpecifier as ts.StringLiteral).text;
    const bindings = statement.importClause?.namedBindings;
    if (!from.startsWith('.') || statement.importClause?.isTypeOnly || !bindings) continue;
    if (!ts.isNamedImports(bindings)) continue;
    const file = posix.join(posix.dirname(path), from).replace(/\.js$/, '.ts');
    for (const { isTypeOnly, name, propertyName } of bindings.elements)
      if (!isTypeOnly) found.set(name.text, { file, name: (propertyName ?? name).text });
  }
  return found;
}

function declarationsOf(tree: ts.SourceFile | undefined) {
  return [...(tree?.statements ?? [])].flatMap((statement) => {
    const exported =
      ts.canHaveModifiers(statement) &&
      (ts.getModifiers(statement) ?? []).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
    const nodes: readonly Declared[] = ts.isFunctionDeclaration(statement)
      ? [statement]
      : ts.isVariableStatement(statement)
        ? statement.declarationList.declarations
        : [];
    return nodes.map((node) => ({ name: node.name?.getText() ?? '', node, exported }));
  });
}

const functionOf = (node: Declared): ts.SignatureDeclaration | null =>
  ts.isFunctionDeclaration(node)
    ? node
    : node.initializer && ts.isArrowFunction(node.initializer)
      ? node.initializer
      : null;
const isFunction = (node: Declared): boolean => functionOf(node) !== null;

/** Takes an Allowed that must be there, and uses it. */
function isGuarded(node: Declared, guards: ReadonlySet<string>): boolean {
  const signature = functionOf(node);
  return (signature?.parameters ?? ([] as ts.ParameterDeclaration[])).some(
    ({ type, name, questionToken, initializer }) => {
      if (!type || questionToken || initializer || !guards.has(type.getText())) return false;
      const words = [...nodesOf(name)].filter(ts.isIdentifier).map(({ text }) => text);
      const body = signature && 'body' in signature ? (signature.body as ts.Node | undefined) : undefined;
      return (
        body !== undefined && [...nodesOf(body)].some((at) => ts.isIdentifier(at) && words.includes(at.text))
      );
    },
  );
}

/** Whether a declaration names a table, itself or by what it uses that is not guarded by itself. */
function reads(
  trees: Trees,
  named: RegExp,
  path: string,
  name: string,
  seen: Set<string> = new Set(),
): boolean {
  const tree = trees.get(path);
  const declared = declarationsOf(tree).find((one) => one.name === name);
  if (!tree || !declared || seen.has(`${path} ${name}`)) return false;
  seen.add(`${path} ${name}`);
  const imports = importsOf(path, tree);
  return [...nodesOf(declared.node)].some((node) => {
    if (
      ts.isNoSubstitutionTemplateLiteral(node) ||
      ts.isTemplateLiteralToken(node) ||
      ts.isStringLiteral(node)
    )
      return named.test(node.text);
    if (!ts.isIdentifier(node) || node.text === name) return false;
    const from = imports.get(node.text) ?? { file: path, name: node.text };
    return reads(trees, named, from.file, from.name, seen);
  });
}

/** A carrier that can be made without an Allowed, or in another file than its own. */
function looseCarrier(trees: Trees, carrier: string): string[] {
  const [path = '', type = ''] = carrier.split(' ');
  const shape = [...(trees.get(path)?.statements ?? [])]
    .filter(ts.isInterfaceDeclaration)
    .find(({ name }) => name.text === type);
  if (!shape) return [`${carrier} is not declared`];
  const fields = shape.members.map((member) => member.name?.getText() ?? '');
  const makers = declarationsOf(trees.get(path)).filter(
    ({ node }) => functionOf(node)?.type?.getText() === type && !isGuarded(node, new Set([ALLOWED])),
  );
  const elsewhere = [...trees]
    .filter(
      ([other, tree]) => other !== path && tree.text.includes(posix.basename(path).replace('.ts', '.js')),
    )
    .flatMap(([other, tree]) =>
      [...nodesOf(tree)]
        .filter(ts.isObjectLiteralExpression)
        .filter(({ properties }) =>
          fields.every((field) => properties.some((property) => property.name?.getText() === field)),
        )
        .map((node) => `${other}:${lineOf(node)} makes a ${type}`),
    );
  return [...makers.map(({ name }) => `${path} ${name} makes a ${type} without an Allowed`), ...elsewhere];
}
