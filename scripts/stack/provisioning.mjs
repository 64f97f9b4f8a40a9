import { existsSync, lstatSync, mkdirSync, symlinkSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = new URL('../../', import.meta.url);
const path = (/** @type {string} */ name) => fileURLToPath(new URL(name, ROOT));

/**
 * What Grafana reads at its start, as links: the provisioning files of this repository, the data sources that the start
 * step wrote, and the built plugin. Grafana's image (docker/grafana.Dockerfile) has the same in the same places.
 *
 * @param {{ folder: string, run: string }} options `run`: the folder the start step made for Grafana
 * @returns {{ provisioning: string, plugins: string }}
 */
export function linkProvisioning({ folder, run }) {
  const provisioning = join(folder, 'provisioning');
  const plugins = join(folder, 'plugins');
  for (const kind of ['dashboards', 'plugins', 'alerting']) {
    const source = path(`provisioning/${kind}`);
    if (existsSync(source)) link(source, provisioning, kind);
    // A folder that is missing is an error in Grafana's log.
    else mkdirSync(join(provisioning, kind), { recursive: true });
  }
  link(join(run, 'datasources'), provisioning, 'datasources');
  link(path('plugin/dist'), plugins, 'tokenledger-app');
  return { provisioning, plugins };
}

/** Again at every start: the repository may have moved. @param {string} source @param {string} folder @param {string} name */
function link(source, folder, name) {
  mkdirSync(folder, { recursive: true });
  const target = join(folder, name);
  if (lstatSync(target, { throwIfNoEntry: false })?.isSymbolicLink()) unlinkSync(target);
  symlinkSync(source, target);
}
