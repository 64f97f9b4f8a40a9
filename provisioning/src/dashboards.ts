import type { DashboardBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { costDrivers } from './cost-drivers.js';
import { ledgerHealth } from './ledger-health.js';
import { organisation } from './organisation.js';
import { overview } from './overview.js';
import { requests } from './requests.js';
import { usageAndQuality } from './usage-and-quality.js';

/** What `provisioning/dashboards` holds: by file name. */
export const DASHBOARDS: Readonly<Record<string, () => DashboardBuilder>> = {
  'overview.json': overview,
  'cost-drivers.json': costDrivers,
  'usage-and-quality.json': usageAndQuality,
  'organisation.json': organisation,
  'requests.json': requests,
  'ledger-health.json': ledgerHealth,
};

interface Numbered {
  id?: number;
  panels?: Numbered[];
}

/** A dashboard as its file has it. Panels are numbered in their order, so that addresses of single panels stay. */
export function fileText(builder: DashboardBuilder): string {
  const dashboard = builder.build();
  let id = 0;
  // A row that is closed holds its panels.
  const numbered = (panel: Numbered): Numbered => ({
    ...panel,
    id: (id += 1),
    ...(panel.panels && { panels: panel.panels.map(numbered) }),
  });
  const panels = dashboard.panels?.map((panel) => numbered(panel)) ?? [];
  return `${JSON.stringify({ ...dashboard, panels }, null, 2)}\n`;
}
