import { spawnSync } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';

/**
 * A Grafana on this machine: `GRAFANA_HOME` (the folder with `bin/grafana`, `conf/` and `public/`), or else `grafana` on
 * the PATH, whose home is the folder above its `bin`, or /usr/share/grafana, where the packages of Debian and Red Hat put it.
 *
 * @typedef {{ binary: string, home: string, version: string }} Grafana
 * @param {NodeJS.ProcessEnv} env
 * @returns {Grafana | { missing: string }}
 */
export function findGrafana(env) {
  const told = env['GRAFANA_HOME'];
  const binary = told ? join(told, 'bin', 'grafana') : onPath('grafana', env);
  if (!binary || !existsSync(binary)) {
    const where = told
      ? `GRAFANA_HOME is ${told}, but there is no bin/grafana in it`
      : 'GRAFANA_HOME is not set and there is no grafana on the PATH';
    return {
      missing: `${where}. Install Grafana 12.2 or newer, or unpack it and set GRAFANA_HOME to its folder.`,
    };
  }
  const homes = [told, dirname(dirname(realpathSync(binary))), '/usr/share/grafana'];
  const home = homes.find((folder) => folder && existsSync(join(folder, 'conf', 'defaults.ini')));
  if (!home)
    return { missing: `${binary} has no conf/defaults.ini beside it: set GRAFANA_HOME to Grafana's folder.` };
  const { stdout } = spawnSync(binary, ['--version'], { encoding: 'utf8' });
  return { binary, home, version: /\d+\.\d+\.\d+\S*/.exec(stdout ?? '')?.[0] ?? 'unknown' };
}

/** @param {string} name @param {NodeJS.ProcessEnv} env */
function onPath(name, env) {
  return (env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((file) => existsSync(file));
}
