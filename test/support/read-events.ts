import type { EventView } from '../../backend/src/query/event-view.js';
import type { Product } from './product.js';

interface Page {
  readonly events: EventView[];
  readonly next_cursor: string | null;
}

/** Every event `GET /api/v1/events` lists, page by page. */
export async function readEvents(
  product: Pick<Product, 'call'>,
  filters: Readonly<Record<string, string>> = { kind: 'all' },
  { pageSize = 1000, key }: { readonly pageSize?: number; readonly key?: string } = {},
): Promise<EventView[]> {
  const events: EventView[] = [];
  for (let cursor: string | null | undefined; cursor !== null;) {
    const query = new URLSearchParams({ ...filters, limit: `${pageSize}`, ...(cursor && { cursor }) });
    const { status, body } = await product.call<Page>(
      'GET',
      `/api/v1/events?${query.toString()}`,
      undefined,
      key,
    );
    if (status !== 200) throw new Error(`GET /api/v1/events was answered ${status}: ${JSON.stringify(body)}`);
    events.push(...body.events);
    cursor = body.next_cursor;
  }
  return events;
}
