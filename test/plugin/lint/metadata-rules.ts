import { dirname, join } from 'node:path/posix';
import { z } from 'zod';
import { pathsBelow, type PluginFiles } from './plugin-files.js';

/** One rule of Grafana's plugin validator: what is wrong, each in words; empty when nothing is. */
export type Rule = (files: PluginFiles) => string[];

const PluginJson = z.object({
  $schema: z.string(),
  type: z.enum(['app', 'datasource', 'panel']),
  name: z.string(),
  id: z.string(),
  info: z.object({
    // No more than two sentences.
    description: z.string().regex(/^[^.]+\.(?: [^.]+\.)?$/),
    author: z.object({ name: z.string().min(1) }),
    keywords: z.array(z.string()).min(1),
    logos: z.object({ small: z.string(), large: z.string() }),
    version: z.string(),
    updated: z.string(),
  }),
  includes: z
    .array(z.object({ type: z.string(), name: z.string(), path: z.string(), role: z.string().optional() }))
    .optional(),
  dependencies: z.object({ grafanaDependency: z.string() }),
});

const descriptors = (files: PluginFiles, folder: 'src' | 'dist') =>
  pathsBelow(files, folder, /(^|\/)plugin\.json$/).map((path) => ({
    path,
    ...PluginJson.parse(JSON.parse(files[path] ?? '')),
  }));

const schema: Rule = (files) =>
  pathsBelow(files, 'src', /(^|\/)plugin\.json$/).flatMap((path) => {
    const { error } = PluginJson.safeParse(JSON.parse(files[path] ?? ''));
    return (error?.issues ?? []).map((issue) => `${path}: ${issue.path.join('.')} ${issue.message}`);
  });

/** The form of the schema of the validator: one middle word at most. A name must not be the id. */
const ids: Rule = (files) =>
  descriptors(files, 'src').flatMap(({ path, id, type, name }) => [
    ...(/^[0-9a-z]+-([0-9a-z]+-)?(app|panel|datasource)$/.test(id) && id.endsWith(`-${type}`)
      ? []
      : [`${path}: the id ${id} is not of the form organisation-name-${type}`]),
    ...(name === id ? [`${path}: the name is the id`] : []),
  ]);

const includes: Rule = (files) => {
  const all = descriptors(files, 'src');
  const listed = all.find(({ type }) => type === 'app')?.includes ?? [];
  const nested = all.filter(({ type }) => type !== 'app');
  const missing = nested.filter(
    ({ path, type }) => !listed.some((include) => `src/${include.path}` === path && include.type === type),
  );
  const pages = listed.filter(({ type }) => type === 'page');
  return [
    ...missing.map(({ path }) => `${path} is not in the includes of the app`),
    ...pages
      .filter(({ path, role }) => role === undefined || !path.startsWith('/a/%PLUGIN_ID%/'))
      .map(({ name }) => `the page ${name} has no role, or no path of the app`),
    ...(listed.some(({ type }) => type === 'dashboard')
      ? ['dashboards would land in General, for everybody']
      : []),
  ];
};

const grafanaDependency: Rule = (files) =>
  descriptors(files, 'src')
    .filter(({ dependencies }) => dependencies.grafanaDependency !== '>=12.2.0')
    .map(({ path, dependencies }) => `${path} wants Grafana ${dependencies.grafanaDependency}`);

const versions: Rule = (files) => {
  const { version } = JSON.parse(files['package.json'] ?? '') as { version: string };
  const built = descriptors(files, 'dist').flatMap(({ path, info }) => [
    ...(info.version === version ? [] : [`${path} says version ${info.version}, package.json ${version}`]),
    ...(files[path]?.includes('%') ? [`${path} has a place that was not filled`] : []),
  ]);
  const told = new RegExp(`^## ${version.replaceAll('.', '\\.')} \\(\\d{4}-\\d{2}-\\d{2}\\)$`, 'm');
  return [
    ...built,
    ...(told.test(files['CHANGELOG.md'] ?? '') ? [] : [`CHANGELOG.md does not tell of ${version}`]),
  ];
};

const UNSAFE_SVG =
  /<script|<foreignObject|<image|<use|<style|\son\w+\s*=|(?:xlink:)?href\s*=|javascript:|data:|<!ENTITY/i;

const logos: Rule = (files) =>
  descriptors(files, 'dist').flatMap(({ path, info }) =>
    [...new Set([info.logos.small, info.logos.large])].flatMap((logo) => {
      const svg = files[join(dirname(path), logo)];
      if (svg === undefined) return [`${path}: ${logo} was not built`];
      return svg.startsWith('<svg') && !UNSAFE_SVG.test(svg) ? [] : [`${path}: ${logo} is no safe SVG`];
    }),
  );

/** Each plugin's module, and a map of it whose sources are those here. */
const modules: Rule = (files) =>
  descriptors(files, 'dist').flatMap(({ path }) => {
    const module = join(dirname(path), 'module.js');
    const map = files[`${module}.map`];
    if (files[module] === undefined || map === undefined) return [`${module} or its map is missing`];
    const { sources, sourcesContent } = JSON.parse(map) as { sources: string[]; sourcesContent: string[] };
    const ours = sources.flatMap((source, index) => {
      const [, own] = /^webpack:\/\/[^/]+\/\.\/(.+\.tsx?)$/.exec(source) ?? [];
      return own === undefined ? [] : [{ own: `src/${own}`, content: sourcesContent[index] }];
    });
    if (ours.length === 0) return [`${module}.map names no source of this plugin`];
    return ours
      .filter(({ own, content }) => files[own] !== content)
      .map(({ own }) => `${module}.map has another ${own}`);
  });

const readme: Rule = (files) => {
  const text = files['README.md'] ?? '';
  const targets = [...text.matchAll(/\]\(([^)]*)\)|(?:src|href)="([^"]*)"/g)].map(([, a, b]) => a ?? b ?? '');
  return [
    ...(text.length < 500 || text.includes('This template is')
      ? ['README.md says nothing of this plugin']
      : []),
    ...(text.includes('<!--') ? ['README.md has a comment'] : []),
    ...(/\b(?:yarn|nodejs)\b/i.test(text) ? ['README.md names yarn or nodejs'] : []),
    ...targets
      .filter((target) => !target.startsWith('https://'))
      .map((target) => `README.md links to ${target}`),
  ];
};

const licence: Rule = (files) => {
  const text = files['LICENSE'] ?? '';
  const named = text.includes('Apache License') && /^\s*Copyright \d{4} \S/m.test(text);
  return named ? [] : ['LICENSE is not Apache-2.0 with its holder'];
};

const builder: Rule = (files) => [
  ...(files['.config/webpack/webpack.config.ts']?.includes('@grafana/create-plugin')
    ? []
    : ['.config is not as create-plugin makes it']),
  ...(files['package-lock.json'] === undefined ? ['there is no lockfile'] : []),
  ...(files['package.json']?.includes('grafana-toolkit') ? ['package.json names grafana-toolkit'] : []),
];

export const METADATA_RULES: Readonly<Record<string, Rule>> = {
  schema,
  ids,
  includes,
  grafanaDependency,
  versions,
  logos,
  modules,
  readme,
  licence,
  builder,
};
