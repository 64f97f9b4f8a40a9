import type { CostQuality } from '../usage/usage.js';
import { worseQuality } from './cost-quality.js';
import { bedrockRegion, spellings, withoutBedrockRegion, withoutDate, withoutVersion } from './model-name.js';
import type { ModelMatch } from './price-version.js';

/** What a name was found to be: the entries that claim it (several = maybe ambiguous) and how sure the match is. */
export interface Match<T> {
  readonly entries: readonly T[];
  readonly quality: CostQuality;
}

export interface ModelIndex<T> {
  /** Exact names and anchored rules, in every spelling. */
  named(name: string): Match<T> | null;
  /** A dated name the source does not list, by the undated one: another price is possible, so `estimated`. */
  guessed(name: string): Match<T> | null;
  /** Entries that cover the whole provider. */
  readonly any: readonly T[];
}

interface Claim<T> {
  readonly entry: T;
  readonly quality: CostQuality;
}

/**
 * Finds the entries of one provider by model name. Anchored: a name is another model's name unless only a date or a
 * version follows (`gpt-5.6-sol` is never `gpt-5`); nothing is found because it merely contains a known name.
 */
export function createModelIndex<T>(
  provider: string,
  entries: Iterable<readonly [T, readonly ModelMatch[]]>,
): ModelIndex<T> {
  const exact = new Map<string, Claim<T>[]>();
  const prefixes = new Map<string, Claim<T>[]>();
  const any: T[] = [];
  for (const [entry, matches] of entries) {
    for (const match of matches) {
      if (match.kind === 'any') any.push(entry);
      else
        claim(match.kind === 'exact' ? exact : prefixes, match.model, {
          entry,
          quality: match.quality ?? 'exact',
        });
    }
  }
  const find = (name: string): Match<T> | null => {
    const claims = exact.get(name) ?? longestPrefix(prefixes, name);
    return claims
      ? {
          entries: claims.map((one) => one.entry),
          quality: claims.map((one) => one.quality).reduce(worseQuality),
        }
      : null;
  };
  const first = (names: readonly string[]): Match<T> | null => {
    for (const name of names) {
      const match = find(name) ?? (provider === 'aws' ? findInRegion(find, name) : null);
      if (match) return match;
    }
    return null;
  };
  return {
    named: (name) => first(spellings(provider, name)),
    guessed: (name) => {
      const match = first(spellings(provider, name).map(withoutDate));
      return match && { entries: match.entries, quality: 'estimated' };
    },
    any,
  };
}

function claim<T>(claims: Map<string, Claim<T>[]>, name: string, added: Claim<T>): void {
  const known = claims.get(name);
  if (!known) claims.set(name, [added]);
  else if (!known.some((one) => one.entry === added.entry)) known.push(added);
}

/** The longest rule that the name goes beyond by nothing but a date or version. */
function longestPrefix<T>(prefixes: ReadonlyMap<string, Claim<T>[]>, name: string): Claim<T>[] | undefined {
  for (let length = name.length; length >= withoutVersion(name).length; length -= 1) {
    const claims = prefixes.get(name.slice(0, length));
    if (claims) return claims;
  }
  return undefined;
}

/**
 * The catalogue has AWS's prices in the United States where it does not tell regions apart; elsewhere they are a few
 * per cent higher (Nova in apac +5 %).
 */
function findInRegion<T>(find: (name: string) => Match<T> | null, name: string): Match<T> | null {
  const region = bedrockRegion(name);
  if (region === null) return null;
  const match = find(withoutBedrockRegion(name));
  return match && { entries: match.entries, quality: region === 'us' ? 'exact' : 'estimated' };
}
