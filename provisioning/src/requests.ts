import {
  CustomVariableBuilder,
  PanelBuilder,
  TextBoxVariableBuilder,
  type DashboardBuilder,
} from '@grafana/grafana-foundation-sdk/dashboard';
import type { Filter } from '../../plugin/src/api/wire.js';
import type { CallFilter } from '../../plugin/src/datasource/query.js';
import { createDashboard, filtersVariable } from './parts/dashboard.js';
import { conversationLink, requestLink, UID } from './parts/links.js';
import { organisationVariable } from './parts/organisation-variable.js';
import { calls, trace } from './parts/query.js';
import { TOKENLEDGER } from './parts/sources.js';
import { gauge, hidden, links, table, width } from './parts/tables.js';
import { coverageTile, pendingTile, tile } from './parts/tiles.js';

const statusVariable = (): CustomVariableBuilder =>
  new CustomVariableBuilder('status')
    .label('Status')
    .values('Priced : priced, Pending : pending, Unbilled : unbilled')
    .multi(true)
    .includeAll(true)
    .current({ text: ['All'], value: ['$__all'] });

const textVariable = (name: string, label: string): TextBoxVariableBuilder =>
  new TextBoxVariableBuilder(name).label(label).defaultValue('').current({ text: '', value: '' });

const chosen: CallFilter[] = [
  { field: 'org_id', operator: 'in', values: ['$org'] },
  { field: 'cost_status', operator: 'in', values: ['$status'] },
  { field: 'conversation_id', operator: '=', values: ['$conversation'] },
  { field: 'user_id', operator: '=', values: ['$user'] },
];
const ofOrganisations: Filter[] = [{ dimension: 'org_id', operator: 'in', values: ['$org'] }];

/** The columns that tell one call from another; the rest is in the request itself. */
const DETAILS = ['cost_usd_exact', 'cost_quality', 'reasoning_tokens', 'provider', 'kind', 'span_id'];

/** Which calls were it, what happened in that request, and what did each step cost? */
export const requests = (): DashboardBuilder => {
  const found = table(
    'Calls',
    'The 100 with the highest cost that match. A click on the time or the trace shows the request below or on its page.',
    calls({ filters: chosen, orderBy: 'cost_usd', direction: 'desc', limit: 100 }),
  )
    .overrideByName('started_at', [links(requestLink)])
    .overrideByName('conversation_id', [links(conversationLink)])
    .span(24)
    .height(12);
  for (const name of DETAILS) found.overrideByName(name, [hidden]);

  const steps = table(
    'What each step of the request cost',
    'Every step of the request chosen above, indented below the step it belongs to. Only calls cost something.',
    trace({ chain: 'request', format: 'table', id: '$trace' }),
  )
    .overrideByName('step', [width(320)])
    .overrideByName('cost_usd', [...gauge])
    .noValue('Choose a request above: a click on its time.')
    .span(24)
    .height(9);

  return createDashboard({
    uid: UID.requests,
    description:
      'Single calls, the request each belongs to with all its steps, and what each step cost. Single calls are kept for some weeks only.',
    from: 'now-24h',
  })
    .withVariable(
      organisationVariable()
        .multi(true)
        .includeAll(true)
        .current({ text: ['All'], value: ['$__all'] }),
    )
    .withVariable(statusVariable())
    .withVariable(textVariable('conversation', 'Conversation'))
    .withVariable(textVariable('user', 'User'))
    .withVariable(textVariable('trace', 'Trace'))
    .withVariable(filtersVariable())
    .withPanel(
      tile({
        title: 'Calls',
        description: 'Of the chosen organisations in the time range.',
        measure: 'calls',
        filters: ofOrganisations,
      }).span(6),
    )
    .withPanel(
      tile({
        title: 'Cost',
        description: 'Of the chosen organisations in the time range.',
        measure: 'cost_usd',
        filters: ofOrganisations,
      }).span(6),
    )
    .withPanel(coverageTile(ofOrganisations).span(6))
    .withPanel(pendingTile(ofOrganisations).span(6))
    .withPanel(found)
    .withPanel(
      new PanelBuilder()
        .type('traces')
        .title('Waterfall of the request')
        .description(
          'Every step, how long it took, and its tokens and cost among its attributes. Choose a request above.',
        )
        .datasource(TOKENLEDGER)
        .withTarget(trace({ chain: 'request', id: '$trace' }))
        .span(24)
        .height(14),
    )
    .withPanel(steps);
};
