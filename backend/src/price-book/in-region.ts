import { bedrockRegion, withoutBedrockRegion } from '../pricing/model-name.js';
import type { PriceVersion } from '../pricing/price-version.js';
import type { PriceEntry } from './prices-file-schema.js';

/** Whether Bedrock's inference profiles have this region before the model's name. */
export const isBedrockRegion = (region: string): boolean => bedrockRegion(`${region}.`) === region;

/**
 * An entry of Bedrock for one region only. The region is the head of the model's name (`eu.anthropic.claude-…`), so
 * the entry gets every name the catalogue has for the model, each with the region before it.
 * @param stored the catalogue's versions among others
 */
export function inRegion(entry: PriceEntry, region: string, stored: readonly PriceVersion[]): PriceEntry {
  const bare = (name: string): string => withoutBedrockRegion(name.toLowerCase()).replace(/^regional\./, '');
  const model = bare(entry.model);
  const names = stored
    .filter(({ source, provider }) => source === 'catalogue' && provider === 'aws')
    .map((version) => version.match.flatMap((match) => (match.kind === 'any' ? [] : [bare(match.model)])))
    .filter((known) => known.includes(model))
    .flat();
  const aliases = [...new Set([...entry.aliases.map(bare), ...names])].filter((name) => name !== model);
  return { ...entry, model: `${region}.${model}`, aliases: aliases.map((name) => `${region}.${name}`) };
}
