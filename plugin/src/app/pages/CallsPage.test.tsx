import { act, screen, within } from '@testing-library/react';
import { of, Subject, throwError } from 'rxjs';
import { ApiError } from '../../api/apiError';
import type { EventSearch, EventSearchAnswer } from '../../api/wire';
import { aCall, aUsage, pendingCall, someCalls } from '../testing/fixtures';
import { renderApp } from '../testing/renderApp';

jest.mock('@grafana/runtime', () => ({
  ...jest.requireActual<object>('@grafana/runtime'),
  PluginPage: jest.requireActual<{ PluginPageStub: unknown }>('../testing/renderApp').PluginPageStub,
}));

/** The page over a backend that answers the same to each search, and remembers what was asked. */
function renderCalls(address: string, answer: EventSearchAnswer = someCalls([aCall()])) {
  const searches: EventSearch[] = [];
  const searchEvents = (search: EventSearch) => {
    searches.push(search);
    return of(answer);
  };
  return { ...renderApp(address, { api: { searchEvents } }), searches };
}
const rows = () =>
  within(screen.getByRole('table', { name: 'Calls' }))
    .getAllByRole('row')
    .slice(1);

describe('the list', () => {
  it('shows a call in the time of the user, its cost to the last digit', () => {
    renderCalls('/calls');
    const [row] = rows();
    for (const text of [
      '2026-11-23 11:00:00',
      'acme',
      'support-bot',
      'gpt-4o-mini',
      '1,550',
      '0.0003132',
      '1.84 s',
    ]) {
      expect(row).toHaveTextContent(text);
    }
  });

  it('says why a call is pending, and of a bound which it is', () => {
    const bound = aCall({ span_id: 'b', cost_quality: 'upper_bound', cost_usd: '0.5' });
    renderCalls('/calls', someCalls([pendingCall(), bound]));
    expect(rows()[0]).toHaveTextContent('Unknown provider');
    expect(rows()[1]).toHaveTextContent('≤ 0.5');
  });

  it('shows unknown tokens as unknown', () => {
    const usage = aUsage({ input_tokens: null, output_tokens: null });
    renderCalls('/calls', someCalls([aCall({ usage })]));
    expect(within(rows()[0]).getAllByRole('cell')[4]).toHaveTextContent(/^—$/);
  });

  it('opens the request of a call, by its link and by its row', async () => {
    const { user, address } = renderCalls('/calls');
    const link = '/a/tokenledger-app/trace/trace-1?span=span-1&ds=main';
    expect(screen.getByRole('link', { name: '2026-11-23 11:00:00' })).toHaveAttribute('href', link);
    await user.click(within(rows()[0]).getByText('acme'));
    expect(address()).toBe(link);
  });

  it('tells its totals with their coverage, and that it is not all', async () => {
    const totals = {
      calls: 2500,
      priced_calls: 2000,
      pending_calls: 500,
      coverage: 0.8,
      cost_usd: '12.3456',
      total_tokens: 6_154_391,
    };
    const { user, searches, address } = renderCalls(
      '/calls',
      someCalls([aCall()], { truncated: true, totals }),
    );
    expect(screen.getByText('The first 1 of 2,500 calls; the totals are of all.')).toBeVisible();
    expect(screen.getByText('80 %')).toBeVisible();
    expect(screen.getByTitle('12.3456 USD')).toHaveTextContent('$12.35');
    expect(screen.getByText('500')).toBeVisible();
    await user.click(screen.getByRole('button', { name: 'Show up to 1,000' }));
    expect(searches.at(-1)?.limit).toBe(1000);
    expect(address()).toContain('limit=1000');
  });

  it('says what to do when nothing matches', () => {
    renderCalls('/calls', someCalls([]));
    expect(screen.getByText('No calls match')).toBeVisible();
  });
});

describe('the address', () => {
  it('is what is asked', () => {
    const { searches } = renderCalls(
      '/calls?from=1000&to=2000&status=pending&reason=unknown_model&model=a&model=b&orderBy=cost_usd',
    );
    expect(searches).toEqual([
      {
        from: '1970-01-01T00:00:01.000Z',
        to: '1970-01-01T00:00:02.000Z',
        filters: [
          { field: 'cost_status', operator: '=', values: ['pending'] },
          { field: 'cost_reason', operator: '=', values: ['unknown_model'] },
          { field: 'model', operator: 'in', values: ['a', 'b'] },
          { field: 'kind', operator: '=', values: ['call'] },
        ],
        order_by: { field: 'cost_usd', direction: 'desc' },
        limit: 100,
      },
    ]);
  });

  it('asks the last 24 hours when it says nothing', () => {
    const { searches } = renderCalls('/calls');
    const [{ from = '', to = '' }] = searches;
    // Grafana reads the clock for each end.
    expect(Math.abs(Date.parse(to) - Date.parse(from) - 86_400_000)).toBeLessThan(5_000);
  });

  it('says what is wrong with a time range that cannot be read, and asks nothing', () => {
    const { searches } = renderCalls('/calls?from=yesterday&to=now');
    expect(screen.getByText(/The time range in the address cannot be read/)).toBeVisible();
    expect(searches).toEqual([]);
  });

  it('keeps the data source', async () => {
    const { user, address } = renderCalls('/calls?ds=main');
    await user.click(screen.getByRole('radio', { name: 'Pending' }));
    expect(new URLSearchParams(address()?.split('?')[1]).get('ds')).toBe('main');
  });
});

describe('filters', () => {
  it('are taken away one by one', async () => {
    const { user, address } = renderCalls('/calls?status=pending&reason=unknown_model&model=');
    expect(screen.getByRole('button', { name: 'Remove the filter Model: not set' })).toBeVisible();
    await user.click(screen.getByRole('button', { name: 'Remove the filter Reason: Unknown model' }));
    const params = new URLSearchParams(address()?.split('?')[1]);
    expect(params.has('reason')).toBe(false);
    expect(params.get('status')).toBe('pending');
    expect(params.get('model')).toBe('');
  });

  it('are added from the values that the backend knows', async () => {
    const { user, searches } = renderCalls('/calls');
    await user.click(screen.getByRole('combobox', { name: 'Filter by' }));
    await user.click(await screen.findByRole('option', { name: /^Organisation/ }));
    await user.click(screen.getByRole('combobox', { name: 'Value of Organisation' }));
    await user.click(await screen.findByRole('option', { name: 'acme' }));
    expect(searches.at(-1)?.filters).toContainEqual({ field: 'org_id', operator: '=', values: ['acme'] });
  });

  it('switch the cost status', async () => {
    const { user, searches } = renderCalls('/calls');
    await user.click(screen.getByRole('radio', { name: 'Priced' }));
    expect(searches.at(-1)?.filters).toContainEqual({
      field: 'cost_status',
      operator: '=',
      values: ['priced'],
    });
    await user.click(screen.getByRole('radio', { name: 'All' }));
    expect(searches.at(-1)?.filters).toEqual([{ field: 'kind', operator: '=', values: ['call'] }]);
  });
});

it('sorts by a column, greatest first, then the other way', async () => {
  const { user, searches } = renderCalls('/calls');
  const cost = () => screen.getByRole('columnheader', { name: /Cost/ });
  expect(cost()).not.toHaveAttribute('aria-sort');
  await user.click(within(cost()).getByRole('button'));
  expect(searches.at(-1)?.order_by).toEqual({ field: 'cost_usd', direction: 'desc' });
  expect(cost()).toHaveAttribute('aria-sort', 'descending');
  await user.click(within(cost()).getByRole('button'));
  expect(searches.at(-1)?.order_by).toEqual({ field: 'cost_usd', direction: 'asc' });
});

it('keeps the list, dimmed, until the next one is here', async () => {
  const answers = [new Subject<EventSearchAnswer>(), new Subject<EventSearchAnswer>()];
  let asked = 0;
  const { user } = renderApp('/calls', { api: { searchEvents: () => answers[asked++] } });
  expect(screen.getByRole('status', { name: 'Loading the calls' })).toBeVisible();
  act(() => answers[0].next(someCalls([aCall({ org_id: 'first' })])));
  await user.click(screen.getByRole('radio', { name: 'Pending' }));
  expect(rows()[0]).toHaveTextContent('first');
  expect(screen.getByRole('table', { name: 'Calls' }).closest('[aria-busy="true"]')).not.toBeNull();
  act(() => answers[1].next(someCalls([aCall({ org_id: 'second' })])));
  expect(rows()[0]).toHaveTextContent('second');
  expect(answers[0].observed).toBe(false);
});

it('shows what the backend said is wrong', () => {
  const refused = throwError(() => new ApiError(400, 'bad_request', 'from is before the retention.'));
  renderApp('/calls', { api: { searchEvents: () => refused } });
  expect(screen.getByText('Could not load the calls')).toBeVisible();
  expect(screen.getByText('from is before the retention.')).toBeVisible();
});
