// npm run typecheck:grafana-13: the plugin's sources against the types of Grafana 13.2 and React 19, which cannot be run
// here. First a source that React 19 does not take must fail, so that a check which checks nothing is noticed.
import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, URL } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));
const folder = join(root, 'plugin/compat-13');
const tsc = join(root, 'plugin/node_modules/typescript/bin/tsc');

/** React 18 has both, React 19 neither: a component's text ref, and a ref without a first value. */
const BROKEN = `import React, { useRef } from 'react';
export function Broken() {
  const box = useRef<HTMLDivElement>();
  return <JSX.Element ref="box">{String(box)}</JSX.Element>;
}
`;

/** @param {string[]} args */
function check(...args) {
  const { status, stdout } = spawnSync(process.execPath, [tsc, '-p', '.', '--pretty', 'false', ...args], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  return { ok: status === 0, lines: stdout.split('\n') };
}

/** @param {string} text @returns {never} */
function fail(text) {
  console.log(text);
  process.exit(1);
}

const broken = join(root, 'plugin/src/broken-for-react-19.tsx');
writeFileSync(broken, BROKEN);
try {
  const { lines } = check();
  if (!lines.some((line) => line.includes('broken-for-react-19.tsx(3,'))) {
    fail('A source that React 19 does not take passed: this check checks nothing.');
  }
} finally {
  rmSync(broken);
}

const { ok, lines } = check('--listFiles');
const packages = lines.filter((line) => line.includes('/node_modules/'));
const foreign = packages.filter(
  (line) => !line.includes('/compat-13/node_modules/') && !line.includes(`${dirname(dirname(tsc))}/lib/`),
);
if (!ok) fail(lines.filter((line) => line.includes(': error TS')).join('\n'));
if (foreign.length > 0) fail(`Types of other places than compat-13:\n${foreign.join('\n')}`);
for (const name of ['@grafana/data', '@grafana/runtime', '@grafana/ui', '@types/react']) {
  if (!packages.some((line) => line.includes(`/compat-13/node_modules/${name}/`)))
    fail(`${name} was not read.`);
}
console.log('The plugin fits the types of Grafana 13.2 and React 19.');
