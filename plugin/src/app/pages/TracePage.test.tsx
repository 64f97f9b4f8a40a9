import { fireEvent, screen, within } from '@testing-library/react';
import { of, throwError } from 'rxjs';
import { ApiError } from '../../api/apiError';
import { aSpan, aStep, aTrace, anExplanation, someSpans, someTotals } from '../testing/fixtures';
import { renderApp } from '../testing/renderApp';

jest.mock('@grafana/runtime', () => ({
  ...jest.requireActual<object>('@grafana/runtime'),
  PluginPage: jest.requireActual<{ PluginPageStub: unknown }>('../testing/renderApp').PluginPageStub,
}));

const TREE = 'Steps of the request';
const items = (tree = TREE) => within(screen.getByRole('tree', { name: tree })).getAllByRole('treeitem');
const item = (name: RegExp) => screen.getByRole('treeitem', { name });
const details = (name: string) => within(screen.getByRole('region', { name: `Details of ${name}` }));

describe('a request', () => {
  it('tells whose it was, what it cost, and how much of that is known', () => {
    renderApp('/trace/trace-1');
    expect(screen.getByRole('heading', { level: 1 })).toHaveTextContent('Request trace-1');
    expect(screen.getAllByTitle('0.0003132 USD')[0]).toHaveTextContent('$0.000313');
    for (const text of ['50 %', 'acme', 'support-bot', '4.84 s', '2026-11-23 11:00:00']) {
      expect(screen.getByText(text)).toBeVisible();
    }
    expect(screen.getByRole('link', { name: 'c-42' })).toHaveAttribute(
      'href',
      '/a/tokenledger-app/conversation/c-42?org_id=acme&ds=main',
    );
  });

  it('says what has no price yet, and what to do', () => {
    renderApp('/trace/trace-1');
    expect(screen.getByText(/1 of 2 calls without a price yet/)).toBeVisible();
    expect(screen.getByText(/Add a price for it/)).toBeVisible();
  });

  it('says that parts are missing', () => {
    renderApp('/trace/trace-1', { api: { trace: () => of(aTrace({ partial: true, truncated: true })) } });
    expect(screen.getByText('Parts of this are missing')).toBeVisible();
    expect(screen.getByText('The first 6 of 6 spans')).toBeVisible();
  });

  it('lists its steps as a tree, each with what it cost', () => {
    renderApp('/trace/trace-1');
    expect(items().map((row) => row.getAttribute('aria-level'))).toEqual(['1', '2', '3', '4', '3', '2']);
    expect(item(/^chat gpt-4o-mini/)).toHaveAccessibleName(
      'chat gpt-4o-mini, Call, 1.84 s, gpt-4o-mini, 1,550 tokens, 0.0003132 USD',
    );
    expect(item(/^openai.chat/)).toHaveAccessibleName(/Repeat, .*Duplicate/);
    expect(item(/^chat house-llm-7b/)).toHaveAccessibleName(/pending: Unknown provider/);
    expect(item(/^agent/)).toHaveAccessibleName('agent, Step, 3.9 s');
  });

  it('explains the price of a call to the last digit', async () => {
    const { user, address } = renderApp('/trace/trace-1');
    await user.click(item(/^chat gpt-4o-mini/));
    const shown = details('chat gpt-4o-mini');
    const lines = within(shown.getByRole('table', { name: 'What the cost is made of' })).getAllByRole('row');
    expect(lines[2]).toHaveTextContent('Input read from cache1,0240.075 per million0.0000768');
    expect(shown.getByText('0.0003132 USD')).toBeVisible();
    expect(shown.getByText('Saved by caches')).toBeVisible();
    expect(shown.getByText('0.0000768 USD')).toBeVisible();
    expect(shown.getByText('Exact: every part of the cost is known.')).toBeVisible();
    expect(shown.getByText('Catalogue (0.0.35)')).toBeVisible();
    expect(shown.getByText('the beginning of time')).toBeVisible();
    expect(address()).toBe('/a/tokenledger-app/trace/trace-1?span=call&in=trace-1');
  });

  it('says why a call is pending and what would price it', () => {
    const explanation = anExplanation({
      components: [],
      price_versions: [],
      total_cost_usd: null,
      stored_cost_usd: null,
      quality: null,
      reason: 'unknown_provider',
      message: 'No price source knows this provider.',
    });
    renderApp('/trace/trace-1?span=pending', { api: { cost: () => of(explanation) } });
    const shown = details('chat house-llm-7b');
    expect(shown.getByText('Unknown provider')).toBeVisible();
    expect(shown.getByText('No price source knows this provider.')).toBeVisible();
  });

  it('leads from a repeat to its call', async () => {
    const { user } = renderApp('/trace/trace-1?span=repeat');
    await user.click(details('openai.chat').getByRole('button', { name: /Go to its call/ }));
    expect(details('chat gpt-4o-mini').getByText('Cost')).toBeVisible();
  });

  it('leads from a repeat to its call in another request', () => {
    const spans = someSpans().map((span) =>
      span.span_id === 'repeat'
        ? { ...span, repeat_of: { trace_id: 'other', span_id: 's', started_at: null } }
        : span,
    );
    renderApp('/trace/trace-1?span=repeat', { api: { trace: () => of(aTrace({ spans })) } });
    expect(screen.getByRole('link', { name: 'Go to its call in another request' })).toHaveAttribute(
      'href',
      '/a/tokenledger-app/trace/other?span=s&ds=main',
    );
  });

  it('keeps the rest when the explanation cannot be had', () => {
    const away = throwError(() => new ApiError(503, 'away', 'Ask again.'));
    renderApp('/trace/trace-1?span=call', { api: { cost: () => away } });
    expect(details('chat gpt-4o-mini').getByText('Ask again.')).toBeVisible();
    expect(details('chat gpt-4o-mini').getByText('Input')).toBeVisible();
  });

  it('closes the details', async () => {
    const { user, address } = renderApp('/trace/trace-1?span=call&ds=main');
    await user.click(screen.getByRole('button', { name: 'Close the details' }));
    expect(screen.queryByRole('region')).not.toBeInTheDocument();
    expect(address()).toBe('/a/tokenledger-app/trace/trace-1?ds=main');
  });

  it('says that the span of a link is not here', () => {
    renderApp('/trace/trace-1?span=gone');
    expect(screen.getByText('The span of this link is not among those shown')).toBeVisible();
  });
});

describe('the keyboard', () => {
  it('moves, opens, closes and selects', async () => {
    const { user } = renderApp('/trace/trace-1');
    const [root] = items();
    root.focus();
    await user.keyboard('{ArrowDown}');
    expect(item(/^agent/)).toHaveFocus();
    await user.keyboard('{ArrowLeft}');
    expect(item(/^agent/)).toHaveAttribute('aria-expanded', 'false');
    expect(items()).toHaveLength(3);
    await user.keyboard('{ArrowDown}');
    expect(item(/^save answer/)).toHaveFocus();
    await user.keyboard('{ArrowLeft}');
    expect(root).toHaveFocus();
    await user.keyboard('{ArrowDown}{ArrowRight}{ArrowRight}');
    expect(item(/^chat gpt-4o-mini/)).toHaveFocus();
    await user.keyboard('{Enter}');
    expect(item(/^chat gpt-4o-mini/)).toHaveAttribute('aria-selected', 'true');
    await user.keyboard('{End}');
    expect(item(/^save answer/)).toHaveFocus();
    await user.keyboard('{Home}');
    expect(root).toHaveFocus();
  });

  it('leaves the shortcuts of the browser alone', () => {
    renderApp('/trace/trace-1');
    const [root] = items();
    root.focus();
    expect(fireEvent.keyDown(root, { key: 'ArrowLeft', altKey: true })).toBe(true);
    expect(fireEvent.keyDown(root, { key: 'End', ctrlKey: true })).toBe(true);
    expect(root).toHaveAttribute('aria-expanded', 'true');
    expect(root).toHaveFocus();
  });

  it('stops once in the tree', () => {
    renderApp('/trace/trace-1?span=call');
    expect(items().filter((row) => row.tabIndex === 0)).toEqual([item(/^chat gpt-4o-mini/)]);
  });
});

it('draws only what is seen of 10,000 spans, and reaches the last', async () => {
  const spans = [
    aStep(0, { span_id: 'root', name: 'root' }),
    ...Array.from({ length: 9998 }, (_, index) => aSpan(1, { span_id: `s${index}`, name: `call ${index}` })),
    aSpan(1, { span_id: 'last', name: 'last call' }),
  ];
  const totals = someTotals({ spans: 10_000 });
  const { user } = renderApp('/trace/trace-1', { api: { trace: () => of(aTrace({ spans, totals })) } });
  expect(items().length).toBeLessThan(100);
  items()[0].focus();
  await user.keyboard('{End}');
  expect(item(/^last call/)).toHaveFocus();
  expect(items().length).toBeLessThan(100);
});

describe('Explore', () => {
  it('is offered to who may explore', () => {
    renderApp('/trace/trace-1', { permissions: ['datasources:explore'] });
    const href = screen.getByRole('link', { name: 'Open in Explore' }).getAttribute('href') ?? '';
    expect(decodeURIComponent(href)).toContain(
      '"queryType":"trace","version":1,"chain":"request","format":"trace","id":"trace-1"',
    );
  });

  it('is not offered to others: Grafana would send them away', () => {
    renderApp('/trace/trace-1');
    expect(screen.queryByRole('link', { name: 'Open in Explore' })).not.toBeInTheDocument();
  });
});

describe('a request that is not there', () => {
  it('is told as such, without telling whose it is', () => {
    const missing = throwError(() => new ApiError(404, 'no_such_trace', 'There is none.'));
    renderApp('/trace/nope', { api: { trace: () => missing } });
    expect(screen.getByText('There is no request with this id, or it is not yours to see')).toBeVisible();
    expect(screen.getByRole('link', { name: 'Look through the calls' })).toHaveAttribute(
      'href',
      '/a/tokenledger-app/calls?ds=main',
    );
  });

  it('is not confused with a backend that is not there', () => {
    const missing = throwError(() => new ApiError(404, 'not_found', 'There is no backend at this URL.'));
    renderApp('/trace/nope', { api: { trace: () => missing } });
    expect(screen.getByText('There is no backend at this URL.')).toBeVisible();
  });
});

describe('a conversation', () => {
  it('lists its requests with their steps', () => {
    renderApp('/conversation/c-42?org_id=acme');
    expect(screen.getByText('2 requests')).toBeVisible();
    const rows = items('Requests of the conversation');
    expect(rows).toHaveLength(14);
    expect(rows[0]).toHaveAccessibleName(
      'Request 1, 2026-11-23 11:00:00, 4.84 s, 0.0003132 USD, 1 call pending',
    );
    expect(rows[7]).toHaveAccessibleName('Request 2, 2026-11-23 13:00:00, 4.84 s, not known, 1 call pending');
  });

  it('selects the span of the request that was meant', async () => {
    const { user, address } = renderApp('/conversation/c-42');
    await user.click(screen.getAllByRole('treeitem', { name: /^chat gpt-4o-mini/ })[1]);
    expect(address()).toBe('/a/tokenledger-app/conversation/c-42?span=call&in=trace-2');
    expect(details('chat gpt-4o-mini').getByText('trace-2')).toBeVisible();
  });

  it('asks for the organisation of the link', () => {
    const asked: Array<string | undefined> = [];
    const missing = throwError(() => new ApiError(404, 'no_such_conversation', ''));
    renderApp('/conversation/c-42?org_id=acme', {
      api: {
        conversation: (_, orgId) => {
          asked.push(orgId);
          return missing;
        },
      },
    });
    expect(asked).toEqual(['acme']);
    expect(
      screen.getByText('There is no conversation with this id, or it is not yours to see'),
    ).toBeVisible();
  });
});
