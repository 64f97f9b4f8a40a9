import { Counter, Gauge, type Registry } from 'prom-client';
import type { QuarantineItem } from './quarantine-item.js';

export interface IngestMetrics {
  accepted(
    source: 'otlp' | 'json',
    events: number,
    quarantined: readonly QuarantineItem[],
    orgClaimsIgnored: number,
  ): void;
  /** Told of each transaction with events: how many rows it was given, and what became of them. */
  committed(rows: number, outcome: { readonly written: number; readonly late: number }): void;
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
  const written = new Counter({
    name: 'tokenledger_events_written_total',
    help: 'Events new to the ledger, or telling more than before.',
    registers,
  });
  const resent = new Counter({
    name: 'tokenledger_events_resent_total',
    help: 'Events that were known already, whatever their age: acknowledged and not stored again.',
    registers,
  });
  const late = new Counter({
    name: 'tokenledger_events_late_total',
    help: 'Events of days whose raw events are gone: kept apart and posted to the ledger as adjustments.',
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
    committed(rows, outcome) {
      written.inc(outcome.written);
      resent.inc(rows - outcome.written);
      late.inc(outcome.late);
    },
  };
}
