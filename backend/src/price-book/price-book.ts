import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Db } from '../db/db.js';
import { createPriceBook } from '../pricing/price-book.js';
import type { PriceBook } from '../pricing/price-book.js';
import type { PriceVersion, PriceVersionDraft } from '../pricing/price-version.js';
import type { Catalogue } from './catalogue.js';
import { catalogueDrafts } from './import-catalogue.js';
import { fileDrafts } from './import-file.js';
import { parsePricesFile, PricesFileProblem } from './prices-file.js';
import { insertVersions, lastVersionId, lockImports, readVersions } from './store.js';

export interface PriceBookDeps {
  readonly db: Db;
  /** Reads the bundled catalogue (price-book/catalogue.ts). */
  readonly readCatalogue: () => Promise<Catalogue>;
  /** Path of PRICES_FILE; null when unset: overrides and contracts in the database then stay as they are. */
  readonly pricesFile: string | null;
  /** Unix ms. */
  readonly now: () => number;
}

/** Decides what to add to the book, given all of it in the order it was recorded, and the time to record it at (Unix ms). */
export type BookChange = (stored: readonly PriceVersion[], now: number) => readonly PriceVersionDraft[];

/** A change of prices, made or only planned. */
export interface ChangedPrices {
  readonly before: PriceBook;
  /** A plan numbers them as they would be numbered now. */
  readonly added: readonly PriceVersion[];
  readonly after: PriceBook;
}

/** What a reload did. */
export interface Reloaded {
  readonly catalogueVersion: string;
  readonly catalogueAdded: number;
  /** null when no prices file is set. */
  readonly fileAdded: number | null;
  readonly change: ChangedPrices;
}

export interface PriceBookService {
  /** Reads the book from the database if it has grown. True when prices changed: pending calls may have a price now. */
  load(): Promise<boolean>;
  /** The book as last loaded. @throws Error before the first load */
  current(): PriceBook;
  /** What a change would do to the book as it is in the database; nothing is stored. */
  plan(change: BookChange): Promise<ChangedPrices>;
  /** Adds what a change says, one change at a time, and loads. What `change` throws leaves everything as it was. */
  record(change: BookChange): Promise<ChangedPrices>;
  /** Adds what is new in the bundled catalogue and loads; returns how many versions were added. Safe to repeat. */
  importCatalogue(): Promise<number>;
  /** Adds what is new in a prices file and loads. @throws PricesFileProblem when the file is wrong; nothing changes then */
  importFile(path: string): Promise<number>;
  /** The prices file, if one is set, and the bundled catalogue: at start and on demand. @throws PricesFileProblem */
  reload(): Promise<Reloaded>;
  /** What `reload` would do. @throws PricesFileProblem */
  planReload(): Promise<Reloaded>;
}

/** The price book in the database and the copy of it in memory that calls are priced with. */
export function createPriceBookService({
  db,
  readCatalogue,
  pricesFile,
  now,
}: PriceBookDeps): PriceBookService {
  let book: PriceBook | null = null;
  let loaded: string | null = null;

  async function load(): Promise<boolean> {
    const last = await lastVersionId(db);
    if (book && last === loaded) return false;
    const versions = await readVersions(db);
    book = createPriceBook(versions);
    loaded = versions.at(-1)?.id ?? null;
    return true;
  }

  function current(): PriceBook {
    if (!book) throw new Error('the price book is not loaded: call load() first');
    return book;
  }

  async function plan(change: BookChange): Promise<ChangedPrices> {
    // Who looks at the plan tells the new versions by what `current` lacks.
    await load();
    const stored = current().versions;
    const next = Number(stored.at(-1)?.id ?? 0) + 1;
    const drafts = change(stored, laterThan(stored, now()));
    const added = drafts.map((draft, index) => ({ ...draft, id: `${next + index}` }));
    return changed(stored, added);
  }

  async function record(change: BookChange): Promise<ChangedPrices> {
    const [stored, all] = await db.transaction(async (tx) => {
      await lockImports(tx);
      const before = await readVersions(tx);
      const drafts = change(before, laterThan(before, now()));
      if (drafts.length === 0) return [before, before];
      await insertVersions(tx, drafts);
      return [before, await readVersions(tx)];
    });
    await load();
    return changed(stored, all.slice(stored.length));
  }

  async function reloading(apply: (change: BookChange) => Promise<ChangedPrices>): Promise<Reloaded> {
    const file = pricesFile === null ? null : await readFileChange(pricesFile);
    const catalogue = await readCatalogue();
    // One transaction for both: what is wrong with one must not leave half a reload behind.
    const change = await apply((stored, at) => [
      ...(file?.(stored, at) ?? []),
      ...catalogueChange(catalogue)(stored, at),
    ]);
    const catalogueAdded = change.added.filter(({ source }) => source === 'catalogue').length;
    const fileAdded = file && change.added.length - catalogueAdded;
    return { catalogueVersion: catalogue.version, catalogueAdded, fileAdded, change };
  }

  return {
    load,
    current,
    plan,
    record,
    importCatalogue: async () => (await record(catalogueChange(await readCatalogue()))).added.length,
    importFile: async (path) => (await record(await readFileChange(path))).added.length,
    reload: () => reloading(record),
    planReload: () => reloading(plan),
  };
}

function changed(stored: readonly PriceVersion[], added: readonly PriceVersion[]): ChangedPrices {
  return { before: createPriceBook(stored), added, after: createPriceBook([...stored, ...added]) };
}

/** The last recorded of two versions holds, also when the clock of the machine that records it is behind. */
function laterThan(stored: readonly PriceVersion[], now: number): number {
  return stored.reduce((latest, { recordedAt }) => Math.max(latest, recordedAt), now);
}

function catalogueChange(catalogue: Catalogue): BookChange {
  return (stored, now) =>
    catalogueDrafts(
      catalogue,
      stored.filter(({ source }) => source === 'catalogue'),
      now,
    );
}

async function readFileChange(path: string): Promise<BookChange> {
  const text = await readPricesFile(path);
  const entries = parsePricesFile(basename(path), text);
  const hash = createHash('sha256').update(text).digest('hex');
  return (stored, now) =>
    fileDrafts(
      entries,
      hash,
      stored.filter(({ source, byHand }) => source !== 'catalogue' && !byHand),
      now,
    );
}

async function readPricesFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const code = typeof error === 'object' && error && 'code' in error ? String(error.code) : 'unreadable';
    throw new PricesFileProblem(path, [
      {
        path: 'PRICES_FILE',
        line: null,
        message: `cannot be read (${code}): correct the path or unset the variable`,
      },
    ]);
  }
}
