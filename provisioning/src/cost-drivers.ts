import {
  CustomVariableBuilder,
  RowBuilder,
  type DashboardBuilder,
} from '@grafana/grafana-foundation-sdk/dashboard';
import type { Dimension } from '../../plugin/src/api/wire.js';
import { DIMENSION_LABELS } from '../../plugin/src/datasource/labels.js';
import { lines, stackedBars } from './parts/charts.js';
import { changesAnnotation, createDashboard, filtersVariable } from './parts/dashboard.js';
import { UID } from './parts/links.js';
import { movers } from './parts/movers.js';
import { usage, usageSeries } from './parts/query.js';
import { gauge, named, sortedBy, table } from './parts/tables.js';
import { cacheSavedTile, costOfRange, coverageTile, pendingTile, tile } from './parts/tiles.js';

const BY: readonly Dimension[] = ['org_id', 'assistant_id', 'query_type', 'provider', 'model', 'environment'];

const breakdownVariable = (): CustomVariableBuilder =>
  new CustomVariableBuilder('by')
    .label('Break down by')
    .values(BY.map((dimension) => `${DIMENSION_LABELS[dimension].label} : ${dimension}`).join(', '))
    .current({ text: DIMENSION_LABELS.assistant_id.label, value: 'assistant_id' });

/** Who and what drives the cost, at which price, and what the caches save. */
export const costDrivers = (): DashboardBuilder =>
  createDashboard({
    uid: UID.drivers,
    description:
      'Who and what drives the cost, at which price per token, and what caches save. Choose what to break it down by, and filter by anything.',
    from: 'now-30d/d',
  })
    .withVariable(breakdownVariable())
    .withVariable(filtersVariable())
    .annotation(changesAnnotation())
    .withPanel(costOfRange().span(4))
    .withPanel(
      tile({
        title: 'Per million',
        description: 'What a million tokens cost, input and output together, whatever their price.',
        measure: 'cost_per_million_tokens',
      }).span(4),
    )
    .withPanel(
      tile({
        title: 'From cache',
        description: 'Share of the input tokens that came from a cache of the provider.',
        measure: 'cache_read_ratio',
      }).span(4),
    )
    .withPanel(cacheSavedTile().span(4))
    .withPanel(coverageTile().span(4))
    .withPanel(pendingTile().span(4))
    .withPanel(
      stackedBars('Cost by ${by:text}', 'The ten with the highest cost; all others are one bar.')
        .withTarget(usageSeries({ groupBy: ['$by'], top: 10 }))
        .span(15)
        .height(11),
    )
    .withPanel(
      movers({
        title: 'Top movers by ${by:text}',
        description:
          'Those whose cost changed most against the time before, new ones and those that stopped among them.',
        measure: 'cost_usd',
        groupBy: '$by',
        rankBy: 'change',
      })
        .span(9)
        .height(11),
    )
    .withPanel(
      table(
        'By ${by:text}',
        'Per million: what was paid for a million tokens of all kinds. From cache: the share of the input. Coverage tells how much of the calls has a cost.',
        usage({
          measures: [
            'cost_usd',
            'calls',
            'cost_per_call',
            'total_tokens',
            'cost_per_million_tokens',
            'cache_read_ratio',
            'cache_saved_usd',
            'error_cost_usd',
          ],
          groupBy: ['$by'],
          top: 50,
        }),
      )
        .overrideByName('cost_usd', [...gauge])
        .overrideByName('cache_read_ratio', [named('From cache')])
        .overrideByName('cache_saved_usd', [named('Cache saved')])
        .overrideByName('error_cost_usd', [named('Error cost')])
        .overrideByName('cost_per_million_tokens', [named('Per million')])
        .span(24)
        .height(11),
    )
    .withRow(new RowBuilder('Caches and prices'))
    .withPanel(
      stackedBars(
        'Saved by caches, by model',
        'What would have been paid more without them; below zero where writing cost more than reading saved.',
      )
        .withTarget(usageSeries({ measures: ['cache_saved_usd'], groupBy: ['model'], top: 8 }))
        .span(8),
    )
    .withPanel(
      lines(
        'Input read from caches, by model',
        'Share of the input tokens. A fall means that a prompt changed at its beginning.',
      )
        .withTarget(usageSeries({ measures: ['cache_read_ratio'], groupBy: ['model'], top: 8 }))
        .span(8),
    )
    .withPanel(
      lines(
        'Cost per million tokens, by model',
        'What was paid: it moves with prices, with caches, and with the share of output.',
      )
        .withTarget(usageSeries({ measures: ['cost_per_million_tokens'], groupBy: ['model'], top: 8 }))
        .span(8),
    )
    // Below the first screen: 28,000 groups of ten million calls take 1.1 s, and Grafana asks for what is in sight.
    .withRow(new RowBuilder('Everything at once'))
    .withPanel(
      table(
        'Combinations',
        'Organisation × assistant × query type × model × environment, those with the highest cost first.',
        usage({
          measures: ['cost_usd', 'calls', 'cost_per_call', 'cost_per_million_tokens'],
          groupBy: ['org_id', 'assistant_id', 'query_type', 'model', 'environment'],
          top: 50,
        }),
      )
        .overrideByName('cost_per_million_tokens', [named('Per million')])
        .span(24)
        .height(12),
    )
    // Distinct conversations are counted over single calls: 25 s for ten million, so only for who opens it.
    .withRow(
      new RowBuilder('Conversations and users (read from single calls: open it to ask)')
        .collapsed(true)
        .withPanel(
          table(
            'Cost per conversation and user',
            'By organisation; – where no call tells its conversation or its user.',
            usage({
              measures: ['cost_per_conversation', 'cost_per_user', 'cost_usd'],
              groupBy: ['org_id'],
              top: 50,
            }),
          )
            .sortBy(sortedBy('Cost'))
            .span(12)
            .height(10),
        )
        .withPanel(
          lines('Cost per conversation per day', 'Over all organisations in the filters.')
            .withTarget(usageSeries({ measures: ['cost_per_conversation'], interval: '1d' }))
            .span(12)
            .height(10),
        ),
    );
