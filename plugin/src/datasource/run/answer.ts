import type { DataFrame } from '@grafana/data';
import type { Api } from '../../api/client';
import type { LinkSource } from '../links/links';
import type { Period } from '../time/period';
import type { Zone } from '../time/zone';
import type { Remarks } from './coverage';

/** What running a query needs beside the query. */
export interface RunContext {
  readonly api: Api;
  readonly period: Period;
  readonly zone: Zone;
  readonly maxDataPoints: number;
  /** Unix ms. */
  readonly now: number;
  readonly source: LinkSource;
}

/** What a query is answered with: frames, and what has to be said about their numbers. */
export interface Answer {
  readonly frames: DataFrame[];
  readonly remarks: Remarks;
}
