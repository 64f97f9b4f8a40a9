import { createHash } from 'node:crypto';
import type { z } from 'zod';
import type { Db } from '../db/db.js';
import { route } from '../http/route.js';
import type { Route } from '../http/route.js';
import type { PriceBook } from '../pricing/price-book.js';
import type { ChangePreview } from './change-preview.js';
import { byHand, expirePrice, setPrices, withdrawPrice } from './change-prices.js';
import {
  expirePriceSchema,
  importPricesSchema,
  setPriceSchema,
  toEntry,
  withdrawPriceSchema,
} from './change-schema.js';
import { changeSchema, viewChanges, viewPreview } from './change-view.js';
import { changeWarnings } from './change-warnings.js';
import { pricesFileProblem } from './file-problem.js';
import { inRegion } from './in-region.js';
import type { BookChange, ChangedPrices, PriceBookService } from './price-book.js';
import { parsePricesFile } from './prices-file.js';
import { readSeenModels } from './store.js';

const DAY_MS = 86_400_000;
const SEEN_WITHIN_MS = 7 * DAY_MS;
/** 100,000 entries. */
const MAX_IMPORT_BYTES = 32 * 1024 * 1024;

export interface PriceChangeDeps {
  readonly db: Db;
  readonly prices: Pick<PriceBookService, 'plan' | 'record'>;
  /** What stored calls would come to under a book. */
  readonly preview: (book: PriceBook) => Promise<ChangePreview>;
  /** Runs after versions were added: what they explain is priced again at once. */
  readonly onChange: () => void;
  /** Unix ms. */
  readonly now: () => number;
}

/** Prices recorded by hand: set, end, withdraw, import. Each can be tried with `dry_run`. */
export function createPriceChangeRoutes(deps: PriceChangeDeps): Route[] {
  const answer = createAnswer(deps);
  const common = { method: 'post', tag: 'Prices', scope: 'admin' } as const;
  const responses = {
    200: { description: 'What was recorded, or with dry_run would be.', schema: changeSchema },
    409: { description: 'The book forbids it; the answer says what to do.' },
  };
  return [
    route({
      ...common,
      path: '/api/v1/prices',
      summary: 'Record a price, a contract, an alias or a discount',
      description:
        'Append-only: an entry with the same provider, model, organisation, tier and effective_from is replaced, and stays in the history. Prices are decimal strings in USD per million tokens.',
      body: setPriceSchema,
      responses,
      handle: ({ caller, body }) => {
        const origin = byHand({ author: caller.name, note: body.note });
        const { region } = body;
        const change: BookChange = (stored, now) => {
          const entry = toEntry(body);
          return setPrices([region === undefined ? entry : inRegion(entry, region, stored)], origin)(
            stored,
            now,
          );
        };
        return answer(change, body.dry_run);
      },
    }),
    route({
      ...common,
      path: '/api/v1/prices/expire',
      summary: 'End an override or a contract from a date on',
      description: 'From then on the next entry or source decides, in the end the catalogue.',
      body: expirePriceSchema,
      responses: { ...responses, 404: { description: 'There is no such entry at that time.' } },
      handle: ({ caller, body }) => {
        const name = {
          orgId: body.org_id,
          provider: body.provider,
          model: body.model,
          serviceTier: body.service_tier,
        };
        const origin = byHand({ author: caller.name, note: body.note });
        return answer(expirePrice(name, body.from, origin), body.dry_run);
      },
    }),
    route({
      ...common,
      path: '/api/v1/prices/withdraw',
      summary: 'Take back one version that was recorded by mistake',
      description: 'As if it had never been recorded; it stays in the history.',
      body: withdrawPriceSchema,
      responses: { ...responses, 404: { description: 'There is no such version.' } },
      handle: ({ caller, body }) =>
        answer(withdrawPrice(body.id, byHand({ author: caller.name, note: body.note })), body.dry_run),
    }),
    route({
      ...common,
      path: '/api/v1/prices/import',
      summary: 'Record every entry of a prices file',
      description:
        'Adds and changes, never takes back: only PRICES_FILE is the whole truth about its own entries.',
      body: importPricesSchema,
      maxBodyBytes: MAX_IMPORT_BYTES,
      responses: { ...responses, 422: { description: 'The file is wrong; nothing was changed.' } },
      handle: ({ caller, body }) => {
        const entries = readEntries(body.file, body.text);
        const hash = createHash('sha256').update(body.text).digest('hex');
        const origin = byHand({ author: caller.name, note: body.note }, hash);
        return answer(
          setPrices(entries, origin, (index) => `prices[${index}].`),
          body.dry_run,
        );
      },
    }),
  ];
}

function createAnswer(deps: PriceChangeDeps) {
  return async (change: BookChange, dryRun: boolean): Promise<{ body: z.input<typeof changeSchema> }> => {
    const made: ChangedPrices = await (dryRun ? deps.prices.plan(change) : deps.prices.record(change));
    if (!dryRun && made.added.length > 0) deps.onChange();
    const now = deps.now();
    const seen = made.added.length > 0 ? await readSeenModels(deps.db, now - SEEN_WITHIN_MS) : [];
    return {
      body: {
        dry_run: dryRun,
        changes: viewChanges(made, dryRun, now),
        warnings: [...changeWarnings(made, seen, now)],
        preview: dryRun && made.added.length > 0 ? viewPreview(await deps.preview(made.after)) : null,
      },
    };
  };
}

function readEntries(file: string, text: string): ReturnType<typeof parsePricesFile> {
  try {
    return parsePricesFile(file, text);
  } catch (error) {
    throw pricesFileProblem(error);
  }
}
