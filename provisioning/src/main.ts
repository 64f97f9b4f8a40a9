import { mkdirSync, writeFileSync } from 'node:fs';
import { DASHBOARDS, fileText } from './dashboards.js';

/** `npm run dashboards`: writes `provisioning/dashboards/*.json` anew. */
const folder = new URL('../dashboards/', import.meta.url);
mkdirSync(folder, { recursive: true });
for (const [file, build] of Object.entries(DASHBOARDS))
  writeFileSync(new URL(file, folder), fileText(build()));
