import { act, screen, within } from '@testing-library/react';
import { defer, of, Subject, throwError } from 'rxjs';
import { ApiError } from '../../api/apiError';
import type { Status } from '../../api/wire';
import { aJob, aPendingGroup, aStatus, someJobs } from '../testing/fixtures';
import { aSource, renderApp } from '../testing/renderApp';

jest.mock('@grafana/runtime', () => ({
  ...jest.requireActual<object>('@grafana/runtime'),
  PluginPage: jest.requireActual<{ PluginPageStub: unknown }>('../testing/renderApp').PluginPageStub,
}));

const tile = (name: string) => within(screen.getByRole('group', { name }));
const table = (name: string) => within(screen.getByRole('table', { name }));
const viewer: Status['you'] = {
  name: 'grafana:u2',
  role: 'viewer',
  may_change: false,
  audience: 'team',
  organisations: null,
};

describe('is it working', () => {
  it('says who is connected to what, and when something last arrived', () => {
    renderApp('/home');
    expect(tile('Connection').getByText('As Ada Lovelace, admin')).toBeVisible();
    expect(tile('Connection').getByText('Tokenledger 0.1.0, TimescaleDB server')).toBeVisible();
    expect(tile('Last event').getByText('2 min ago')).toBeVisible();
  });

  it('tells coverage and cost of today together, and leads to what is pending', () => {
    renderApp('/home');
    expect(tile('Coverage today').getByText('87.1 %')).toBeVisible();
    expect(tile('Coverage today').getByText('340 of 390 calls have a price')).toBeVisible();
    expect(tile('Cost today so far').getByTitle('17.82289812 USD')).toHaveTextContent('$17.82');
    expect(screen.getByRole('link', { name: '50 calls pending' })).toHaveAttribute(
      'href',
      `/a/tokenledger-app/calls?status=pending&from=${Date.parse('2026-11-23T00:00:00Z')}&to=now&ds=main`,
    );
  });

  it('shows an unknown cost as unknown, not as zero', () => {
    const today = aStatus().today;
    const nothing = { ...aStatus(), today: today && { ...today, coverage: null, cost_usd: null } };
    renderApp('/home', { api: { status: () => of(nothing) } });
    expect(tile('Cost today so far').getByTitle('not known')).toHaveTextContent('—');
    expect(tile('Coverage today').getByText('No billable calls yet today (UTC).')).toBeVisible();
  });

  it('warns when nothing has arrived for more than an hour, by the clock of the backend', () => {
    const at = '2026-11-23T10:59:59.000Z';
    renderApp('/home', {
      api: { status: () => of(aStatus({ last_event: { started_at: at, ingested_at: at } })) },
    });
    expect(tile('Last event').getByText('1 h ago')).toBeVisible();
    expect(tile('Last event').getByText(/check that your senders still reach the backend/)).toBeVisible();
  });

  it('says that an embedded database is for evaluation, and that a database is behind', () => {
    const database = { engine: 'embedded', schema: 7, needed: 9, behind: true } as const;
    renderApp('/home', { api: { status: () => of(aStatus({ database, today: null })) } });
    expect(screen.getByText('This backend is for evaluation')).toBeVisible();
    expect(screen.getByText(/Its schema is 7, the backend needs 9/)).toBeVisible();
    expect(tile('Cost today so far').getByText('Not known while the database is behind.')).toBeVisible();
  });
});

describe('jobs', () => {
  it('come with failures first and their error', () => {
    const jobs = someJobs([
      aJob('settle'),
      aJob('close', { outcome: 'failed', error: 'Day 2026-11-19 differs by 3 calls' }),
      aJob('compress', null),
    ]);
    renderApp('/home', { api: { jobs: () => of(jobs) } });
    const rows = table('Jobs').getAllByRole('row');
    expect(rows[1]).toHaveTextContent(/Close days.*Failed/);
    expect(rows[2]).toHaveTextContent('Day 2026-11-19 differs by 3 calls');
    expect(rows[3]).toHaveTextContent(/Settle.*Done.*120 ms/);
    expect(rows[4]).toHaveTextContent(/Compress.*Not run yet/);
  });
});

describe('what is pending', () => {
  it('says why, how much, and which calls', () => {
    renderApp('/home');
    const row = table('Pending calls').getAllByRole('row')[1];
    expect(row).toHaveTextContent('Unknown provider');
    expect(row).toHaveTextContent('house / house-llm-7b');
    expect(row).toHaveTextContent('184K');
    const from = Date.parse('2026-11-20T12:00:00Z');
    expect(table('Pending calls').getByRole('link', { name: '105' })).toHaveAttribute(
      'href',
      `/a/tokenledger-app/calls?from=${from}&to=now&status=pending&reason=unknown_provider&provider=house&model=house-llm-7b&ds=main`,
    );
  });

  it('gives who may change something the command to copy', async () => {
    renderApp('/home');
    expect(table('Pending calls').getByText(/prices set --provider house --input 1/)).toBeVisible();
    expect(screen.getByRole('button', { name: 'Copy the command: give a price' })).toBeEnabled();
  });

  it('shows a viewer the command as information only', () => {
    renderApp('/home', { api: { status: () => of(aStatus({ you: viewer })) } });
    expect(table('Pending calls').getByText(/prices set --provider house --input 1/)).toBeVisible();
    expect(screen.queryByRole('button', { name: /Copy the command/ })).not.toBeInTheDocument();
    expect(screen.getByText(/Whoever runs the backend can resolve them/)).toBeVisible();
  });

  it('says that nothing is pending', () => {
    renderApp('/home', { api: { pending: () => of({ calls: 0, groups: [] }) } });
    expect(screen.getByText('Nothing is pending: every billable call has a price.')).toBeVisible();
  });

  it('shows the first groups, and all on demand', async () => {
    const groups = Array.from({ length: 12 }, (_, index) => aPendingGroup({ model: `model-${index}` }));
    const { user } = renderApp('/home', { api: { pending: () => of({ calls: 12, groups }) } });
    expect(screen.queryByText(/model-11/)).not.toBeInTheDocument();
    await user.click(screen.getByRole('button', { name: 'Show all 12 groups' }));
    expect(screen.getByText(/model-11/)).toBeVisible();
  });
});

describe('sending data', () => {
  it('names the address of the backend where the user may know it', async () => {
    const { user } = renderApp('/home', { backendUrl: 'http://ledger:4318' });
    await user.click(screen.getByRole('tab', { name: 'JSON' }));
    expect(screen.getByText(/curl http:\/\/ledger:4318\/v1\/events/)).toBeVisible();
  });

  it('leaves a place for it where not', () => {
    renderApp('/home');
    expect(screen.getByText(/OTEL_EXPORTER_OTLP_ENDPOINT=http:\/\/YOUR-TOKENLEDGER:4318/)).toBeVisible();
  });

  it('comes first, and waits, while there is no event', () => {
    renderApp('/home', { api: { status: () => of(aStatus({ last_event: null })) } });
    expect(screen.getByText('Waiting for the first event…')).toBeVisible();
    const headings = screen.getAllByRole('heading', { level: 2 }).map((heading) => heading.textContent);
    expect(headings).toEqual(['Send data', 'Jobs', 'Pending']);
  });
});

describe('when something does not work', () => {
  it('says so where it happened, and shows the rest', () => {
    const away = throwError(() => new ApiError(502, 'away', 'Check that it runs.'));
    renderApp('/home', { api: { status: () => away } });
    expect(screen.getByText('Could not load the status')).toBeVisible();
    expect(screen.getByText('Check that it runs.')).toBeVisible();
    expect(table('Jobs').getByText('Settle')).toBeVisible();
    expect(table('Pending calls').getByText('Unknown provider')).toBeVisible();
  });

  it('tries again when asked to', async () => {
    let isAway = true;
    const pending = defer(() =>
      isAway ? throwError(() => new ApiError(503, 'away', 'Wait.')) : of({ calls: 0, groups: [] }),
    );
    const { user } = renderApp('/home', { api: { pending: () => pending } });
    expect(screen.getByText('Wait.')).toBeVisible();
    isAway = false;
    await user.click(screen.getByRole('button', { name: 'Try again' }));
    expect(screen.queryByText('Wait.')).not.toBeInTheDocument();
    expect(screen.getByText('Nothing is pending: every billable call has a price.')).toBeVisible();
  });
});

describe('by itself', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  const answers = () => {
    const given: Array<Subject<Status>> = [];
    const status = defer(() => {
      const answer = new Subject<Status>();
      given.push(answer);
      return answer;
    });
    return { given, status };
  };
  const pass = (ms: number) => act(() => jest.advanceTimersByTime(ms));

  it('asks again every 30 seconds and keeps what is there until the answer comes', () => {
    const { given, status } = answers();
    renderApp('/home', { api: { status: () => status } });
    expect(screen.getByRole('status', { name: 'Loading the status' })).toBeVisible();
    act(() => given[0].next(aStatus({ version: '0.1.0' })));
    pass(30_000);
    expect(given).toHaveLength(2);
    expect(tile('Connection').getByText(/Tokenledger 0.1.0/)).toBeVisible();
    expect(screen.queryByRole('status', { name: 'Loading the status' })).not.toBeInTheDocument();
    act(() => given[1].next(aStatus({ version: '0.2.0' })));
    expect(tile('Connection').getByText(/Tokenledger 0.2.0/)).toBeVisible();
  });

  it('looks for the first event every 5 seconds', () => {
    const { given, status } = answers();
    renderApp('/home', { api: { status: () => status } });
    act(() => given[0].next(aStatus({ last_event: null })));
    pass(5000);
    expect(given).toHaveLength(2);
    act(() => given[1].next(aStatus()));
    expect(screen.queryByText('Waiting for the first event…')).not.toBeInTheDocument();
    expect(tile('Last event').getByText('2 min ago')).toBeVisible();
  });
});

describe('several data sources', () => {
  it('asks the default one, and offers the others', async () => {
    const { user, opened, address } = renderApp('/home', { sources: [aSource('a'), aSource('b', true)] });
    expect(opened).toEqual(['/proxy/b']);
    const picker = screen.getByRole('combobox', { name: 'Data source' });
    await user.click(picker);
    await user.click(await screen.findByRole('option', { name: 'Ledger a' }));
    expect(address()).toBe('/a/tokenledger-app/home?ds=a');
    expect(opened).toEqual(['/proxy/b', '/proxy/a']);
  });

  it('asks the one of the link', () => {
    const { opened } = renderApp('/home?ds=a', { sources: [aSource('a'), aSource('b', true)] });
    expect(opened).toEqual(['/proxy/a']);
  });

  it('asks nobody in place of one that is gone', () => {
    const { opened } = renderApp('/home?ds=gone', { sources: [aSource('a')] });
    expect(screen.getByText('This link names a data source that is not here')).toBeVisible();
    expect(opened).toEqual([]);
  });
});

describe('no data source', () => {
  it('leads who may add one there', () => {
    renderApp('/home', { sources: [], permissions: ['datasources:create'] });
    expect(screen.getByRole('link', { name: 'Add data source' })).toHaveAttribute(
      'href',
      '/connections/datasources/new',
    );
  });

  it('tells others whom to ask', () => {
    renderApp('/home', { sources: [] });
    expect(screen.getByText(/Ask an administrator of Grafana/)).toBeVisible();
    expect(screen.queryByRole('link')).not.toBeInTheDocument();
  });
});

it('leads any other address home', () => {
  const { address } = renderApp('/');
  expect(address()).toBe('/a/tokenledger-app/home?ds=main');
});
