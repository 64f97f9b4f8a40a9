import { createPriceBook } from '../pricing/price-book.js';
import type { PriceBook } from '../pricing/price-book.js';
import type { Catalogue } from './catalogue.js';
import { catalogueDrafts } from './import-catalogue.js';

/** A price book of the catalogue alone, without a database: for tests and benchmarks. */
export function catalogueBook(catalogue: Catalogue, importedAt: number): PriceBook {
  const drafts = catalogueDrafts(catalogue, [], importedAt);
  return createPriceBook(drafts.map((draft, index) => ({ ...draft, id: `${index + 1}` })));
}
