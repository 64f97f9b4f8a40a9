import type { DataSourceRef } from '@grafana/grafana-foundation-sdk/common';
import { DatasourceVariableBuilder, VariableHide } from '@grafana/grafana-foundation-sdk/dashboard';

/**
 * Dashboards name their data sources by variables, so that they fit a Grafana in which these have other ids than ours, or in
 * which there are two (staging and production).
 */
export const TOKENLEDGER = {
  type: 'tokenledger-datasource',
  uid: '${datasource}',
} as const satisfies DataSourceRef;

/** Grafana's own PostgreSQL data source over the schema `reporting`. */
export const SQL = {
  type: 'grafana-postgresql-datasource',
  uid: '${sql}',
} as const satisfies DataSourceRef;

export const tokenledgerVariable = () =>
  new DatasourceVariableBuilder('datasource')
    .label('Data source')
    .type(TOKENLEDGER.type)
    .hide(VariableHide.HideVariable);

export const sqlVariable = () =>
  new DatasourceVariableBuilder('sql')
    .label('SQL data source')
    .type(SQL.type)
    // There may be other databases beside ours.
    .regex('/^Tokenledger/')
    .hide(VariableHide.HideVariable);
