import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const DATA_SOURCE = 'tokenledger';
const PLUGIN = fileURLToPath(new URL('../../plugin/dist', import.meta.url));

/**
 * The files by which a Grafana knows the plugin and its data source. JSON is YAML.
 *
 * @param {string} folder @param {{ backendUrl: string, key: string }} backend
 * @returns {{ plugins: string, provisioning: string }}
 */
export function writeProvisioning(folder, { backendUrl, key }) {
  const plugins = join(folder, 'plugins');
  const provisioning = join(folder, 'provisioning');
  mkdirSync(plugins, { recursive: true });
  symlinkSync(PLUGIN, join(plugins, 'tokenledger-app'));
  const write = (/** @type {string} */ kind, /** @type {object} */ content) => {
    mkdirSync(join(provisioning, kind), { recursive: true });
    writeFileSync(
      join(provisioning, kind, 'tokenledger.yaml'),
      JSON.stringify({ apiVersion: 1, ...content }),
    );
  };
  write('plugins', { apps: [{ type: 'tokenledger-app', org_id: 1, disabled: false }] });
  write('datasources', {
    datasources: [
      {
        name: 'Tokenledger',
        uid: DATA_SOURCE,
        type: 'tokenledger-datasource',
        access: 'proxy',
        url: backendUrl,
        isDefault: true,
        // A provisioned source that may not be edited has no "Save & test".
        editable: true,
        jsonData: { httpHeaderName1: 'X-Tokenledger-Key' },
        secureJsonData: { httpHeaderValue1: key },
      },
    ],
  });
  return { plugins, provisioning };
}
