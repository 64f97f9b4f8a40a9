import { fileURLToPath } from 'node:url';

const PLUGIN = new URL('../../../plugin/', import.meta.url);
const inPlugin = (path: string): string => fileURLToPath(new URL(path, PLUGIN));

export const DIST = inPlugin('dist');
export const NODE_MODULES = inPlugin('node_modules');
/** What is made once and kept goes where `npm ci` clears it away. */
export const CACHE = inPlugin('node_modules/.cache/host-page');
export const PAGE = fileURLToPath(new URL('page', import.meta.url));
/** Git-ignored: to be looked at. */
export const PICTURES = fileURLToPath(new URL('../pictures', import.meta.url));
