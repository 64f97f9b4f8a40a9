import { Counter, Histogram, type Registry } from 'prom-client';
import { Problem } from '../http/problem.js';
import type { Writer } from './writer.js';

/** The writer, with metrics of how long requests wait for their commit and why some are refused. */
export function observeWriter(writer: Writer, registry: Registry): Writer {
  const registers = [registry];
  const commits = new Histogram({
    name: 'tokenledger_ingest_commit_duration_seconds',
    help: 'Time from a decoded request to its commit, waiting in the queue included.',
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  });
  const refused = new Counter({
    name: 'tokenledger_ingest_requests_refused_total',
    help: 'Requests of which nothing was stored, by reason: their sender was told to come back, or of an error.',
    labelNames: ['reason'],
    registers,
  });
  return {
    async write(request) {
      const stop = commits.startTimer();
      try {
        await writer.write(request);
        stop();
      } catch (error) {
        refused.inc({ reason: error instanceof Problem ? error.code : 'error' });
        throw error;
      }
    },
    drain: () => writer.drain(),
    get queuedRows() {
      return writer.queuedRows;
    },
  };
}
