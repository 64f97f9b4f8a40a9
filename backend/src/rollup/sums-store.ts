import { join, raw, type Sql } from 'sql-template-tag';
import { CALL_SUMS, type CallSum } from '../event-store/call-sums.js';

/** How migration 0011 makes each sum of a call's columns: what is summed (null: calls are counted), and of which calls. */
const PARTS: Readonly<Record<CallSum, { readonly of: string | null; readonly when?: string }>> = {
  calls: { of: null },
  priced_calls: { of: null, when: "cost_status = 'priced'" },
  pending_calls: { of: null, when: "cost_status = 'pending'" },
  failed_calls: { of: null, when: "cost_reason = 'failed_no_usage'" },
  written_off_calls: { of: null, when: "cost_reason = 'written_off'" },
  inexact_calls: { of: null, when: "cost_status = 'priced' and cost_quality <> 'exact'" },
  error_calls: { of: null, when: 'status_error' },
  cost_usd: { of: 'cost_usd' },
  inexact_cost_usd: { of: 'cost_usd', when: "cost_quality <> 'exact'" },
  error_cost_usd: { of: 'cost_usd', when: 'status_error' },
  cache_saved_usd: { of: 'cache_saved_usd' },
  input_tokens: { of: 'input_tokens' },
  cache_read_tokens: { of: 'cache_read' },
  cache_write_5m_tokens: { of: 'cache_write_5m' },
  cache_write_1h_tokens: { of: 'cache_write_1h' },
  output_tokens: { of: 'output_tokens' },
  reasoning_tokens: { of: 'reasoning' },
  duration_us: { of: 'duration_us' },
};

const list = (item: (name: CallSum) => string): Sql => join(CALL_SUMS.map((name) => raw(item(name))));

/** The sums over calls among rows of usage_events, each under its name. */
export const SUMS_OF_CALLS = list((name) => {
  const { of, when } = PARTS[name];
  const condition = when === undefined ? "kind = 'call'" : `kind = 'call' and ${when}`;
  return `${of === null ? 'count(*)' : `sum(${of})`} filter (where ${condition}) as ${name}`;
});

/** Their names; of a table that has them already. */
export const SUM_NAMES = list((name) => name);
export const NEGATED_SUMS = list((name) => `-${name}`);
export const SUMS_OF_SUMS = list((name) => `sum(${name}) as ${name}`);
/** Whether any sum of sums is neither null nor zero. */
export const ANY_SUM = join(
  CALL_SUMS.map((name) => raw(`sum(${name}) <> 0`)),
  ' or ',
);
/** The dimensions of the ledger's tables. */
export const DIMENSIONS = raw('org_id, assistant_id, query_type, provider, model, environment');
