import type { Variable } from './query';

/** Grafana's `getTemplateSrv().replace`, bound to the scoped variables of a request. */
export type Replace = (text: string, format?: string | FormatValue) => string;

/** Called by Grafana for each variable in a text; what it returns stands in its place. */
export type FormatValue = (value: unknown, variable?: VariableFacts) => string;

export interface VariableFacts {
  type?: string;
  includeAll?: boolean;
}

/** Never in a text: PostgreSQL has no NUL in its texts either, and the API refuses it. */
const MARK = '\0';

const ALL_VALUE = '$__all';
const ALL_TEXT = 'All';

/** `$a`, `[[a]]`, `${a}`, each perhaps with a field path and a format, and nothing beside it. */
const LONE_VARIABLE = /^(?:\$(\w+)|\[\[(\w+?)(?::[^\]]+)?\]\]|\$\{(\w+)(\.[^:}]+)?(?::[^}]+)?\})$/;

/** Whether a text is one template variable, and nothing beside it. */
export const isVariable = (text: string): text is Variable => LONE_VARIABLE.test(text);

/** What a text stands for once its variables are known. */
export type Meaning =
  | { readonly kind: 'texts'; readonly texts: readonly string[] }
  /** The variable is set to "All". */
  | { readonly kind: 'all' }
  /** The variable is set to "All", and its author wrote an expression for that. */
  | { readonly kind: 'expression'; readonly expression: string };

/**
 * Every text that `text` stands for: several for a variable with several values, none for one without any. With several
 * variables, each with each.
 * @param quote for values where the text is an expression; it is not asked where somebody types the variable freely, as he
 *   then types an expression
 */
export function meaningOf(text: string, replace: Replace, quote = (value: string) => value): Meaning {
  const name = loneVariable(text);
  if (name === null) return { kind: 'texts', texts: expand(text, replace, quote) };
  // Any format that stands there is for other data sources: here the list itself is wanted.
  const lone = `\${${name}}`;
  if (replace(lone) === lone) return { kind: 'texts', texts: [text] };
  return allOf(name, lone, replace) ?? { kind: 'texts', texts: expand(lone, replace, quote) };
}

/** Every value of a text that is a variable, "All" as the list of its options; of any other text, or an unknown variable, itself. */
export function valuesOf(text: string, replace: Replace): readonly string[] {
  const name = loneVariable(text);
  if (name === null) return [text];
  const lone = `\${${name}}`;
  return replace(lone) === lone ? [text] : expand(lone, replace, (value) => value);
}

function loneVariable(text: string): string | null {
  const match = LONE_VARIABLE.exec(text.trim());
  if (!match) return null;
  const [, dollar, brackets, braces, path = ''] = match;
  return `${dollar ?? brackets ?? braces}${path}`;
}

/**
 * Grafana spells "All" out as a list of all options, which leaves out calls without a value and options beyond the limit of
 * the list. So what is shown for the variable tells. An expression for "All" never reaches the formatter.
 */
function allOf(name: string, lone: string, replace: Replace): Meaning | null {
  let facts: VariableFacts | undefined;
  let formatted = false;
  let isAll = false;
  const replaced = replace(lone, (value, variable) => {
    formatted = true;
    facts = variable;
    isAll = [value].flat().includes(ALL_VALUE);
    return '';
  });
  if (isAll) return { kind: 'all' };
  if (replace(`\${${name}:text}`) !== ALL_TEXT) return null;
  if (formatted) return facts?.includeAll ? { kind: 'all' } : null;
  return ['', '.*', '.+', ALL_VALUE].includes(replaced)
    ? { kind: 'all' }
    : { kind: 'expression', expression: replaced };
}

function expand(text: string, replace: Replace, quote: (value: string) => string): string[] {
  const lists: string[][] = [];
  const marked = replace(text, (value, variable) => {
    const values = [value].flat().map(String);
    lists.push(variable?.type === 'textbox' ? values : values.map(quote));
    return MARK;
  });
  const [first = '', ...rest] = marked.split(MARK);
  return rest.reduce<string[]>(
    (texts, part, index) =>
      texts.flatMap((start) => (lists[index] ?? []).map((one) => `${start}${one}${part}`)),
    [first],
  );
}
