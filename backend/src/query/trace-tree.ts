/** What the order of a trace needs to know of a span. */
export interface TraceNode {
  readonly realm: string;
  readonly spanId: string;
  readonly parentSpanId: string | null;
}

export interface Placed<T> {
  readonly span: T;
  /** 0 for a root, or for a span whose parent is not (or not yet) known. */
  readonly depth: number;
  /** It names a parent that is not among the spans given. */
  readonly parentMissing: boolean;
}

/**
 * Spans in tree order: each after its parent, siblings in the order given. A parent is looked for in the span's own realm
 * first. Spans with a missing parent, and circles, become roots: a broken chain is shown, never lost.
 */
export function traceTree<T extends TraceNode>(spans: readonly T[]): Placed<T>[] {
  const byId = new Map<string, T>();
  for (const span of spans) {
    for (const key of [span.spanId, `${span.realm}/${span.spanId}`]) if (!byId.has(key)) byId.set(key, span);
  }
  const parentOf = (span: T): T | undefined =>
    span.parentSpanId === null
      ? undefined
      : (byId.get(`${span.realm}/${span.parentSpanId}`) ?? byId.get(span.parentSpanId));
  const children = new Map<T | undefined, T[]>();
  for (const span of spans) {
    const parent = parentOf(span);
    const siblings = children.get(parent);
    if (siblings) siblings.push(span);
    else children.set(parent, [span]);
  }
  const placed: Placed<T>[] = [];
  const seen = new Set<T>();
  // A stack of its own: a chain of thousands of spans must not end the process.
  const place = (root: T): void => {
    const stack = [{ span: root, depth: 0 }];
    for (let next = stack.pop(); next; next = stack.pop()) {
      if (seen.has(next.span)) continue;
      seen.add(next.span);
      const { span, depth } = next;
      placed.push({ span, depth, parentMissing: span.parentSpanId !== null && parentOf(span) === undefined });
      for (const child of (children.get(span) ?? []).toReversed())
        stack.push({ span: child, depth: depth + 1 });
    }
  };
  for (const root of children.get(undefined) ?? []) place(root);
  for (const span of spans) if (!seen.has(span)) place(span);
  return placed;
}
