import { FieldType } from '@grafana/data';
import { anEvent } from '../testing/events';
import { columnsOf } from '../testing/read';
import { annotationsFrame } from './annotations';
import { callsTable } from './calls';
import { costTable } from './cost';
import { withoutCalls } from './group';

describe('callsTable', () => {
  const links = {
    request: [{ title: 'Show the request', url: '' }],
    trace: [{ title: 'Show the request', url: '/x' }],
    conversation: [],
  };

  it('has typed columns, and money both to draw and exact', () => {
    const frame = callsTable('A', [anEvent(), anEvent({ cost_usd: null, usage: null })], links);
    expect(columnsOf(frame)).toMatchObject({
      started_at: [Date.parse('2026-11-22T10:00:00.250Z'), Date.parse('2026-11-22T10:00:00.250Z')],
      cost_usd: [0.000522000000000001, null],
      cost_usd_exact: ['0.000522000000000001', null],
      input_tokens: [100, null],
      duration_ms: [1200.5, 1200.5],
      error: [false, false],
    });
    const typeOf = Object.fromEntries(frame.fields.map(({ name, type }) => [name, type]));
    expect(typeOf).toMatchObject({
      started_at: FieldType.time,
      cost_usd: FieldType.number,
      error: FieldType.boolean,
      trace_id: FieldType.string,
    });
  });

  it('links the trace id', () => {
    const frame = callsTable('A', [anEvent()], links);
    expect(frame.fields.find(({ name }) => name === 'trace_id')?.config.links).toBe(links.trace);
  });
});

describe('costTable', () => {
  it('tells meter, quantity, price and the price it comes from', () => {
    const component = {
      meter: 'input_tokens',
      quantity: 100,
      price: '2.5',
      per: 1_000_000,
      cost_usd: '0.00025',
      price_version_id: 'p1',
      source: 'catalogue',
      source_version: '2026-11-01',
      effective_from: null,
    };
    const frame = costTable('A', {
      event: anEvent(),
      components: [component],
      price_versions: [],
      total_cost_usd: '0.00025',
      stored_cost_usd: '0.00025',
      quality: 'exact',
      reason: null,
      message: '',
    });
    expect(columnsOf(frame)).toEqual({
      meter: ['input_tokens'],
      quantity: [100],
      price_usd: ['2.5'],
      per: [1_000_000],
      cost_usd: [0.00025],
      cost_usd_exact: ['0.00025'],
      source: ['catalogue'],
      source_version: ['2026-11-01'],
      effective_from: [null],
      price_version_id: ['p1'],
    });
  });
});

describe('annotationsFrame', () => {
  it('has the fields that Grafana looks for', () => {
    const annotation = {
      id: 'p1',
      kind: 'price_change' as const,
      time: '2026-11-22T10:00:00.000Z',
      time_end: null,
      title: 'Price changed',
      text: 'gpt-4o',
      tags: ['price_change'],
    };
    expect(columnsOf(annotationsFrame('A', [annotation]))).toEqual({
      time: [Date.parse(annotation.time)],
      timeEnd: [null],
      title: ['Price changed'],
      text: ['gpt-4o'],
      tags: [['price_change']],
      id: ['p1'],
    });
  });

  it('lets no name be HTML', () => {
    const annotation = {
      id: 'r1',
      kind: 'pending_recovered' as const,
      time: '2026-11-22T10:00:00.000Z',
      time_end: null,
      title: '<b>3 calls</b>',
      text: '<a href="https://example.com">sign in</a>',
      tags: [],
    };
    expect(columnsOf(annotationsFrame('A', [annotation]))).toMatchObject({
      title: ['&lt;b&gt;3 calls&lt;/b&gt;'],
      text: ['&lt;a href=&quot;https://example.com&quot;&gt;sign in&lt;/a&gt;'],
    });
  });
});

describe('withoutCalls', () => {
  it.each([
    ['cost_usd', 0],
    ['total_tokens', 0],
    ['tokens_per_call', null],
    ['cost_per_million_tokens', null],
    ['cache_read_ratio', null],
  ] as const)('of %s is %s', (measure, expected) => {
    expect(withoutCalls(measure)).toBe(expected);
  });
});
