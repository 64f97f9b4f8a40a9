import sql from 'sql-template-tag';
import type { Connection, Row } from '../db/db.js';
import type { LedgerRow } from '../event-store/ledger-row.js';
import { usageOf, type StoredUsage } from '../event-store/stored-usage.js';
import { NOBODY } from '../ledger/attribution.js';
import { UNATTRIBUTED, type UsageEvent } from '../ledger/event.js';
import { parseMoney } from '../ledger/money.js';
import { withinDay } from './store.js';

/** What prices and dimensions of a priced call are made of: reading all 58 columns took twice as long. */
interface PricedCall extends Row, StoredUsage {
  readonly started_ms: number;
  readonly duration_us: string;
  readonly org_id: string;
  readonly assistant_id: string | null;
  readonly query_type: string | null;
  readonly environment: string | null;
  readonly provider: string | null;
  readonly model: string | null;
  readonly request_model: string | null;
  readonly response_model: string | null;
  readonly service_tier: string | null;
  readonly usage_quality: UsageEvent['usageQuality'];
  readonly cost_usd: string;
  readonly price_version_ids: string | null;
}

const PAGE = 5_000;

/** Reads a day's priced calls page by page. Of an event only what prices and dimensions are made of is told. */
export async function eachPricedCall(
  tx: Connection,
  day: number,
  visit: (row: LedgerRow) => void,
): Promise<void> {
  await tx.query(sql`
    declare priced_calls no scroll cursor for
    select (extract(epoch from started_at) * 1000)::float8 as started_ms, duration_us, org_id, assistant_id, query_type,
           environment, provider, model, request_model, response_model, service_tier, usage_quality, input_tokens,
           cache_read, cache_write_5m, cache_write_1h, output_tokens, reasoning, usage_more, cost_usd::text,
           price_version_ids
    from usage_events
    where kind = 'call' and cost_status = 'priced' and ${withinDay(sql`started_at`, day)}`);
  for (;;) {
    const { rows } = await tx.query<PricedCall>(sql`fetch 5000 from priced_calls`);
    for (const row of rows) visit(pricedCall(row));
    if (rows.length < PAGE) break;
  }
  await tx.query(sql`close priced_calls`);
}

const UNTOLD: UsageEvent = {
  ...{ realm: '', traceId: '', spanId: '', startedAt: 0, parentSpanId: null, name: '', durationUs: 0 },
  ...{
    scopeName: '',
    scopeVersion: '',
    serviceName: null,
    statusError: false,
    own: NOBODY,
    spanClass: 'call',
  },
  ...{
    operation: null,
    provider: null,
    requestModel: null,
    responseModel: null,
    responseId: null,
    serviceTier: null,
  },
  ...{
    usage: null,
    usageProblem: null,
    inputBasis: null,
    usageQuality: 'exact',
    lost: [],
    detail: 0,
    failed: false,
  },
  ...{ reportedCost: null, timeToFirstTokenMs: null, attributes: null },
};

function pricedCall(row: PricedCall): LedgerRow {
  return {
    event: {
      ...UNTOLD,
      startedAt: Math.round(row.started_ms),
      durationUs: Number(row.duration_us),
      provider: row.provider,
      requestModel: row.request_model,
      responseModel: row.response_model,
      serviceTier: row.service_tier,
      usage: usageOf(row),
      usageQuality: row.usage_quality,
    },
    settlement: {
      ...{ kind: 'call', repeatReason: null, repeatOf: null },
      attribution: {
        ...NOBODY,
        orgId: row.org_id === UNATTRIBUTED ? null : row.org_id,
        assistantId: row.assistant_id,
        queryType: row.query_type,
        environment: row.environment,
      },
    },
    cost: {
      ...{ status: 'priced', reason: null, quality: null, costUsd: parseMoney(row.cost_usd) },
      priceVersionIds: row.price_version_ids?.split(',') ?? [],
    },
    model: row.model,
  };
}
