import type { TraceSpanRow } from '@grafana/data';
import { aSpan, aTrace, someTotals } from '../testing/events';
import { columnsOf } from '../testing/read';
import { conversationFrame, traceFrame } from './trace';

const rowsOf = (frame: Parameters<typeof columnsOf>[0]): TraceSpanRow[] =>
  Array.from({ length: frame.length }, (_, index) =>
    // The columns are those of TraceSpanRow.
    Object.fromEntries(Object.entries(columnsOf(frame)).map(([name, values]) => [name, values[index]])),
  ) as unknown as TraceSpanRow[];

const tag = (row: TraceSpanRow, key: string): unknown => row.tags?.find((one) => one.key === key)?.value;

describe('traceFrame', () => {
  it('tells a span in the words of Grafana', () => {
    const frame = traceFrame('A', aTrace([aSpan()]));
    expect(frame.meta?.preferredVisualisationType).toBe('trace');
    const [row] = rowsOf(frame);
    expect(row).toMatchObject({
      traceID: 't1',
      spanID: 's1',
      parentSpanID: undefined,
      operationName: 'chat gpt-4o',
      serviceName: 'assistant',
      startTime: Date.parse('2026-11-22T10:00:00.250Z'),
      duration: 1200.5,
      kind: 'client',
      statusCode: 0,
      warnings: [],
    });
    expect(tag(row, 'model')).toBe('gpt-4o');
    expect(tag(row, 'input_tokens')).toBe(100);
    expect(tag(row, 'cost_usd')).toBe('0.000522000000000001');
  });

  it('leaves out what is not known', () => {
    const [row] = rowsOf(traceFrame('A', aTrace([aSpan({ usage: null, cost_usd: null, model: null })])));
    for (const key of ['input_tokens', 'cost_usd', 'model', 'repeat_of']) {
      expect(row.tags?.map((one) => one.key)).not.toContain(key);
    }
  });

  it.each([
    [{ failed: true }, 2],
    [{ status_error: true }, 2],
    [{}, 0],
  ])('marks errors only: %j', (change, statusCode) => {
    expect(rowsOf(traceFrame('A', aTrace([aSpan(change)])))[0].statusCode).toBe(statusCode);
  });

  it('warns of a pending call with its reason', () => {
    const span = aSpan({ cost_status: 'pending', cost_reason: 'unknown_model', cost_usd: null });
    const pending = [
      {
        realm: 'team',
        span_id: 's1',
        started_at: span.started_at,
        provider: null,
        model: null,
        reason: 'unknown_model',
        message: 'Add a price.',
      },
    ];
    const [row] = rowsOf(traceFrame('A', aTrace([span], { pending })));
    expect(row.warnings).toEqual(['No cost yet: Add a price.']);
    expect(tag(row, 'cost_reason')).toBe('unknown_model');
  });

  it('has unique span ids where two realms sent the same, each with its own parent', () => {
    const rows = rowsOf(
      traceFrame(
        'A',
        aTrace([
          aSpan({ span_id: 'root' }),
          aSpan({ span_id: 'child', parent_span_id: 'root', depth: 1 }),
          aSpan({ realm: 'org:b', span_id: 'root' }),
          aSpan({ realm: 'org:b', span_id: 'child', parent_span_id: 'root', depth: 1 }),
        ]),
      ),
    );
    expect(rows.map(({ spanID, parentSpanID }) => [spanID, parentSpanID])).toEqual([
      ['root', undefined],
      ['child', 'root'],
      ['root-2', undefined],
      ['child-2', 'root-2'],
    ]);
  });

  it('makes a root of a span whose parent is missing', () => {
    const spans = [aSpan({ parent_span_id: 'gone', parent_missing: true })];
    expect(rowsOf(traceFrame('A', aTrace(spans)))[0].parentSpanID).toBeUndefined();
  });

  it('names the call that a repeat repeats', () => {
    const repeat = aSpan({ kind: 'repeat', repeat_of: { trace_id: 't0', span_id: 's0', started_at: null } });
    const [row] = rowsOf(traceFrame('A', aTrace([repeat])));
    expect([tag(row, 'repeat_of'), tag(row, 'kind'), row.kind]).toEqual(['t0/s0', 'repeat', 'internal']);
  });
});

describe('conversationFrame', () => {
  const spans = [
    aSpan({ trace_id: 't1', span_id: 'a' }),
    aSpan({ trace_id: 't1', span_id: 'b', parent_span_id: 'a', depth: 1 }),
    aSpan({ trace_id: 't2', span_id: 'a', started_at: '2026-11-22T10:01:00.000Z', duration_ms: 500 }),
  ];
  const conversation = {
    conversation_id: 'c1',
    traces: ['t1', 't2'].map((trace_id) => ({
      trace_id,
      started_at: '2026-11-22T10:00:00.250Z',
      duration_ms: 1,
      cost_usd: null,
      pending_calls: 0,
    })),
    spans,
    partial: false,
    truncated: false,
    totals: someTotals({ cost_usd: '1.25' }),
    pending: [],
  };

  it('puts all requests below one root that spans them', () => {
    const [root, ...rows] = rowsOf(conversationFrame('A', conversation));
    expect(root).toMatchObject({
      spanID: 'conversation c1',
      parentSpanID: undefined,
      operationName: 'Conversation of 2 requests',
      startTime: Date.parse('2026-11-22T10:00:00.250Z'),
      duration: 60_250,
    });
    expect(tag(root, 'cost_usd')).toBe('1.25');
    expect(rows.map(({ spanID, parentSpanID }) => [spanID, parentSpanID])).toEqual([
      ['a', 'conversation c1'],
      ['b', 'a'],
      ['a-2', 'conversation c1'],
    ]);
    expect(new Set(rows.map(({ traceID }) => traceID))).toEqual(new Set(['c1']));
    expect(rows.map((row) => tag(row, 'trace_id'))).toEqual(['t1', 't1', 't2']);
  });

  it('has no root where there are no spans', () => {
    expect(conversationFrame('A', { ...conversation, spans: [] })).toHaveLength(0);
  });
});
