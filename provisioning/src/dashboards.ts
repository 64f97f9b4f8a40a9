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

/** A dashboard as its file has it. Panels are numbered in their order, so that addresses of single panels stay. */
export function fileText(builder: DashboardBuilder): string {
  const dashboard = builder.build();
  const panels = dashboard.panels?.map((panel, index) => ({ ...panel, id: index + 1 })) ?? [];
  return `${JSON.stringify({ ...dashboard, panels }, null, 2)}\n`;
}
