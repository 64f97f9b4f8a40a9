import type { PipelineName } from './pipeline.js';

/**
 * When each pipeline runs, in UTC. The night's steps are asked every hour: a UTC day can first be closed just after
 * 00:00 UTC, so their work is at night, and as close and retire advance one day a run at most, a backlog of days is
 * worked off in hours and not in weeks. Minute 7 keeps out of the way of what the world starts at the full hour.
 */
export const SCHEDULE: Readonly<Record<PipelineName, string>> = {
  minute: '* * * * *',
  night: '7 * * * *',
};

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** The next time after `now` (Unix ms) that a pipeline is started by the clock. */
export function nextRunAt(pipeline: PipelineName, now: number): number {
  if (pipeline === 'minute') return (Math.floor(now / MINUTE_MS) + 1) * MINUTE_MS;
  const at = Math.floor(now / HOUR_MS) * HOUR_MS + 7 * MINUTE_MS;
  return at > now ? at : at + HOUR_MS;
}
