import fc from 'fast-check';
import { traceTree, type TraceNode } from './trace-tree.js';

const span = (spanId: string, parentSpanId: string | null, realm = 'team'): TraceNode => ({
  spanId,
  parentSpanId,
  realm,
});
const drawn = (spans: TraceNode[]): string[] =>
  traceTree(spans).map(
    (placed) => `${'-'.repeat(placed.depth)}${placed.span.spanId}${placed.parentMissing ? '?' : ''}`,
  );

describe('traceTree', () => {
  it('puts each span after its parent, siblings in the order they came', () => {
    expect(drawn([span('a', null), span('b', 'a'), span('c', 'a'), span('d', 'b')])).toEqual([
      'a',
      '-b',
      '--d',
      '-c',
    ]);
  });

  it('shows a span whose parent is missing as a root and says so', () => {
    expect(drawn([span('b', 'gone'), span('c', 'b')])).toEqual(['b?', '-c']);
  });

  it('prefers the parent of the own realm over one with the same id elsewhere', () => {
    const [first, second] = [span('a', null, 'team'), span('a', null, 'org:acme')];
    const tree = traceTree([first, second, span('b', 'a', 'org:acme')]);
    expect(tree.map((placed) => [placed.span.realm, placed.depth])).toEqual([
      ['team', 0],
      ['org:acme', 0],
      ['org:acme', 1],
    ]);
    expect(tree[1]?.span).toBe(second);
  });

  it('keeps every span exactly once, circles and repeated ids included', () => {
    const id = fc.constantFrom('a', 'b', 'c', 'd', 'e');
    const spans = fc.array(fc.tuple(id, fc.option(id), fc.constantFrom('team', 'org:x')), { maxLength: 12 });
    fc.assert(
      fc.property(spans, (list) => {
        const given = list.map(([own, parent, realm]) => span(own, parent, realm));
        const placed = traceTree(given).map((node) => node.span);
        expect(placed).toHaveLength(given.length);
        expect(new Set(placed)).toEqual(new Set(given));
      }),
    );
  });

  it('stands a chain of 50,000 spans', () => {
    const chain = Array.from({ length: 50_000 }, (_, index) =>
      span(`${index}`, index ? `${index - 1}` : null),
    );
    expect(traceTree(chain).at(-1)?.depth).toBe(49_999);
  });
});
