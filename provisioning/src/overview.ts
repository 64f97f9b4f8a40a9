import { PanelBuilder, type DashboardBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { stackedBars } from './parts/charts.js';
import { ranking } from './parts/ranking.js';
import { changesAnnotation, createDashboard, filtersVariable } from './parts/dashboard.js';
import { organisationSeriesLink, UID } from './parts/links.js';
import { movers } from './parts/movers.js';
import { usageSeries } from './parts/query.js';
import { links } from './parts/tables.js';
import {
  changeTile,
  costOfRange,
  costThisMonth,
  costToday,
  coverageTile,
  pendingTile,
} from './parts/tiles.js';

/** What do we spend, is it more than before, and how much of it do we know? */
export const overview = (): DashboardBuilder =>
  createDashboard({
    uid: UID.overview,
    description:
      'What AI calls cost, whether that is more than before, and how much of it is known. Days are UTC days.',
    from: 'now-30d/d',
  })
    .withVariable(filtersVariable())
    .annotation(changesAnnotation())
    .withPanel(costToday().span(4))
    .withPanel(costThisMonth().span(4))
    .withPanel(costOfRange().span(4))
    .withPanel(
      changeTile({
        title: 'Calls',
        description: 'Calls to a model in the time range, against the one before it.',
        measure: 'calls',
        isGood: true,
      }).span(4),
    )
    .withPanel(coverageTile().span(4))
    .withPanel(pendingTile().span(4))
    .withPanel(
      stackedBars('Cost per day by organisation', 'The ten with the highest cost; all others are one bar.')
        .withTarget(usageSeries({ groupBy: ['org_id'], top: 10, interval: '1d' }))
        .overrideByName('cost_usd', [links(organisationSeriesLink)])
        .span(16)
        .height(11),
    )
    .withPanel(
      movers({
        title: 'Top movers',
        description:
          'Organisations whose cost changed most against the time before, new ones and those that stopped among them.',
        measure: 'cost_usd',
        groupBy: 'org_id',
        rankBy: 'change',
      })
        .span(8)
        .height(11),
    )
    .withPanel(
      ranking({
        title: 'Cost by model',
        description: 'Of the time range.',
        measure: 'cost_usd',
        groupBy: 'model',
      }).span(8),
    )
    .withPanel(
      ranking({
        title: 'Cost by assistant',
        description: 'Of the time range. (none): calls that tell no assistant.',
        measure: 'cost_usd',
        groupBy: 'assistant_id',
      }).span(8),
    )
    .withPanel(
      ranking({
        title: 'Cost by query type',
        description: 'Of the time range. (none): calls that tell no query type.',
        measure: 'cost_usd',
        groupBy: 'query_type',
      }).span(8),
    )
    .withPanel(alerts().span(24).height(5));

/** Alerts of rules in this dashboard's folder; without rules it says that there are none. */
const alerts = (): PanelBuilder =>
  new PanelBuilder()
    .type('alertlist')
    .title('Alerts')
    .description('Alerts that fire or wait to fire, from rules in the folder of these dashboards.')
    .options({
      viewMode: 'list',
      groupMode: 'default',
      groupBy: [],
      maxItems: 20,
      sortOrder: 1,
      dashboardAlerts: false,
      alertName: '',
      alertInstanceLabelFilter: '',
      datasource: '-- Grafana --',
      folder: { title: 'Tokenledger', uid: 'tokenledger' },
      stateFilter: {
        firing: true,
        pending: true,
        noData: true,
        normal: false,
        error: true,
        recovering: true,
      },
    });
