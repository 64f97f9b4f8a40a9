import { RowBuilder, type DashboardBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { lines, stackedBars } from './parts/charts.js';
import { changesAnnotation, createDashboard, filtersVariable } from './parts/dashboard.js';
import { DURATIONS, FIRST_TOKENS, shortNames } from './parts/latencies.js';
import { UID } from './parts/links.js';
import { movers } from './parts/movers.js';
import { usage, usageSeries } from './parts/query.js';
import { gauge, hidden, table, width } from './parts/tables.js';
import { changeTile, coverageTile, tile } from './parts/tiles.js';

/** How much is used, by whom, how fast the models answer, and what fails. */
export const usageAndQuality = (): DashboardBuilder =>
  createDashboard({
    uid: UID.usage,
    description: 'How much is used, who uses more and who stopped, how fast models answer, and what fails.',
    from: 'now-7d/d',
  })
    .withVariable(filtersVariable())
    .annotation(changesAnnotation())
    .withPanel(
      changeTile({
        title: 'Calls',
        description: 'Calls to a model, against the time before.',
        measure: 'calls',
        isGood: true,
      }).span(4),
    )
    .withPanel(
      changeTile({
        title: 'Tokens',
        description: 'Input and output together, against the time before.',
        measure: 'total_tokens',
        isGood: true,
      }).span(4),
    )
    .withPanel(
      changeTile({
        title: 'Error rate',
        description: 'Calls that ended in an error, billed or not, of all calls.',
        measure: 'error_rate',
      }).span(4),
    )
    .withPanel(
      tile({
        title: 'Error cost',
        description: 'What was paid for calls that ended in an error.',
        measure: 'error_cost_usd',
      }).span(4),
    )
    .withPanel(
      changeTile({
        title: 'Duration, p95',
        description: '95 % of the calls took at most this (within 9 %).',
        measure: 'duration_ms_p95',
      }).span(4),
    )
    .withPanel(coverageTile().span(4))
    .withPanel(
      stackedBars('Calls by organisation', 'The ten with most calls; all others are one bar.')
        .withTarget(usageSeries({ measures: ['calls'], groupBy: ['org_id'], top: 10 }))
        .span(12),
    )
    .withPanel(
      stackedBars('Tokens by model', 'Input and output; the eight with most tokens.')
        .withTarget(usageSeries({ measures: ['total_tokens'], groupBy: ['model'], top: 8 }))
        .span(12),
    )
    .withRow(new RowBuilder('Adoption'))
    .withPanel(
      movers({
        title: 'Who rises',
        description: 'Organisations with more calls than in the time before; new ones had none.',
        measure: 'calls',
        groupBy: 'org_id',
        rankBy: 'rise',
        isGood: true,
      }).span(12),
    )
    .withPanel(
      movers({
        title: 'Who falls, and who stopped',
        description: 'Organisations with fewer calls than in the time before; who stopped has none any more.',
        measure: 'calls',
        groupBy: 'org_id',
        rankBy: 'fall',
        isGood: true,
      }).span(12),
    )
    .withRow(new RowBuilder('How fast models answer'))
    .withPanel(
      lines('Duration', 'Half, 95 % and 99 % of the calls took at most this (within 9 %).')
        .withTarget(usageSeries({ measures: [...DURATIONS] }))
        .span(12),
    )
    .withPanel(
      lines(
        'Time to first token',
        'Of streamed calls: half, 95 % and 99 % answered within this (within 9 %).',
      )
        .withTarget(
          usageSeries({
            measures: [
              'time_to_first_token_ms_p50',
              'time_to_first_token_ms_p95',
              'time_to_first_token_ms_p99',
            ],
          }),
        )
        .span(12),
    )
    .withPanel(
      shortNames(
        table(
          'By model',
          'p50, p95 and p99 of the duration, and of the time to the first token (TTFT), within 9 %. – where nothing is known, such as the first token of calls that are not streamed.',
          usage({
            measures: ['calls', ...DURATIONS, ...FIRST_TOKENS, 'error_rate', 'error_cost_usd'],
            groupBy: ['provider', 'model'],
            top: 50,
          }),
        ),
      )
        .overrideByName('calls', [...gauge])
        .span(24)
        .height(10),
    )
    .withRow(new RowBuilder('Assistants'))
    .withPanel(
      shortNames(
        table(
          'By assistant',
          'Mean duration over the time range; percentiles are kept by model, those of today stand beside it.',
          usage({
            measures: ['calls', 'total_tokens', 'duration_ms_avg', 'error_rate', 'error_cost_usd'],
            groupBy: ['assistant_id'],
            top: 50,
          }),
        ),
      )
        .overrideByName('calls', [...gauge])
        .overrideByName('assistant_id', [width(130)])
        .overrideByName('pending_calls', [hidden])
        .span(12)
        .height(10),
    )
    .withPanel(
      shortNames(
        table(
          'Percentiles by assistant, today',
          'Durations and times to the first token (TTFT) since midnight UTC: read from single calls, as the distribution is kept by model.',
          usage({
            period: 'today',
            measures: ['calls', ...DURATIONS, ...FIRST_TOKENS],
            groupBy: ['assistant_id'],
            top: 50,
          }),
        ),
      )
        .overrideByName('assistant_id', [width(130)])
        .span(12)
        .height(10),
    )
    .withRow(new RowBuilder('Errors'))
    .withPanel(
      lines('Error rate by model', 'Calls that ended in an error, of all calls.')
        .withTarget(usageSeries({ measures: ['error_rate'], groupBy: ['model'], top: 8 }))
        .span(12),
    )
    .withPanel(
      stackedBars(
        'Errors by model',
        'Calls that ended in an error, billed or not; the eight models with most.',
      )
        .withTarget(usageSeries({ measures: ['error_calls'], groupBy: ['model'], top: 8 }))
        .span(12),
    );
