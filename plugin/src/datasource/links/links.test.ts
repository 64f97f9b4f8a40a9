import type { Filter } from '../../api/wire';
import { zoneOf } from '../time/zone';
import {
  conversationLinks,
  costLinks,
  spanLinks,
  traceLinks,
  type LinkedGroup,
  type Selection,
} from './links';

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

type Link = ReturnType<typeof traceLinks>[number];

function linkTitled(title: string, of: Selection, group: Partial<LinkedGroup> = {}): Link {
  const links = costLinks(source, of)({ labels: null, isRest: false, ...group });
  const link = links.find((one) => one.title === title);
  if (!link) {
    throw new Error(`no link ${title}`);
  }
  return link;
}

const pendingLink = (of: Selection, labels: LinkedGroup['labels']) =>
  linkTitled('Pending calls', of, { labels });

/** Follows a link from a point or cell where these macros have these values. */
function follow(link: Link, macros: Record<string, string> = {}): URL {
  const replaceVariables = (text: string) => macros[text.slice(2, -1)] ?? text;
  return new URL(link.onBuildUrl?.({ origin: null, replaceVariables }) ?? '', 'http://grafana');
}
const paramsOf = ({ searchParams }: URL): Record<string, string[]> =>
  Object.fromEntries([...searchParams.keys()].map((key) => [key, searchParams.getAll(key)]));

describe('the link to pending calls', () => {
  it('leads to the pending calls of the series, in the interval that was clicked', () => {
    const link = pendingLink(selection(), { org_id: 'a&b' });
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
    const link = pendingLink(selection(), {});
    const url = follow(link, { '__value.time': String(at('2026-11-20T00:00:00Z')) });
    expect(paramsOf(url)).toMatchObject({
      from: [String(at('2026-11-20T06:00:00Z'))],
      to: [String(at('2026-11-21T00:00:00Z'))],
    });
  });

  it('is about the whole period where a value has no time', () => {
    const { period } = selection();
    expect(paramsOf(follow(pendingLink(selection(), {})))).toMatchObject({
      from: [String(period.from)],
      to: [String(period.to)],
    });
  });

  it.each([
    ['acme', { org_id: ['acme'] }],
    ['(none)', { org_id: [''] }],
  ])('reads the row of a table: %s', (value, expected) => {
    const link = pendingLink(selection(), null);
    expect(paramsOf(follow(link, { '__data.fields.org_id': value }))).toMatchObject(expected);
  });

  it('asks for no group where the row is the rest', () => {
    const link = pendingLink(selection(), null);
    expect(paramsOf(follow(link, { '__data.fields.org_id': 'other' }))).not.toHaveProperty('org_id');
  });

  it('keeps the filters that an address can hold; the series is narrower than they are', () => {
    const filters: Filter[] = [
      { dimension: 'model', operator: 'in', values: ['a', 'b'] },
      { dimension: 'environment', operator: 'is null', values: [] },
      { dimension: 'provider', operator: '!=', values: ['x'] },
      { dimension: 'org_id', operator: 'in', values: ['acme', 'globex'] },
    ];
    const link = pendingLink(selection({ filters }), { org_id: 'acme' });
    expect(paramsOf(follow(link))).toMatchObject({ model: ['a', 'b'], environment: [''], org_id: ['acme'] });
    expect(paramsOf(follow(link))).not.toHaveProperty('provider');
  });
});

describe('the link to the calls of a cost', () => {
  it('lists them, the dearest first', () => {
    const link = linkTitled('Calls', selection(), { labels: { org_id: 'acme' } });
    expect(paramsOf(follow(link, { '__value.time': String(at('2026-11-21T00:00:00Z')) }))).toEqual({
      from: [String(at('2026-11-21T00:00:00Z'))],
      to: [String(at('2026-11-22T00:00:00Z'))],
      orderBy: ['cost_usd'],
      org_id: ['acme'],
      ds: ['ds1'],
    });
  });

  it.each<[string, Filter[], boolean]>([
    ['of the rest', [], true],
    [
      'behind a filter that an address cannot hold',
      [{ dimension: 'model', operator: '!=', values: ['a'] }],
      false,
    ],
    [
      'behind two filters of one dimension',
      [
        { dimension: 'model', operator: 'in', values: ['a', 'b'] },
        { dimension: 'model', operator: '=', values: ['a'] },
      ],
      false,
    ],
  ])('is not there for a cost %s: the list would be longer', (_, filters, isRest) => {
    const links = costLinks(source, selection({ filters }))({ labels: {}, isRest });
    expect(links.map(({ title }) => title)).toEqual(['Pending calls']);
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
