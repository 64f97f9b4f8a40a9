import sql from 'sql-template-tag';
import { rowKey, type LedgerRow } from '../../backend/src/event-store/ledger-row.js';
import { formatMoney, parseMoney, type Money } from '../../backend/src/ledger/money.js';
import type { PriceBook } from '../../backend/src/pricing/price-book.js';
import type { CostExplanation } from '../../backend/src/query/explain-cost.js';
import type { EventView } from '../../backend/src/query/event-view.js';
import { otlpForms, type OtlpForm } from '../support/otlp-forms.js';
import { ADMIN_KEY, openProduct, type Product } from '../support/product.js';
import { captureNames, readCapture, readJson } from '../support/read-capture.js';
import { readEvents } from '../support/read-events.js';
import { capturePrices, settleCapture } from '../support/settle-capture.js';

/** The captures keep their age, the tests get older: no capture may ever be too old. */
const ANY_AGE = '36500d';

let product: Product;
let book: PriceBook;
beforeAll(async () => {
  product = await openProduct({ LATE_EVENTS_MAX_AGE: ANY_AGE });
  book = await capturePrices();
});
afterAll(() => product.stop());

const CAPTURES = [...captureNames(), ...captureNames('python').map((name) => `python/${name}`)];

it.each(CAPTURES)(
  '%s: over HTTP and through the database like computed, however often sent',
  async (name) => {
    await product.db.query(sql`truncate usage_events`);
    const forms = otlpForms(readJson(`${name}.otlp.json`) as { resourceSpans: unknown[] });
    await send(forms[0]);
    const once = await readEvents(product, { kind: 'all' }, { pageSize: 7 });
    const expected = richest(settleCapture(readCapture(`${name}.otlp.json`), book));
    expect(sorted(once.map(shown))).toEqual(sorted(expected.map(computed)));

    for (const form of [...forms, ...forms]) await send(form);
    // ingested_at included: a resend writes nothing.
    expect(await readEvents(product, { kind: 'all' }, { pageSize: 1000 })).toEqual(once);

    await checkQuery(once);
    for (const event of once) await checkExplanation(event);
    for (const traceId of new Set(once.map((event) => event.trace_id)))
      await checkTrace(
        traceId,
        once.filter((event) => event.trace_id === traceId),
      );
  },
);

async function send(form: OtlpForm | undefined): Promise<void> {
  if (!form) throw new Error('no form');
  const response = await fetch(`${product.url}/v1/traces`, {
    method: 'POST',
    body: form.body,
    headers: { authorization: `Bearer ${ADMIN_KEY}`, ...form.headers },
  });
  expect([form.name, response.status]).toEqual([form.name, 200]);
}

/** One row per identity, as the writer keeps it. */
function richest(rows: readonly LedgerRow[]): LedgerRow[] {
  const kept = new Map<string, LedgerRow>();
  for (const row of rows) {
    const held = kept.get(rowKey(row));
    if (!held || row.event.detail > held.event.detail) kept.set(rowKey(row), row);
  }
  return [...kept.values()];
}

const sorted = <T extends { trace_id: string; span_id: string }>(events: readonly T[]): T[] =>
  [...events].sort((a, b) => (a.trace_id + a.span_id < b.trace_id + b.span_id ? -1 : 1));

/** What an event and a computed row have in common. */
const shown = (event: EventView) => ({
  trace_id: event.trace_id,
  span_id: event.span_id,
  started_at: event.started_at,
  kind: event.kind,
  org_id: event.org_id,
  assistant_id: event.assistant_id,
  query_type: event.query_type,
  conversation_id: event.conversation_id,
  provider: event.provider,
  model: event.model,
  input_tokens: event.usage?.input_tokens ?? null,
  cache_read: event.usage?.cache_read ?? null,
  cache_write_5m: event.usage?.cache_write_5m ?? null,
  cache_write_1h: event.usage?.cache_write_1h ?? null,
  output_tokens: event.usage?.output_tokens ?? null,
  reasoning: event.usage?.reasoning ?? null,
  input_basis: event.input_basis,
  cost_status: event.cost_status,
  cost_reason: event.cost_reason,
  cost_quality: event.cost_quality,
  cost_usd: event.cost_usd,
  repeat_of: event.repeat_of?.span_id ?? null,
});

const computed = ({ event, settlement, cost, model }: LedgerRow): ReturnType<typeof shown> => ({
  trace_id: event.traceId,
  span_id: event.spanId,
  started_at: new Date(event.startedAt).toISOString(),
  kind: settlement.kind,
  org_id: settlement.attribution.orgId ?? 'unattributed',
  assistant_id: settlement.attribution.assistantId,
  query_type: settlement.attribution.queryType,
  conversation_id: settlement.attribution.conversationId,
  provider: event.provider,
  model,
  input_tokens: event.usage?.input_tokens ?? null,
  cache_read: event.usage?.cache_read ?? null,
  cache_write_5m: event.usage?.cache_write_5m ?? null,
  cache_write_1h: event.usage?.cache_write_1h ?? null,
  output_tokens: event.usage?.output_tokens ?? null,
  reasoning: event.usage?.reasoning ?? null,
  input_basis: event.inputBasis,
  cost_status: cost.status,
  cost_reason: cost.reason,
  cost_quality: cost.quality,
  cost_usd: cost.costUsd === null ? null : formatMoney(cost.costUsd),
  repeat_of: settlement.repeatOf?.spanId ?? null,
});

interface Totals {
  readonly cost_usd: string | null;
  readonly calls: number;
  readonly pending_calls: number;
  readonly priced_calls: number;
  readonly coverage: number | null;
}

/** The totals of some events, added up here: exact, and null where nothing is priced. */
function totalsOf(events: readonly EventView[]): Omit<Totals, 'coverage'> {
  const calls = events.filter(({ kind }) => kind === 'call');
  const costs = calls.flatMap(({ cost_usd: cost }): Money[] => (cost === null ? [] : [parseMoney(cost)]));
  return {
    cost_usd: costs.length ? formatMoney(costs.reduce((sum, cost) => sum + cost, 0n)) : null,
    calls: calls.length,
    pending_calls: calls.filter(({ cost_status: status }) => status === 'pending').length,
    priced_calls: costs.length,
  };
}

async function checkQuery(events: readonly EventView[]): Promise<void> {
  const times = events.map(({ started_at: at }) => Date.parse(at));
  const { body } = await product.call<{
    totals: Totals;
    rows: (Totals & { org_id: string; model: string | null })[];
  }>('POST', '/api/v1/query', {
    from: new Date(Math.min(...times)).toISOString(),
    to: new Date(Math.max(...times) + 1).toISOString(),
    measures: ['cost_usd', 'calls', 'priced_calls'],
    group_by: ['org_id', 'model'],
  });
  expect(body.totals).toMatchObject(totalsOf(events));
  const calls = events.filter(({ kind }) => kind === 'call');
  const groups = new Set(calls.map((event) => `${event.org_id}/${event.model}`));
  expect(body.rows.map((row) => `${row.org_id}/${row.model}`).sort()).toEqual([...groups].sort());
  for (const row of body.rows) {
    const own = events.filter((event) => event.org_id === row.org_id && event.model === row.model);
    expect(row).toMatchObject(totalsOf(own));
  }
}

async function checkExplanation(event: EventView): Promise<void> {
  const { status, body } = await product.call<CostExplanation>(
    'GET',
    `/api/v1/events/${event.trace_id}/${event.span_id}/cost`,
  );
  expect(status).toBe(200);
  expect(body.stored_cost_usd).toBe(event.cost_usd);
  expect(body.total_cost_usd).toBe(event.cost_usd);
  const sum = body.components.reduce((total, { cost_usd: cost }) => total + parseMoney(cost), 0n);
  expect(formatMoney(sum)).toBe(event.cost_usd ?? '0');
  if (event.cost_status === 'pending') expect(body.message.length).toBeGreaterThan(10);
}

async function checkTrace(traceId: string, events: readonly EventView[]): Promise<void> {
  const { body } = await product.call<{ totals: Totals; spans: EventView[]; pending: { span_id: string }[] }>(
    'GET',
    `/api/v1/traces/${traceId}`,
  );
  expect(body.totals).toMatchObject({ ...totalsOf(events), spans: events.length });
  expect(body.spans.map((span) => span.span_id).sort()).toEqual(events.map((span) => span.span_id).sort());
  const pending = events.filter(({ kind, cost_status: status }) => kind === 'call' && status === 'pending');
  expect(body.pending.map((span) => span.span_id).sort()).toEqual(pending.map((span) => span.span_id).sort());
}
