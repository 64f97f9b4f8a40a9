import { Registry } from 'prom-client';
import { Problem } from '../http/problem.js';
import { createIngestMetrics } from './ingest-metrics.js';
import { observeWriter } from './observed-writer.js';
import type { Writer } from './writer.js';

const valueOf = async (registry: Registry, line: string): Promise<string | undefined> =>
  (await registry.metrics())
    .split('\n')
    .find((text) => text.startsWith(`${line} `))
    ?.split(' ')
    .at(-1);

it('tells what became of committed events', async () => {
  const registry = new Registry();
  const metrics = createIngestMetrics(registry, () => 17);
  metrics.committed(10, { written: 7, late: 2 });
  metrics.committed(5, { written: 0, late: 0 });
  expect(await valueOf(registry, 'tokenledger_events_written_total')).toBe('7');
  expect(await valueOf(registry, 'tokenledger_events_resent_total')).toBe('8');
  expect(await valueOf(registry, 'tokenledger_events_late_total')).toBe('2');
  expect(await valueOf(registry, 'tokenledger_ingest_queued_rows')).toBe('17');
});

it('counts commits and refusals by reason, and changes nothing of the writer', async () => {
  const registry = new Registry();
  const failures: (Error | null)[] = [null, new Problem(429, 'queue_full', 'later'), new Error('broken')];
  const inner: Writer = {
    write: () => {
      const failure = failures.shift();
      return failure ? Promise.reject(failure) : Promise.resolve();
    },
    drain: () => Promise.resolve(),
    queuedRows: 3,
  };
  const writer = observeWriter(inner, registry);
  const request = { rows: [], quarantined: [] };
  await writer.write(request);
  await expect(writer.write(request)).rejects.toThrow('later');
  await expect(writer.write(request)).rejects.toThrow('broken');
  expect(writer.queuedRows).toBe(3);
  expect(await valueOf(registry, 'tokenledger_ingest_commit_duration_seconds_count')).toBe('1');
  const refused = 'tokenledger_ingest_requests_refused_total';
  expect(await valueOf(registry, `${refused}{reason="queue_full"}`)).toBe('1');
  expect(await valueOf(registry, `${refused}{reason="error"}`)).toBe('1');
});
