// Where a Grafana is that the end-to-end tests can start. None is installed by this project: it is no npm package.
import { existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';

/**
 * The Grafana of GRAFANA_HOME (which must have bin/grafana), or the `grafana` on the PATH, or null.
 *
 * @param {Record<string, string | undefined>} env
 * @returns {{ binary: string, home: string } | null}
 */
export function findGrafana(env) {
  const home = env['GRAFANA_HOME'];
  if (home) {
    const binary = join(home, 'bin', 'grafana');
    if (!existsSync(binary)) throw new Error(`GRAFANA_HOME is ${home}, but ${binary} is not there.`);
    return { binary, home };
  }
  const folder = (env['PATH'] ?? '')
    .split(delimiter)
    .find((path) => path && existsSync(join(path, 'grafana')));
  return folder ? { binary: join(folder, 'grafana'), home: dirname(folder) } : null;
}
