import { ask, TOKENLEDGER_URL } from './grafana';

const headers = { authorization: `Bearer ${process.env.TOKENLEDGER_ADMIN_KEY}` };

export interface Row {
  org_id: string;
  cost_usd: string | null;
  /** Where it was asked for. */
  calls?: number;
  pending_calls: number;
  coverage: number;
}

/** What the backend's own API says, asked past Grafana. */
export async function queryUsage(question: object): Promise<{ rows: Row[]; totals: Row }> {
  const { status, body } = await ask<{ rows: Row[]; totals: Row }>(
    '/api/v1/query',
    { method: 'POST', headers, body: question },
    TOKENLEDGER_URL,
  );
  if (status !== 200) {
    throw new Error(JSON.stringify(body));
  }
  return body;
}

export interface LedgerEvent {
  trace_id: string;
  span_id: string;
  org_id: string;
  name: string;
  model: string;
  cost_usd: string;
}

/** The dearest priced call there is. */
export async function dearestCall(): Promise<LedgerEvent> {
  const { body } = await ask<{ events: LedgerEvent[] }>(
    '/api/v1/events/search',
    {
      method: 'POST',
      headers,
      body: {
        filters: [{ field: 'cost_status', operator: '=', values: ['priced'] }],
        order_by: { field: 'cost_usd', direction: 'desc' },
        limit: 1,
      },
    },
    TOKENLEDGER_URL,
  );
  const [event] = body.events;
  if (!event) {
    throw new Error('the demo has no priced call');
  }
  return event;
}

/** The trace id of that request among the newest with the most steps. */
export async function requestWithSteps(): Promise<string> {
  const { body } = await ask<{ events: LedgerEvent[] }>(
    '/api/v1/events/search',
    { method: 'POST', headers, body: { limit: 1000 } },
    TOKENLEDGER_URL,
  );
  const steps = new Map<string, number>();
  for (const { trace_id: id } of body.events) steps.set(id, (steps.get(id) ?? 0) + 1);
  const [[id] = ['']] = [...steps].sort(([, a], [, b]) => b - a);
  return id;
}
