import { TOKEN_PRICES, UNIT_PRICES } from '../price-book/prices-file-schema.js';

/** What `prices set` takes, by commander's names. */
export interface SetOptions {
  readonly provider: string;
  readonly model: string;
  readonly alias?: string[];
  readonly org?: string;
  readonly serviceTier?: string;
  readonly region?: string;
  readonly effectiveFrom?: string;
  readonly input?: string;
  readonly output?: string;
  readonly cacheRead?: string;
  readonly cacheWrite5m?: string;
  readonly cacheWrite1h?: string;
  readonly request?: string;
  readonly price?: string[];
  readonly tierAbove?: string[];
  readonly sameAs?: string;
  readonly sameAsProvider?: string;
  readonly multiplier?: string;
  readonly free?: true;
  readonly note?: string;
}

/** The body of POST /api/v1/prices. @throws Error naming the option that is not understood */
export function setBody(options: SetOptions): object {
  const told = {
    input: options.input,
    output: options.output,
    cache_read: options.cacheRead,
    cache_write_5m: options.cacheWrite5m,
    cache_write_1h: options.cacheWrite1h,
    request: options.request,
    ...assignments('--price', options.price ?? [], [...TOKEN_PRICES, ...UNIT_PRICES]),
  };
  const some = (names: readonly string[]): Record<string, string> | undefined => {
    const found = Object.entries(told).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && names.includes(entry[0]),
    );
    return found.length > 0 ? Object.fromEntries(found) : undefined;
  };
  if (options.sameAsProvider !== undefined && options.sameAs === undefined)
    throw new Error('--same-as-provider needs --same-as MODEL.');
  return {
    provider: options.provider,
    model: options.model,
    aliases: options.alias,
    org_id: options.org,
    service_tier: options.serviceTier,
    region: options.region,
    effective_from: options.effectiveFrom,
    prices: some(TOKEN_PRICES),
    per_unit: some(UNIT_PRICES),
    tiers: options.tierAbove && tiers(options.tierAbove),
    same_as: options.sameAs && { provider: options.sameAsProvider, model: options.sameAs },
    multiplier: options.multiplier,
    free: options.free,
    note: options.note,
  };
}

/** `200000 input=5 output=20`: each number begins a step. */
function tiers(words: readonly string[]): object[] {
  const steps: { above: number; words: string[] }[] = [];
  for (const word of words) {
    if (/^\d+$/.test(word)) steps.push({ above: Number(word), words: [] });
    else if (steps.length > 0) steps.at(-1)?.words.push(word);
    else
      throw new Error(
        `--tier-above must begin with a number of tokens, like: --tier-above 200000 input=5 output=20 (it is "${word}")`,
      );
  }
  return steps.map(({ above, words: prices }) => {
    if (prices.length === 0)
      throw new Error(`--tier-above ${above} has no price, like: --tier-above ${above} input=5 output=20`);
    return { above, prices: assignments('--tier-above', prices, TOKEN_PRICES) };
  });
}

function assignments(
  option: string,
  words: readonly string[],
  names: readonly string[],
): Record<string, string> {
  return Object.fromEntries(
    words.map((word) => {
      const [, name = '', value = ''] = /^([a-z0-9_]+)=(.+)$/.exec(word) ?? [];
      if (!names.includes(name))
        throw new Error(`${option}: "${word}" must be like input=2.5; the names are ${names.join(', ')}.`);
      return [name, value];
    }),
  );
}
