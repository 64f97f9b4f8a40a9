import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { waitForUpdate } from '@pydantic/genai-prices';
import type { MeterPrices, ModelMatch, PriceWindow } from '../pricing/price-version.js';
import { anchoredMatches } from './catalogue-match.js';
import type { MatchRule } from './catalogue-match.js';
import { readBlock } from './catalogue-block.js';
import type { PriceBlock } from './catalogue-block.js';

/** The price of a model from `effectiveFrom` on (Unix ms; -Infinity = the entry has no date). */
export interface CataloguePrice {
  readonly effectiveFrom: number;
  readonly meters: MeterPrices;
  readonly windows: readonly PriceWindow[];
  readonly empty: boolean;
  /** Why nothing of it is used. */
  readonly refused: string | null;
}
export interface CatalogueModel {
  readonly provider: string;
  readonly model: string;
  readonly match: readonly ModelMatch[];
  /** Oldest first. */
  readonly prices: readonly CataloguePrice[];
}
export interface Catalogue {
  readonly version: string;
  /** Unix ms; null when this version's release date is not known to us. */
  readonly releasedAt: number | null;
  readonly models: readonly CatalogueModel[];
}

/** The part of the package's data that we read. */
export interface CatalogueEntry {
  readonly id: string;
  readonly match: MatchRule;
  readonly prices: PriceBlock | readonly DatedBlock[];
}
interface DatedBlock {
  readonly constraint?:
    | { readonly type: 'start_date'; readonly start_date: string }
    | { readonly type: 'time_of_date'; readonly start_time: string; readonly end_time: string };
  readonly prices: PriceBlock;
}

/** From when on the bundled catalogue is known to be right about undated prices (npm publication dates). */
const RELEASES: Readonly<Record<string, string>> = { '0.1.8': '2026-09-23T00:00:00Z' };

/** Reads the whole bundled catalogue. */
export async function readCatalogue(): Promise<Catalogue> {
  const providers = (await waitForUpdate()) ?? [];
  const version = await installedVersion();
  const released = RELEASES[version];
  return {
    version,
    releasedAt: released === undefined ? null : Date.parse(released),
    models: providers.flatMap((provider) =>
      provider.models.map((model) => readModel(provider.id, model as CatalogueEntry)),
    ),
  };
}

/** The package does not export its package.json, so it is read beside the package's entry. */
async function installedVersion(): Promise<string> {
  const entry = createRequire(import.meta.url).resolve('@pydantic/genai-prices');
  const { version } = JSON.parse(await readFile(join(dirname(entry), '..', 'package.json'), 'utf8')) as {
    version: string;
  };
  return version;
}

/** Turns one model of the package's data into prices, or into the reason why they are refused as a whole. */
export function readModel(provider: string, entry: CatalogueEntry): CatalogueModel {
  return {
    provider,
    model: entry.id,
    match: anchoredMatches(provider, entry.id, entry.match),
    prices: readPrices(provider, entry),
  };
}

const refusedPrice = (refused: string): CataloguePrice => ({
  effectiveFrom: -Infinity,
  meters: {},
  windows: [],
  empty: false,
  refused,
});

/** The package lets the last matching entry win: dated entries follow the undated one, daily windows their price. */
function readPrices(provider: string, entry: CatalogueEntry): readonly CataloguePrice[] {
  const blocks: readonly DatedBlock[] = isList(entry.prices) ? entry.prices : [{ prices: entry.prices }];
  const prices: CataloguePrice[] = [];
  for (const { constraint, prices: block } of blocks) {
    const read = readBlock(provider, entry.id, block);
    if (typeof read === 'string') return [refusedPrice(read)];
    const last = prices.at(-1);
    if (constraint?.type === 'time_of_date') {
      const [from, to] = [secondOfDay(constraint.start_time), secondOfDay(constraint.end_time)];
      if (!last || from === null || to === null) return [refusedPrice('unreadable hours of the day')];
      prices[prices.length - 1] = { ...last, windows: [...last.windows, { from, to, meters: read }] };
      continue;
    }
    const effectiveFrom = constraint ? Date.parse(`${constraint.start_date}T00:00:00Z`) : -Infinity;
    if (Number.isNaN(effectiveFrom) || (last && last.effectiveFrom >= effectiveFrom)) {
      return [refusedPrice('dates that do not ascend')];
    }
    const empty = Object.keys(block).length === 0;
    prices.push({ effectiveFrom, meters: read, windows: [], empty, refused: null });
  }
  return prices;
}

const isList = (prices: CatalogueEntry['prices']): prices is readonly DatedBlock[] => Array.isArray(prices);

function secondOfDay(text: string): number | null {
  const [, hour, minute, second] = /^(\d{2}):(\d{2}):(\d{2})Z$/.exec(text) ?? [];
  return hour === undefined ? null : Number(hour) * 3600 + Number(minute) * 60 + Number(second);
}
