import type { SpanStatus } from '../usage/span.js';

/** Attribute values nested deeper than this are read as null: no instrumentation nests usage so deep. */
export const MAX_VALUE_DEPTH = 16;

/** By the code of `Status.StatusCode`. */
export const SPAN_STATUSES: readonly SpanStatus[] = ['unset', 'ok', 'error'];

/** Name of the event that the conventions record an exception with. */
export const EXCEPTION = 'exception';
