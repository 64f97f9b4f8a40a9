import { aConversation, aSpan, aStep, someSpans } from '../../testing/fixtures';
import { conversationRows, parentIndex, requestRows, spanKey, visibleRows } from './waterfall';

const at = (ms: number) => new Date(Date.parse('2026-11-23T11:00:00Z') + ms).toISOString();

describe('a request', () => {
  it('places bars between its first start and its last end', () => {
    const rows = requestRows([
      aStep(0, { span_id: 'a', started_at: at(0), duration_ms: 1000 }),
      aSpan(1, { span_id: 'b', started_at: at(500), duration_ms: 1500 }),
    ]);
    expect(rows.map(({ start, length }) => [start, length])).toEqual([
      [0, 0.5],
      [0.25, 0.75],
    ]);
  });

  it('does not divide by the length of a request that took no time', () => {
    const [row] = requestRows([aSpan(0, { duration_ms: 0 })]);
    expect([row.start, row.length]).toEqual([0, 0]);
  });

  it('knows which spans have children', () => {
    expect(requestRows(someSpans()).map(({ hasChildren }) => hasChildren)).toEqual([
      true,
      true,
      true,
      false,
      false,
      false,
    ]);
  });

  it('is nothing without spans', () => {
    expect(requestRows([])).toEqual([]);
  });

  it('lays out 10,000 spans, deeper than a call stack', () => {
    const rows = requestRows(
      Array.from({ length: 10_000 }, (_, depth) => aSpan(depth, { span_id: `${depth}` })),
    );
    expect(rows[9999].depth).toBe(9999);
  });
});

describe('a conversation', () => {
  it('begins each request anew, all in the scale of the longest', () => {
    const { spans, traces } = aConversation();
    const rows = conversationRows(spans, [{ ...traces[0], duration_ms: 9680 }, traces[1]]);
    const requests = rows.filter(({ content }) => content.type === 'request');
    expect(requests.map(({ length }) => length)).toEqual([1, 0.5]);
    const calls = rows.filter(({ key }) => key.includes('/call/'));
    expect(calls.map(({ start }) => start)).toEqual([1000 / 9680, 1000 / 9680]);
    expect(calls.map(({ depth }) => depth)).toEqual([3, 3]);
  });

  it('shows a request without spans', () => {
    const rows = conversationRows([], aConversation().traces);
    expect(rows.map(({ hasChildren }) => hasChildren)).toEqual([false, false]);
  });
});

describe('closing', () => {
  const rows = requestRows(someSpans());
  const names = (closed: string[]) =>
    visibleRows(rows, new Set(closed)).map(({ content }) => content.type === 'span' && content.span.span_id);
  const key = (index: number) => spanKey(someSpans()[index]);

  it('hides what is under a row, and nothing else', () => {
    expect(names([key(1)])).toEqual(['root', 'agent', 'save']);
    expect(names([key(2)])).toEqual(['root', 'agent', 'call', 'pending', 'save']);
    expect(names([key(0)])).toEqual(['root']);
  });

  it('remembers what is closed within what is closed', () => {
    expect(names([key(1), key(2)])).toEqual(['root', 'agent', 'save']);
  });

  it('knows parents', () => {
    expect([0, 1, 3, 4, 5].map((index) => parentIndex(rows, index))).toEqual([-1, 0, 2, 1, 0]);
  });
});
