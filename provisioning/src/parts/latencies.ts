import type { PanelBuilder as TableBuilder } from '@grafana/grafana-foundation-sdk/table';
import type { Measure } from '../../../plugin/src/api/wire.js';
import { named } from './tables.js';

export const DURATIONS: readonly Measure[] = ['duration_ms_p50', 'duration_ms_p95', 'duration_ms_p99'];
export const FIRST_TOKENS: readonly Measure[] = ['time_to_first_token_ms_p50', 'time_to_first_token_ms_p95'];

/** Names as short as the columns of a table with many. */
export const shortNames = (panel: TableBuilder): TableBuilder =>
  panel
    .overrideByName('duration_ms_avg', [named('Mean')])
    .overrideByName('duration_ms_p50', [named('p50')])
    .overrideByName('duration_ms_p95', [named('p95')])
    .overrideByName('duration_ms_p99', [named('p99')])
    .overrideByName('time_to_first_token_ms_p50', [named('TTFT p50')])
    .overrideByName('time_to_first_token_ms_p95', [named('TTFT p95')])
    .overrideByName('error_rate', [named('Errors')])
    .overrideByName('error_cost_usd', [named('Error cost')]);
