import { existsSync, readFileSync } from 'node:fs';
import { SETTINGS } from '../backend/src/config.js';
import { JsonEvent } from '../backend/src/ingest/json-event-schema.js';
import { parsePricesFile } from '../backend/src/price-book/prices-file.js';
import { usageRequestSchema } from '../backend/src/query/usage-request.js';

/** What the documents tell a newcomer to type must be what the program takes. */
const ROOT = new URL('../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, ROOT), 'utf8');
const README = read('README.md');
const INSTRUMENT = read('docs/instrument.md');

const blocks = (document: string, language: string): string[] =>
  [...document.matchAll(new RegExp(`^ *\`\`\`${language}\\n([^]*?)^ *\`\`\`$`, 'gm'))].map(
    ([, text = '']) => text,
  );

/** Bodies of the curl commands that post to `path`, as the shell would send them. */
const posted = (document: string, path: string): unknown[] =>
  blocks(document, 'sh').flatMap((block) =>
    [...block.matchAll(new RegExp(`${path} [^']*'content-type: application/json' -d '([^]*?)'\\n`, 'g'))].map(
      ([, body = '']): unknown => JSON.parse(body.replace("'$(date -u +%FT%TZ)'", '2026-11-22T10:15:00Z')),
    ),
  );

it('the table of settings is the one of the program', () => {
  const rows = [...README.matchAll(/^\| `([A-Z_]+)` \| (.*) \| (.*) \| `(.*)` \|$/gm)].map(
    ([, name, byDefault, meaning, example]) => ({
      name,
      default: byDefault === 'none' ? '' : byDefault?.replaceAll('`', ''),
      meaning,
      example,
    }),
  );
  expect(rows).toEqual(SETTINGS);
});

it('the example of a prices file is a prices file', () => {
  const [example, ...others] = blocks(README, 'yaml');
  expect(others).toEqual([]);
  const entries = parsePricesFile('README.md', example ?? '');
  expect(entries.map(({ provider, model }) => `${provider} ${model}`)).toEqual([
    'openai gpt-4o',
    'google gemini-2.5-pro',
    'azure my-gpt4o-prod',
    'openai *',
    'vllm *',
  ]);
});

it('the events sent by curl are events', () => {
  const events = [README, INSTRUMENT, read('docs/getting-started.md')]
    .flatMap((document) => posted(document, '/v1/events'))
    .flat();
  expect(events).toHaveLength(3);
  for (const event of events) {
    const { data, error } = JsonEvent.safeParse(event);
    expect(error).toBeUndefined();
    // A field that is not understood would be dropped by the schema.
    expect(data).toEqual(event);
  }
});

it('the question asked by curl is a question', () => {
  const questions = posted(README, '/api/v1/query');
  expect(questions).toHaveLength(1);
  expect(usageRequestSchema.safeParse(questions[0]).error).toBeUndefined();
});

it('every npm script that a document names is there', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  const named = [
    ...`${README}${['architecture', 'getting-started', 'existing-grafana'].map((name) => read(`docs/${name}.md`)).join('')}`.matchAll(
      /npm run (?:-s )?([a-z]+)/g,
    ),
  ];
  expect(named.length).toBeGreaterThan(3);
  for (const [, script] of named) expect(Object.keys(scripts)).toContain(script);
});

it('every file that a document links to is there', () => {
  for (const [document, folder] of [
    ['README.md', ''],
    ['docs/instrument.md', 'docs/'],
    ['docs/architecture.md', 'docs/'],
    ['docs/getting-started.md', 'docs/'],
    ['docs/existing-grafana.md', 'docs/'],
    ['docs/scaling.md', 'docs/'],
    ['docs/operations.md', 'docs/'],
    ['provisioning/README.md', 'provisioning/'],
  ] as const) {
    for (const [, target = ''] of read(document).matchAll(/\]\((?!https?:|#)([^)#]+)/g)) {
      expect([document, target, existsSync(new URL(folder + target, ROOT))]).toEqual([
        document,
        target,
        true,
      ]);
    }
  }
});
