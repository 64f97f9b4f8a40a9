import type { Filter } from '../../api/wire';
import { zoneOf } from '../time/zone';
import { conversationLinks, pendingCallsLink, spanLinks, traceLinks, type Selection } from './links';

const source = { uid: 'ds1', name: 'Ledger', mayExplore: false };
const at = (text: string): number => Date.parse(text);
const selection = (change: Partial<Selection> = {}): Selection => ({
  period: { from: at('2026-11-20T06:00:00Z'), to: at('2026-11-23T00:00:00Z') },
  zone: zoneOf('UTC'),
  interval: '1d',
  filters: [],
  groupBy: ['org_id'],
  ...change,
});

type Link = ReturnType<typeof pendingCallsLink>;

/** Follows a link from a point or cell where these macros have these values. */
function follow(link: Link, macros: Record<string, string> = {}): URL {
  const replaceVariables = (text: string) => macros[text.slice(2, -1)] ?? text;
  return new URL(link.onBuildUrl?.({ origin: null, replaceVariables }) ?? '', 'http://grafana');
}
const paramsOf = ({ searchParams }: URL): Record<string, string[]> =>
  Object.fromEntries([...searchParams.keys()].map((key) => [key, searchParams.getAll(key)]));

describe('pendingCallsLink', () => {
  it('leads to the pending calls of the series, in the interval that was clicked', () => {
    const link = pendingCallsLink(source, selection(), { org_id: 'a&b' });
    const url = follow(link, { '__value.time': String(at('2026-11-21T00:00:00Z')) });
    expect(url.pathname).toBe('/a/tokenledger-app/calls');
    expect(paramsOf(url)).toEqual({
      from: [String(at('2026-11-21T00:00:00Z'))],
      to: [String(at('2026-11-22T00:00:00Z'))],
      status: ['pending'],
      org_id: ['a&b'],
      ds: ['ds1'],
    });
  });

  it('does not lead beyond the period', () => {
    const link = pendingCallsLink(source, selection(), {});
    const url = follow(link, { '__value.time': String(at('2026-11-20T00:00:00Z')) });
    expect(paramsOf(url)).toMatchObject({
      from: [String(at('2026-11-20T06:00:00Z'))],
      to: [String(at('2026-11-21T00:00:00Z'))],
    });
  });

  it('is about the whole period where a value has no time', () => {
    const { period } = selection();
    expect(paramsOf(follow(pendingCallsLink(source, selection(), {})))).toMatchObject({
      from: [String(period.from)],
      to: [String(period.to)],
    });
  });

  it.each([
    ['acme', { org_id: ['acme'] }],
    ['(none)', { org_id: [''] }],
  ])('reads the row of a table: %s', (value, expected) => {
    const link = pendingCallsLink(source, selection(), null);
    expect(paramsOf(follow(link, { '__data.fields.org_id': value }))).toMatchObject(expected);
  });

  it('asks for no group where the row is the rest', () => {
    const link = pendingCallsLink(source, selection(), null);
    expect(paramsOf(follow(link, { '__data.fields.org_id': 'other' }))).not.toHaveProperty('org_id');
  });

  it('keeps the filters that an address can hold; the series is narrower than they are', () => {
    const filters: Filter[] = [
      { dimension: 'model', operator: 'in', values: ['a', 'b'] },
      { dimension: 'environment', operator: 'is null', values: [] },
      { dimension: 'provider', operator: '!=', values: ['x'] },
      { dimension: 'org_id', operator: 'in', values: ['acme', 'globex'] },
    ];
    const link = pendingCallsLink(source, selection({ filters }), { org_id: 'acme' });
    expect(paramsOf(follow(link))).toMatchObject({ model: ['a', 'b'], environment: [''], org_id: ['acme'] });
    expect(paramsOf(follow(link))).not.toHaveProperty('provider');
  });
});

describe('links to chains', () => {
  it('lead a viewer to the page of the request, at the call', () => {
    const links = traceLinks(source);
    expect(links).toHaveLength(1);
    const url = follow(links[0], { '__data.fields.trace_id': 't/1', '__data.fields.span_id': 's1' });
    expect([url.pathname, paramsOf(url)]).toEqual([
      '/a/tokenledger-app/trace/t%2F1',
      { span: ['s1'], ds: ['ds1'] },
    ]);
  });

  it('lead to Explore only where the reader may go there', () => {
    expect(traceLinks({ ...source, mayExplore: true })[1]).toMatchObject({
      internal: { datasourceUid: 'ds1', query: { queryType: 'trace', id: '${__value.raw}' } },
    });
  });

  it('lead from a span to its cost, and to a conversation of an organisation', () => {
    const span = follow(spanLinks(source, 't1')[0], { '__value.raw': 's1' });
    expect([span.pathname, paramsOf(span)]).toEqual([
      '/a/tokenledger-app/trace/t1',
      { span: ['s1'], ds: ['ds1'] },
    ]);
    const url = follow(conversationLinks(source)[0], { '__value.raw': 'c1', '__data.fields.org_id': 'acme' });
    expect([url.pathname, paramsOf(url)]).toEqual([
      '/a/tokenledger-app/conversation/c1',
      { org_id: ['acme'], ds: ['ds1'] },
    ]);
  });
});
