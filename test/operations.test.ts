import { readFileSync } from 'node:fs';
import { createIngestMetrics } from '../backend/src/ingest/ingest-metrics.js';
import { observeWriter } from '../backend/src/ingest/observed-writer.js';
import { createMetrics } from '../backend/src/http/metrics.js';
import { createJobMetrics } from '../backend/src/jobs/job-metrics.js';

it('docs/operations.md names every metric there is, and no other', () => {
  const { registry } = createMetrics();
  createIngestMetrics(registry, () => 0);
  const writer = { write: () => Promise.resolve(), drain: () => Promise.resolve(), queuedRows: 0 };
  observeWriter(writer, registry);
  createJobMetrics({ registry, engine: 'server', health: () => Promise.resolve(null) });
  const own = registry
    .getMetricsAsArray()
    .map(({ name }) => name)
    .filter((name) => name.startsWith('tokenledger_'));
  const document = readFileSync(new URL('../docs/operations.md', import.meta.url), 'utf8');
  const written = new Set(document.match(/tokenledger_[a-z0-9_]+/g));
  expect([...written].sort()).toEqual(own.sort());
});
