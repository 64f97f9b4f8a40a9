import { screen, waitFor, within } from '@testing-library/react';
import { NEVER, of, throwError } from 'rxjs';
import { ApiError } from '../../api/apiError';
import { DEFAULTS, type CallsQuery } from '../query';
import { renderEditor, setVariables } from './testEditor';

const box = (name: string | RegExp) => screen.getByRole('combobox', { name });
const option = (name: string | RegExp) => screen.findByRole('option', { name });

beforeEach(() => setVariables([]));

describe('QueryEditor', () => {
  it('shows the default query for one that has nothing but its letter, and changes nothing by itself', () => {
    const { query, onRunQuery } = renderEditor();
    expect(screen.getByRole('radio', { name: 'Usage' })).toBeChecked();
    expect(screen.getByText('Cost')).toBeInTheDocument();
    expect(screen.getByText('Organisation')).toBeInTheDocument();
    expect(box('Interval')).toHaveValue('Auto');
    expect(screen.getByRole('textbox', { name: /^Top groups/ })).toHaveValue('10');
    expect(screen.getByText('Top groups, rest as “other”')).toBeInTheDocument();
    expect(query()).toEqual({ refId: 'A' });
    expect(onRunQuery).not.toHaveBeenCalled();
  });

  it('says what the query does, so that a screen reader tells it', () => {
    renderEditor();
    const summary = screen.getByTestId('tokenledger-summary');
    expect(summary).toHaveAttribute('aria-live', 'polite');
    expect(summary).toHaveTextContent(/cost/i);
  });

  it('adds a measure and runs the query at once', async () => {
    const { user, query, onRunQuery } = renderEditor();
    await user.click(box('Measures'));
    await user.click(await option(/^Coverage Share of/));
    expect(query()).toEqual({ refId: 'A', ...DEFAULTS.usage, measures: ['cost_usd', 'coverage'] });
    expect(onRunQuery).toHaveBeenCalledTimes(1);
  });

  it('asks for a measure when the last one is gone', async () => {
    const { user } = renderEditor({ ...DEFAULTS.usage });
    await user.click(screen.getByRole('button', { name: 'Remove Cost' }));
    expect(await screen.findByText('Choose at least one measure')).toBeInTheDocument();
  });

  it('groups by another dimension', async () => {
    const { user, query } = renderEditor();
    await user.click(box('Group by'));
    await user.click(await option(/^Model/));
    expect(query()).toMatchObject({ groupBy: ['org_id', 'model'] });
  });

  it('changes interval, comparison and format', async () => {
    const { user, query } = renderEditor();
    await user.click(box('Interval'));
    await user.click(await option(/^Day/));
    await user.click(screen.getByRole('radio', { name: 'Previous period' }));
    await user.click(screen.getByRole('radio', { name: 'Table' }));
    expect(query()).toMatchObject({ interval: '1d', compare: 'previous_period', format: 'table' });
  });

  it('ranks by change where periods are compared, and tells what that needs', async () => {
    const { user, query } = renderEditor();
    expect(screen.queryByRole('radio', { name: 'Rise' })).not.toBeInTheDocument();
    await user.click(screen.getByRole('radio', { name: 'Previous period' }));
    expect(screen.getByRole('radio', { name: 'Value' })).toBeChecked();
    await user.click(screen.getByRole('radio', { name: 'Rise' }));
    expect(query()).toMatchObject({ compare: 'previous_period', rankBy: 'rise' });
    expect(screen.getByRole('radiogroup', { name: 'Rank groups by' })).toBeInTheDocument();
    expect(screen.getByRole('textbox', { name: 'Top groups' })).toHaveValue('10');
    const advice = 'By change: set the interval to “Whole time range”';
    expect(screen.getByText(advice)).toBeInTheDocument();
    await user.click(box('Interval'));
    await user.click(await option(/^Whole time range/));
    expect(screen.queryByText(advice)).not.toBeInTheDocument();
  });

  it('takes a number of groups when the reader is done typing, not before', async () => {
    const { user, query, onRunQuery } = renderEditor();
    const top = screen.getByRole('textbox', { name: /^Top groups/ });
    await user.clear(top);
    await user.type(top, '25');
    expect(onRunQuery).not.toHaveBeenCalled();
    await user.keyboard('{Enter}');
    expect(query()).toMatchObject({ top: 25 });
    expect(onRunQuery).toHaveBeenCalledTimes(1);
    await user.clear(top);
    await user.tab();
    expect(query()).toMatchObject({ top: null });
  });

  it.each(['0', '101', '2.5', 'ten'])('refuses %s groups and keeps the query', async (text) => {
    const { user, query } = renderEditor();
    const top = screen.getByRole('textbox', { name: /^Top groups/ });
    await user.clear(top);
    await user.type(top, `${text}{Enter}`);
    expect(await screen.findByText('Type a whole number from 1 to 100')).toBeInTheDocument();
    expect(query()).toEqual({ refId: 'A' });
  });

  it('offers variables of the dashboard as groups, measures and interval', async () => {
    setVariables(['dim']);
    const { user, query } = renderEditor();
    for (const name of ['Group by', 'Measures', 'Interval']) {
      await user.click(box(name));
      await user.click(await option('$dim Variable'));
      await user.keyboard('{Escape}');
    }
    expect(query()).toMatchObject({
      groupBy: ['org_id', '$dim'],
      measures: ['cost_usd', '$dim'],
      interval: '$dim',
    });
    expect(screen.getByTestId('tokenledger-summary')).toHaveTextContent('organisation and $dim per $dim');
  });

  it('offers a variable of the kind interval as interval only', async () => {
    setVariables(['step'], 'interval');
    const { user, query } = renderEditor();
    await user.click(box('Group by'));
    expect(await option(/^Model/)).toBeInTheDocument();
    expect(screen.queryByRole('option', { name: '$step Variable' })).not.toBeInTheDocument();
    await user.keyboard('{Escape}');
    await user.click(box('Interval'));
    await user.click(await option('$step Variable'));
    expect(query()).toMatchObject({ groupBy: ['org_id'], interval: '$step' });
  });

  it('shows a variable as it was written, where no dashboard has it', () => {
    renderEditor({ ...DEFAULTS.usage, groupBy: ['${dim}'], interval: '[[step]]' });
    expect(screen.getByText('${dim}')).toBeInTheDocument();
    expect(box('Interval')).toHaveValue('[[step]]');
  });

  it('does not show a query of a newer version as something else', () => {
    renderEditor({ ...DEFAULTS.usage, version: 99 });
    expect(screen.getByText(/Update the plugin/)).toBeInTheDocument();
    expect(screen.queryByRole('radio')).not.toBeInTheDocument();
  });
});

describe('filters', () => {
  const addFilter = async (user: ReturnType<typeof renderEditor>['user']) => {
    await user.click(screen.getByRole('button', { name: 'Add filter' }));
    return box('Filter 1: values of Organisation');
  };

  it('offers the values of the backend with their number of calls, and adds the chosen one', async () => {
    const { user, query, dimensionValues } = renderEditor();
    await user.click(await addFilter(user));
    await user.click(await option('acme 1,200 calls'));
    expect(query()).toMatchObject({ filters: [{ dimension: 'org_id', operator: 'in', values: ['acme'] }] });
    expect(dimensionValues).toHaveBeenCalledWith('org_id', { filters: [], limit: 100 });
    expect(await option('globex 1 call')).toBeInTheDocument();
    expect(await option('(none) 7 calls')).toBeInTheDocument();
  });

  it('tells no half filter: without a value the query stays', async () => {
    const { user, query, onRunQuery } = renderEditor();
    await addFilter(user);
    expect(query()).toEqual({ refId: 'A' });
    expect(onRunQuery).not.toHaveBeenCalled();
  });

  it('searches in the backend once for what was typed, not for each letter', async () => {
    const { user, dimensionValues } = renderEditor();
    await user.click(await addFilter(user));
    await option('acme 1,200 calls');
    dimensionValues.mockClear();
    await user.keyboard('glob');
    await waitFor(() => expect(dimensionValues).toHaveBeenCalled());
    expect(dimensionValues.mock.calls).toEqual([['org_id', { q: 'glob', filters: [], limit: 100 }]]);
  });

  it('takes a value that the backend does not know', async () => {
    const { user, query } = renderEditor();
    await user.click(await addFilter(user));
    await user.keyboard('initech');
    await user.click(await option(/^initech Use custom value/));
    expect(query()).toMatchObject({ filters: [{ values: ['initech'] }] });
  });

  it('offers template variables before the values', async () => {
    setVariables(['customer', 'team']);
    const { user, query } = renderEditor();
    await user.click(await addFilter(user));
    await user.click(await option('$customer Variable'));
    expect(query()).toMatchObject({ filters: [{ values: ['$customer'] }] });
  });

  it('narrows the values by the other filters', async () => {
    const { user, dimensionValues } = renderEditor({
      ...DEFAULTS.usage,
      filters: [
        { dimension: 'org_id', operator: '=', values: ['acme'] },
        { dimension: 'model', operator: 'in', values: ['m'] },
      ],
    });
    await user.click(box('Filter 2: values of Model'));
    await option('acme 1,200 calls');
    expect(dimensionValues).toHaveBeenCalledWith('model', {
      filters: [{ dimension: 'org_id', operator: '=', values: ['acme'] }],
      limit: 100,
    });
  });

  it('says in the list why values could not be loaded', async () => {
    const { user, query } = renderEditor({}, () =>
      throwError(() => new ApiError(502, 'x', 'Start the backend.')),
    );
    await user.click(await addFilter(user));
    const said = await option(/could not be loaded Start the backend/);
    await user.click(said);
    expect(query()).toEqual({ refId: 'A' });
  });

  it('says when there are no values, or more than it shows', async () => {
    const { user } = renderEditor({}, (_, request) =>
      of(
        request?.q
          ? { values: [{ value: 'a', calls: 2 }], truncated: true }
          : { values: [], truncated: false },
      ),
    );
    await user.click(await addFilter(user));
    expect(await option(/^No values in this time range/)).toBeInTheDocument();
    await user.keyboard('a');
    expect(await option(/^There are more/)).toBeInTheDocument();
  });

  it('shows that values are being loaded', async () => {
    const { user } = renderEditor({}, () => NEVER);
    await user.click(await addFilter(user));
    expect(await screen.findByTestId('spinner')).toBeInTheDocument();
  });

  it('keeps of the values what another operator takes', async () => {
    const { user, query } = renderEditor({
      ...DEFAULTS.usage,
      filters: [{ dimension: 'org_id', operator: 'in', values: ['acme', 'globex'] }],
    });
    await user.click(box('Filter 1: operator'));
    await user.click(await option(/^is Exactly/));
    expect(query()).toMatchObject({ filters: [{ operator: '=', values: ['acme'] }] });
    await user.click(box('Filter 1: operator'));
    await user.click(await option(/^is not set/));
    expect(query()).toMatchObject({ filters: [{ operator: 'is null', values: [] }] });
    expect(screen.queryByRole('combobox', { name: /values of/ })).not.toBeInTheDocument();
  });

  it('takes an expression when the reader is done typing', async () => {
    const { user, query } = renderEditor({
      ...DEFAULTS.usage,
      filters: [{ dimension: 'model', operator: '=~', values: ['gpt-.*'] }],
    });
    const input = screen.getByRole('textbox', { name: 'Filter 1: values of Model' });
    await user.type(input, 'x{Escape}');
    expect(input).toHaveValue('gpt-.*');
    await user.clear(input);
    await user.type(input, '(a|b){Enter}');
    expect(query()).toMatchObject({ filters: [{ operator: '=~', values: ['(a|b)'] }] });
  });

  it('removes a filter and leaves the focus at the button that adds one', async () => {
    const { user, query } = renderEditor({
      ...DEFAULTS.usage,
      filters: [{ dimension: 'org_id', operator: 'in', values: ['acme'] }],
    });
    await user.click(screen.getByRole('button', { name: 'Remove filter on Organisation' }));
    expect(query()).toMatchObject({ filters: [] });
    expect(screen.getByRole('button', { name: 'Add filter' })).toHaveFocus();
  });

  it('is worked by keyboard alone', async () => {
    const { user, query } = renderEditor();
    screen.getByRole('button', { name: 'Add filter' }).focus();
    await user.keyboard('{Enter}');
    expect(box('Filter 1: field')).toHaveFocus();
    await user.keyboard('model{Enter}');
    await user.tab();
    expect(box('Filter 1: operator')).toHaveFocus();
    await user.tab();
    expect(box('Filter 1: values of Model')).toHaveFocus();
    await user.keyboard('{ArrowDown}');
    await option('acme 1,200 calls');
    await user.keyboard('{ArrowDown}{Enter}{Escape}');
    expect(query()).toMatchObject({ filters: [{ dimension: 'model', operator: 'in', values: ['acme'] }] });
  });
});

describe('other kinds of queries', () => {
  it('keeps what fits when the kind changes, and what was left behind for the way back', async () => {
    const { user, query } = renderEditor({
      ...DEFAULTS.usage,
      measures: ['calls'],
      filters: [{ dimension: 'model', operator: 'in', values: ['m'] }],
    });
    await user.click(screen.getByRole('radio', { name: 'Calls' }));
    expect(query()).toEqual({
      refId: 'A',
      ...DEFAULTS.calls,
      filters: [{ field: 'model', operator: 'in', values: ['m'] }],
    });
    expect(box('Filter 1: field')).toHaveValue('Model');
    await user.click(screen.getByRole('radio', { name: 'Usage' }));
    expect(query()).toMatchObject({
      measures: ['calls'],
      filters: [{ dimension: 'model', operator: 'in', values: ['m'] }],
    });
  });

  it('filters calls by what is no dimension, with names instead of codes', async () => {
    const { user, query, dimensionValues } = renderEditor({ ...DEFAULTS.calls });
    await user.click(screen.getByRole('button', { name: 'Add filter' }));
    await user.type(box('Filter 1: field'), 'cost status');
    await user.click(await option(/^Cost status/));
    await user.click(box('Filter 1: values of Cost status'));
    await user.click(await option(/^Pending/));
    expect(query()).toMatchObject({
      filters: [{ field: 'cost_status', operator: 'in', values: ['pending'] }],
    });
    expect(dimensionValues).not.toHaveBeenCalled();
    const row = within(screen.getByRole('group', { name: 'Filter 1' }));
    expect(row.getByText('Pending')).toBeInTheDocument();
  });

  it('orders and limits calls', async () => {
    const { user, query } = renderEditor({ ...DEFAULTS.calls });
    await user.click(box('Order'));
    await user.click(await option(/^Most expensive first/));
    const limit = screen.getByRole('textbox', { name: 'Limit' });
    await user.clear(limit);
    await user.type(limit, '20{Enter}');
    expect(query() satisfies object as CallsQuery).toMatchObject({
      orderBy: 'cost_usd',
      direction: 'desc',
      limit: 20,
    });
  });

  it('takes the id of a request, and brings it along to the cost of a call', async () => {
    const { user, query, onRunQuery } = renderEditor({ ...DEFAULTS.trace });
    await user.type(screen.getByRole('textbox', { name: 'Trace id' }), ' abc ');
    expect(onRunQuery).not.toHaveBeenCalled();
    await user.tab();
    expect(query()).toMatchObject({ queryType: 'trace', chain: 'request', id: 'abc' });
    await user.click(screen.getByRole('radio', { name: 'Cost of a call' }));
    await user.type(screen.getByRole('textbox', { name: 'Span id' }), 'def{Enter}');
    expect(query()).toMatchObject({ queryType: 'cost', traceId: 'abc', spanId: 'def' });
  });

  it('asks for a conversation', async () => {
    const { user, query } = renderEditor({ ...DEFAULTS.trace, id: 'abc' });
    await user.click(screen.getByRole('radio', { name: 'Conversation' }));
    await user.type(screen.getByRole('textbox', { name: 'Conversation id' }), '$conversation{Enter}');
    expect(query()).toMatchObject({ chain: 'conversation', id: '$conversation' });
  });
});
