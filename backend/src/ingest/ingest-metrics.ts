import { Counter, Gauge, type Registry } from 'prom-client';
import type { QuarantineItem } from './quarantine-item.js';

export interface IngestMetrics {
  accepted(
    source: 'otlp' | 'json',
    events: number,
    quarantined: readonly QuarantineItem[],
    orgClaimsIgnored: number,
  ): void;
}

/** Counters of what came in, on the given registry. */
export function createIngestMetrics(registry: Registry, queuedRows: () => number): IngestMetrics {
  const registers = [registry];
  const events = new Counter({
    name: 'tokenledger_events_accepted_total',
    help: 'Events committed, resends included.',
    labelNames: ['source'],
    registers,
  });
  const quarantined = new Counter({
    name: 'tokenledger_items_quarantined_total',
    help: 'Items set aside because they could not be understood.',
    labelNames: ['source', 'reason'],
    registers,
  });
  const claims = new Counter({
    name: 'tokenledger_org_claims_ignored_total',
    help: 'Events that claimed another organisation than their key is bound to.',
    registers,
  });
  new Gauge({
    name: 'tokenledger_ingest_queued_rows',
    help: 'Rows waiting to be committed.',
    registers,
    collect() {
      this.set(queuedRows());
    },
  });
  return {
    accepted(source, count, items, ignored) {
      events.inc({ source }, count);
      for (const { reason } of items) quarantined.inc({ source, reason });
      if (ignored) claims.inc(ignored);
    },
  };
}
