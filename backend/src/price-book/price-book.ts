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

/** What a reload did: how many versions were added to the book. */
export interface Reloaded {
  readonly catalogueVersion: string;
  readonly catalogueAdded: number;
  /** null when no prices file is set. */
  readonly fileAdded: number | null;
}

export interface PriceBookService {
  /** Reads the book from the database if it has grown. True when prices changed: pending calls may have a price now. */
  load(): Promise<boolean>;
  /** The book as last loaded. @throws Error before the first load */
  current(): PriceBook;
  /** Adds what is new in the bundled catalogue and loads; returns how many versions were added. Safe to repeat. */
  importCatalogue(): Promise<number>;
  /** Adds what is new in a prices file and loads. @throws PricesFileProblem when the file is wrong; nothing changes then */
  importFile(path: string): Promise<number>;
  /** The prices file, if one is set, and the bundled catalogue: at start and on demand. @throws PricesFileProblem */
  reload(): Promise<Reloaded>;
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

  /** Compares with what is stored and adds the difference, one importer at a time. */
  async function add(
    isOurs: (version: PriceVersion) => boolean,
    drafts: (stored: readonly PriceVersion[]) => readonly PriceVersionDraft[],
  ): Promise<number> {
    const added = await db.transaction(async (tx) => {
      await lockImports(tx);
      const missing = drafts((await readVersions(tx)).filter(isOurs));
      await insertVersions(tx, missing);
      return missing.length;
    });
    await load();
    return added;
  }

  async function addCatalogue(catalogue: Catalogue): Promise<number> {
    return add(
      ({ source }) => source === 'catalogue',
      (stored) => catalogueDrafts(catalogue, stored, now()),
    );
  }

  async function importFile(path: string): Promise<number> {
    const text = await readPricesFile(path);
    const entries = parsePricesFile(basename(path), text);
    const hash = createHash('sha256').update(text).digest('hex');
    return add(
      ({ source }) => source !== 'catalogue',
      (stored) => fileDrafts(entries, hash, stored, now()),
    );
  }

  async function reload(): Promise<Reloaded> {
    // The file first: one that is wrong must not leave half a reload behind.
    const fileAdded = pricesFile === null ? null : await importFile(pricesFile);
    const catalogue = await readCatalogue();
    return { catalogueVersion: catalogue.version, catalogueAdded: await addCatalogue(catalogue), fileAdded };
  }

  return {
    load,
    current() {
      if (!book) throw new Error('the price book is not loaded: call load() first');
      return book;
    },
    importCatalogue: async () => addCatalogue(await readCatalogue()),
    importFile,
    reload,
  };
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
