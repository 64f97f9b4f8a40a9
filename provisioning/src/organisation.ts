import { RowBuilder, type DashboardBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import type { Filter } from '../../plugin/src/api/wire.js';
import { lines, stackedBars } from './parts/charts.js';
import { ranking } from './parts/ranking.js';
import { changesAnnotation, createDashboard, filtersVariable } from './parts/dashboard.js';
import { DURATIONS } from './parts/latencies.js';
import { UID } from './parts/links.js';
import { movers } from './parts/movers.js';
import { organisationVariable } from './parts/organisation-variable.js';
import { calls, usage, usageSeries } from './parts/query.js';
import { gauge, hidden, named, table } from './parts/tables.js';
import {
  cacheSavedTile,
  costOfRange,
  costThisMonth,
  costToday,
  coverageTile,
  pendingTile,
} from './parts/tiles.js';

const ofOrg: Filter[] = [{ dimension: 'org_id', operator: '=', values: ['$org'] }];

/** Everything about one customer. */
export const organisation = (): DashboardBuilder =>
  createDashboard({
    uid: UID.organisation,
    description:
      'Everything about one organisation: what it costs, what drives that, how well it is served, and its dearest calls.',
    from: 'now-30d/d',
  })
    .withVariable(organisationVariable().multi(false).includeAll(false))
    .withVariable(filtersVariable())
    .annotation(changesAnnotation())
    .withPanel(costToday(ofOrg).span(4))
    .withPanel(costThisMonth(ofOrg).span(4))
    .withPanel(costOfRange(ofOrg).span(4))
    .withPanel(cacheSavedTile(ofOrg).span(4))
    .withPanel(coverageTile(ofOrg).span(4))
    .withPanel(pendingTile(ofOrg).span(4))
    .withPanel(
      stackedBars('Cost per day by assistant', 'The eight with the highest cost; all others are one bar.')
        .withTarget(usageSeries({ groupBy: ['assistant_id'], top: 8, interval: '1d', filters: ofOrg }))
        .span(16)
        .height(10),
    )
    .withPanel(
      movers({
        title: 'Top movers by assistant',
        description: 'Those whose cost changed most against the time before.',
        measure: 'cost_usd',
        groupBy: 'assistant_id',
        filters: ofOrg,
        rankBy: 'change',
      })
        .span(8)
        .height(10),
    )
    .withPanel(
      ranking({
        title: 'Cost by model',
        description: 'Of the time range.',
        measure: 'cost_usd',
        groupBy: 'model',
        filters: ofOrg,
      }).span(8),
    )
    .withPanel(
      ranking({
        title: 'Cost by query type',
        description: 'Of the time range. (none): calls that tell no query type.',
        measure: 'cost_usd',
        groupBy: 'query_type',
        filters: ofOrg,
      }).span(8),
    )
    .withPanel(
      ranking({
        title: 'Cost by environment',
        description: 'Of the time range. (none): calls that tell no environment.',
        measure: 'cost_usd',
        groupBy: 'environment',
        filters: ofOrg,
      }).span(8),
    )
    .withRow(new RowBuilder('How well it is served'))
    .withPanel(
      stackedBars('Calls by assistant', 'Priced, pending and unbilled ones.')
        .withTarget(usageSeries({ measures: ['calls'], groupBy: ['assistant_id'], top: 8, filters: ofOrg }))
        .span(8),
    )
    .withPanel(
      lines('Duration', 'Half, 95 % and 99 % of the calls took at most this (within 9 %).')
        .withTarget(
          usageSeries({
            measures: [...DURATIONS],
            filters: ofOrg,
          }),
        )
        .span(8),
    )
    .withPanel(
      lines('Error rate by model', 'Calls that ended in an error, of all calls.')
        .withTarget(usageSeries({ measures: ['error_rate'], groupBy: ['model'], top: 8, filters: ofOrg }))
        .span(8),
    )
    .withRow(new RowBuilder('What drives its cost'))
    .withPanel(
      table(
        'Assistants, query types and models',
        'The combinations with the highest cost.',
        usage({
          measures: [
            'cost_usd',
            'calls',
            'cost_per_call',
            'total_tokens',
            'cost_per_million_tokens',
            'cache_read_ratio',
          ],
          groupBy: ['assistant_id', 'query_type', 'model'],
          filters: ofOrg,
          top: 50,
        }),
      )
        .overrideByName('cost_usd', [...gauge])
        .overrideByName('cost_per_million_tokens', [named('Per million')])
        .overrideByName('cache_read_ratio', [named('From cache')])
        .span(24)
        .height(10),
    )
    // A million calls of one organisation take 5 to 15 s, so only for who opens it.
    .withRow(
      new RowBuilder('Dearest calls and conversations (read from single calls: open it to ask)')
        .collapsed(true)
        .withPanel(
          table(
            'Dearest calls',
            'Single calls, while they are kept; the time leads to the request with all its steps.',
            calls({
              filters: [{ field: 'org_id', operator: '=', values: ['$org'] }],
              orderBy: 'cost_usd',
              direction: 'desc',
              limit: 20,
            }),
          )
            .overrideByName('org_id', [hidden])
            .overrideByName('cost_reason', [hidden])
            .overrideByName('cost_status', [hidden])
            .span(24)
            .height(10),
        )
        .withPanel(
          lines(
            'Cost per conversation and user, per day',
            '– where no call tells its conversation or its user.',
          )
            .withTarget(
              usageSeries({
                measures: ['cost_per_conversation', 'cost_per_user'],
                interval: '1d',
                filters: ofOrg,
              }),
            )
            .span(24)
            .height(9),
        ),
    );
