import type { LedgerRow, StoredRow } from '../event-store/ledger-row.js';
import { settledRow } from '../event-store/settle-and-price.js';
import { Problem } from '../http/problem.js';
import type { PriceBook } from '../pricing/price-book.js';
import type { Usage } from '../usage/usage.js';
import { JSON_DETAIL, type ToldUsage } from './told-usage.js';

/**
 * A call with the usage its sender corrects it to, priced by `book`; null when that changes nothing. Pure.
 * @throws Problem 409 for an event that is no call or knows more than it is told, 422 for usage that cannot be
 */
export function correctedRow(row: StoredRow, told: ToldUsage, book: PriceBook): LedgerRow | null {
  refuseOther(row);
  refuseProblem(told);
  refusePoorer(row.event.usage, told.usage);
  if (isSame(row, told)) return null;
  const event = {
    ...row.event,
    usage: told.usage,
    usageProblem: null,
    inputBasis: 'sender' as const,
    usageQuality: told.quality,
    lost: told.lost,
    // Above what it replaces: a resend of that changes nothing, and of two corrections at once the second looks again.
    detail: Math.max(JSON_DETAIL, row.event.detail + 1),
  };
  const after = settledRow(event, row.settlement, book);
  // The usage of what may be a copy is known better now; whether it is one is not.
  return row.cost.reason === 'late_context_gone' ? { ...after, cost: row.cost, model: row.model } : after;
}

function refuseOther({ settlement, event }: StoredRow): void {
  if (settlement.kind === 'call') return;
  const { repeatOf } = settlement;
  throw new Problem(
    409,
    'no_call',
    repeatOf
      ? `Span ${event.spanId} repeats the usage of a call, which carries the cost: correct trace ${repeatOf.traceId}, span ${repeatOf.spanId} instead.`
      : `Span ${event.spanId} is a step of its trace, not a call to a model: it has no usage. Correct the span of the call.`,
  );
}

function refuseProblem({ problem }: ToldUsage): void {
  if (problem === null) return;
  const message =
    problem === 'no_usage'
      ? 'It tells no usage: give at least one count above 0.'
      : 'Its counts contradict each other: whole numbers from 0 to 1e12, parts not above their whole (cache_read and the like within input_tokens, reasoning within output_tokens).';
  throw new Problem(422, problem, message, { errors: [{ field: '(body)', message }] });
}

/** A correction replaces what is stored, so it must tell every count that is stored; 0 says there was none. */
function refusePoorer(stored: Usage | null, told: Usage): void {
  const missing = stored ? namesOf(stored).filter((name) => !namesOf(told).includes(name)) : [];
  if (missing.length === 0) return;
  const errors = missing.map((field) => ({
    field,
    message: 'is stored and not told: give the correct count, 0 if there was none',
  }));
  throw new Problem(
    409,
    'poorer_usage',
    `The stored usage tells more than this correction: ${missing.join(', ')}. A poorer usage never replaces a richer one.`,
    { errors },
  );
}

const namesOf = ({ other, ...counts }: Usage): string[] => [
  ...told(counts).map(([name]) => name),
  ...told(other).map(([name]) => `other.${name}`),
];
const told = (counts: Readonly<Record<string, number | null>>): [string, number | null][] =>
  Object.entries(counts).filter(([, count]) => count !== null);

function isSame({ event }: StoredRow, { usage, quality }: ToldUsage): boolean {
  const text = (counts: Usage): string => {
    const { other, ...rest } = counts;
    return JSON.stringify([...told(rest), ...told(other)].sort(([a], [b]) => (a < b ? -1 : 1)));
  };
  return (
    event.usage !== null &&
    event.inputBasis === 'sender' &&
    event.usageQuality === quality &&
    text(event.usage) === text(usage)
  );
}
