import type { CostQuality } from '../usage/usage.js';
import type { ModelMatch } from '../pricing/price-version.js';

/** A rule of the catalogue for names of a model. */
export type MatchRule =
  | { readonly or: readonly MatchRule[] }
  | { readonly and: readonly MatchRule[] }
  | { readonly equals: string }
  | { readonly starts_with: string }
  | { readonly ends_with: string }
  | { readonly contains: string }
  | { readonly regex: string };

/** `^literal$`, or a literal followed by a date or a digit. */
const DATED_REGEX =
  /^\^((?:[a-z0-9/_~-]|\\[.[\]]|=|\[(?=fast)|\](?=\$))+?)(-\\d\{8\}\$|-\\d\{4\}-\\d\{2\}-\\d\{2\}\$|-\\d|\$)$/i;
/** Gemini's "not a text-to-speech model": anchored matching needs no such exception. */
const NOT_SPEECH = /^\^\(\?!\.\*-\[tT\]\[tT\]\[sS\]/;

/**
 * Turns the catalogue's rule into anchored names, stricter than the rule in every case: `contains` and `ends_with`
 * become the whole name or its beginning, and what follows must be a date or version (pricing/model-name.ts).
 * A regular expression that is not a dated literal is dropped: the model keeps its other names.
 */
export function anchoredMatches(provider: string, id: string, rule: MatchRule): readonly ModelMatch[] {
  const names = new Map<string, ModelMatch>();
  const add = (kind: 'exact' | 'prefix', name: string): void => {
    const model = name.toLowerCase();
    names.set(`${kind}\n${model}`, { kind, model, ...qualityOf(provider, id, model) });
  };
  add('exact', id);
  for (const [kind, name] of anchored(rule)) {
    add(kind, name);
    if (provider === 'aws') for (const full of bedrockNames(id, name)) add('exact', full);
  }
  if (provider === 'aws') add('exact', id.replace(/^regional\./, ''));
  return [...names.values()];
}

type Anchored = readonly ['exact' | 'prefix', string];

function anchored(rule: MatchRule): readonly Anchored[] {
  if ('or' in rule) return rule.or.flatMap(anchored);
  if ('and' in rule) {
    const rest = rule.and.filter((part) => !('regex' in part && NOT_SPEECH.test(part.regex)));
    return rest.length === 1 ? rest.flatMap(anchored) : [];
  }
  if ('equals' in rule) return [['exact', rule.equals]];
  if ('starts_with' in rule) return [['prefix', rule.starts_with]];
  if ('ends_with' in rule) return [['exact', rule.ends_with]];
  if ('contains' in rule) return [['prefix', rule.contains]];
  const [, literal, tail] = DATED_REGEX.exec(rule.regex) ?? [];
  return literal === undefined ? [] : [[tail === '$' ? 'exact' : 'prefix', literal.replaceAll('\\', '')]];
}

/**
 * Bedrock's full ids of a rule's name: with the model's own `-v2:0`, never another revision's (titan-embed-text v2 costs
 * a fifth of v1), and with `-v1:0` where the catalogue's id has none.
 */
function bedrockNames(id: string, name: string): readonly string[] {
  const revision = /-v\d+(?::\d+)?$/.exec(id.toLowerCase())?.[0] ?? '-v1:0';
  const stem = name.toLowerCase().replace(/-v\d+$/, '');
  const [version = revision] = revision.split(':');
  return [`${stem}${version}`, `${stem}${revision}`, `${stem}${version}:0`, `${stem}:0`];
}

/** Claude up to 4.1 costs the same in every region; later models cost 10 % more outside the global endpoint. */
const ONE_PRICE_CLAUDE =
  /claude-(?:3|v?2|instant|opus-4-(?:1|2025|0)|opus-4@|sonnet-4-(?:2025|0)|sonnet-4@|4-(?:opus|sonnet)|(?:opus|sonnet)-4$)/;

/**
 * What the name tells of the region, where the region decides the price. Bedrock: a bare Claude id has the regional
 * price, an upper bound; other bare ids have that of the United States. Vertex AI: the global price, a lower bound.
 */
function qualityOf(provider: string, id: string, name: string): { quality?: CostQuality } {
  const claude = name.includes('claude');
  if (claude && ONE_PRICE_CLAUDE.test(id)) return {};
  if (provider === 'google' && claude) return { quality: 'lower_bound' };
  if (provider !== 'aws' || /^(?:us-gov|us|eu|apac|jp|au|in|global|regional)\./.test(name)) return {};
  return {
    quality:
      claude || name.includes('openai.gpt-5.6') || name.startsWith('gpt-5.6') ? 'upper_bound' : 'estimated',
  };
}
