import { RowBuilder, type DashboardBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import {
  ADJUSTED_DAYS,
  ADJUSTMENTS,
  DAYS,
  DIFFERENCES,
  FAILED_RUNS,
  INGEST,
  JOBS,
  LATE,
  PENDING_BY_REASON,
  PRICE_CHANGES,
  QUARANTINE,
  RECOVERED,
} from './ledger-health-queries.js';
import { lines, sqlBars, stackedBars } from './parts/charts.js';
import { changesAnnotation, createDashboard, filtersVariable } from './parts/dashboard.js';
import { homeLink, UID } from './parts/links.js';
import { sql, usageSeries } from './parts/query.js';
import { sqlVariable } from './parts/sources.js';
import { links, named, sqlTable, unit, width } from './parts/tables.js';
import { coverageTile, sqlTile } from './parts/tiles.js';

/** Can the numbers be trusted: what is not known, what came late, does it add up, do the jobs run? */
export const ledgerHealth = (): DashboardBuilder =>
  createDashboard({
    uid: UID.health,
    description:
      'Whether the numbers can be trusted: what has no cost yet and why, what came late or was corrected, whether each day adds up, and whether the jobs run.',
    from: 'now-7d/d',
  })
    .withVariable(sqlVariable())
    .withVariable(filtersVariable())
    .annotation(changesAnnotation())
    .withPanel(coverageTile().span(4))
    .withPanel(
      sqlTile({
        title: 'Pending calls',
        description: 'Billable calls without a cost, whenever they were made.',
        query: 'select coalesce(pending_calls, 0) as pending_calls from reporting.ledger',
        steps: [
          [null, 'green'],
          [1, 'orange'],
        ],
      }).span(4),
    )
    .withPanel(
      sqlTile({
        title: 'Oldest pending call',
        description: 'How long the oldest of them has waited; – where none waits.',
        query: 'select extract(epoch from now() - oldest_pending_at)::float8 as age from reporting.ledger',
        unit: 's',
        steps: [
          [null, 'green'],
          [86_400, 'orange'],
          [604_800, 'red'],
        ],
      }).span(4),
    )
    .withPanel(
      sqlTile({
        title: 'Wrong days',
        description: 'Days whose last proof found a difference. None is repaired silently.',
        query: 'select days_with_differences from reporting.ledger',
        steps: [
          [null, 'green'],
          [1, 'red'],
        ],
      }).span(4),
    )
    .withPanel(
      sqlTile({
        title: 'Last proof',
        description: 'Time since a day was last proved to add up.',
        query: 'select extract(epoch from now() - last_check_at)::float8 as age from reporting.ledger',
        unit: 's',
        // Without traffic there is nothing to prove.
        steps: [[null, 'text']],
      }).span(4),
    )
    .withPanel(
      sqlTile({
        title: 'Jobs standing still',
        description: 'Jobs whose last success is longer ago than three hours, or whose last run failed.',
        query: `select count(*) from reporting.jobs
where job <> 'upkeep' and (last_outcome = 'failed' or coalesce(seconds_since_success, 1e9) > 10800)`,
        steps: [
          [null, 'green'],
          [1, 'red'],
        ],
      }).span(4),
    )
    .withRow(new RowBuilder('What is pending, and why'))
    .withPanel(
      sqlTable(
        'Pending calls by reason',
        'Of any age, those with most calls first. The command that resolves each stands on the home page of the Tokenledger app.',
        sql(PENDING_BY_REASON),
      )
        .overrideByName('cost_reason', [named('Reason'), links(homeLink), width(200)])
        .overrideByName('provider', [named('Provider')])
        .overrideByName('model', [named('Model')])
        .overrideByName('pending_calls', [named('Calls'), width(90)])
        .overrideByName('tokens', [named('Tokens told'), unit('short'), width(110)])
        .overrideByName('organisations', [named('Organisations'), width(120)])
        .overrideByName('oldest_at', [named('Oldest'), unit('dateTimeFromNow')])
        .overrideByName('newest_at', [named('Newest'), unit('dateTimeFromNow')])
        .span(24)
        .height(9),
    )
    .withPanel(
      lines(
        'Coverage',
        'Share of the billable calls that have a cost, by when the calls were made. It rises when prices arrive.',
      )
        .withTarget(usageSeries({ measures: ['coverage'] }))
        .max(1)
        .span(8),
    )
    .withPanel(
      stackedBars('Pending calls by model', 'By when the calls were made; the eight models with most.')
        .withTarget(usageSeries({ measures: ['pending_calls'], groupBy: ['model'], top: 8 }))
        .span(8),
    )
    .withPanel(
      sqlBars(
        'Calls that got their cost later',
        'Per day on which they got it, by model, while single calls are kept.',
        RECOVERED,
      ).span(8),
    )
    .withRow(new RowBuilder('Late and corrected'))
    .withPanel(
      sqlBars(
        'Changes of closed days',
        'Calls and prices posted per day after their own day was closed, by reason.',
        ADJUSTMENTS,
      ).span(9),
    )
    .withPanel(
      sqlTable(
        'What was changed',
        'By the day that was changed and the reason; the cost is the difference, not the new sum.',
        sql(ADJUSTED_DAYS),
      )
        .overrideByName('day', [named('Day'), unit('time:YYYY-MM-DD'), width(110)])
        .overrideByName('reason', [named('Reason')])
        .overrideByName('calls', [named('Calls'), width(80)])
        .overrideByName('priced_calls', [named('Priced'), width(80)])
        .overrideByName('pending_calls', [named('Pending'), width(90)])
        .overrideByName('cost_usd', [named('Cost'), unit('currencyUSD'), width(100)])
        .overrideByName('cost_usd_text', [named('Cost, exact (USD)')])
        .overrideByName('posted_at', [named('Posted'), unit('dateTimeFromNow')])
        .span(15)
        .height(9),
    )
    .withRow(new RowBuilder('Does every day add up'))
    .withPanel(
      sqlTable(
        'The life of each day',
        'Open days are read from aggregates; closed ones for ever from the ledger; retired ones have no single calls any more.',
        sql(DAYS),
      )
        .overrideByName('day', [named('Day'), unit('time:YYYY-MM-DD'), width(110)])
        .overrideByName('state', [named('State'), width(110)])
        .overrideByName('closed_at', [named('Closed')])
        .overrideByName('compressed_at', [named('Compressed')])
        .overrideByName('retired_at', [named('Retired')])
        .overrideByName('checked_at', [named('Last proof'), unit('dateTimeFromNow')])
        .overrideByName('differences', [named('Differences'), width(110)])
        .span(14),
    )
    .withPanel(
      sqlTable('Differences', 'Two numbers that must be equal and are not. Empty is good.', sql(DIFFERENCES))
        .noValue('None: every day adds up to the last digit.')
        .span(10),
    )
    .withRow(new RowBuilder('Jobs'))
    .withPanel(
      sqlTable(
        'Jobs',
        'Settle, re-price, refresh and check run every minute; close, compress and retire every hour.',
        sql(JOBS),
      )
        .overrideByName('job', [named('Job'), width(110)])
        .overrideByName('last_outcome', [
          named('Last run'),
          width(100),
          { id: 'custom.cellOptions', value: { type: 'color-text' } },
          {
            id: 'mappings',
            value: [
              {
                type: 'value',
                options: { failed: { color: 'red' }, done: { color: 'green' }, running: { color: 'blue' } },
              },
            ],
          },
        ])
        .overrideByName('last_started_at', [named('Started'), unit('dateTimeFromNow')])
        .overrideByName('last_duration_ms', [named('Took'), unit('ms'), width(90)])
        .overrideByName('seconds_since_success', [named('Since success'), unit('s'), width(120)])
        .overrideByName('last_error', [named('Error')])
        .span(14),
    )
    .withPanel(
      sqlTable(
        'Failed runs',
        'In the time range. A failed job is run again by the next run; empty is good.',
        sql(FAILED_RUNS),
      )
        .overrideByName('time', [named('Time')])
        .overrideByName('job', [named('Job')])
        .overrideByName('duration_ms', [named('Took'), unit('ms')])
        .overrideByName('error', [named('Error')])
        .span(10),
    )
    .withRow(new RowBuilder('What comes in'))
    .withPanel(
      sqlBars('Events stored', 'By when they came: calls, repeats of calls, and steps.', INGEST)
        .interval('15m')
        // Single events are counted: of a day at most.
        .timeFrom('24h')
        .span(9),
    )
    .withPanel(
      sqlBars('Events that came late', 'An hour or a day after what they tell had ended.', LATE)
        .interval('15m')
        .timeFrom('24h')
        .span(7),
    )
    .withPanel(
      sqlTable(
        'Quarantine',
        'What could not be understood and was set aside. To see and replay it: npm run -s tokenledger -- quarantine list.',
        sql(QUARANTINE),
      )
        .overrideByName('reason', [named('Reason')])
        .overrideByName('source', [named('Source'), width(80)])
        .overrideByName('items', [named('Items'), width(80)])
        .overrideByName('times_seen', [named('Times seen'), width(100)])
        .overrideByName('last_seen_at', [named('Last seen'), unit('dateTimeFromNow')])
        .noValue('Nothing was set aside.')
        .span(8)
        .height(9),
    )
    .withRow(new RowBuilder('The price book'))
    .withPanel(
      sqlTable(
        'Prices that people changed',
        'Recorded in the time range, contracts and overrides; the catalogue has thousands of entries of its own.',
        sql(PRICE_CHANGES),
      )
        .overrideByName('time', [named('Recorded')])
        .overrideByName('source', [named('Source'), width(90)])
        .overrideByName('provider', [named('Provider'), width(110)])
        .overrideByName('model', [named('Model')])
        .overrideByName('org_id', [named('Organisation'), width(120)])
        .overrideByName('service_tier', [named('Tier'), width(80)])
        .overrideByName('prices', [named('Prices (USD)'), width(320)])
        .overrideByName('effective_from', [named('Holds from')])
        .overrideByName('author', [named('Author')])
        .overrideByName('note', [named('Note')])
        .span(24),
    );
