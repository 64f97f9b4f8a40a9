import { QueryVariableBuilder, VariableRefresh } from '@grafana/grafana-foundation-sdk/dashboard';
import { TOKENLEDGER } from './sources.js';

/** The organisations that have calls in the time range. */
export const organisationVariable = (): QueryVariableBuilder =>
  new QueryVariableBuilder('org')
    .label('Organisation')
    .datasource(TOKENLEDGER)
    .query({ refId: 'org', dimension: 'org_id', filters: [] })
    .refresh(VariableRefresh.OnTimeRangeChanged);
