import type { Measure } from '../../../plugin/src/api/wire.js';

export const DURATIONS: readonly Measure[] = ['duration_ms_p50', 'duration_ms_p95', 'duration_ms_p99'];
export const FIRST_TOKENS: readonly Measure[] = ['time_to_first_token_ms_p50', 'time_to_first_token_ms_p95'];
