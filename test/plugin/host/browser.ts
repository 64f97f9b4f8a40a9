import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { chromium, type Browser } from 'playwright-core';
import { NODE_MODULES } from './paths.js';

export interface OpenedBrowser {
  readonly browser: Browser;
  close(): Promise<void>;
}

/**
 * A Chromium: on Linux the one that npm's @sparticuz/chromium carries with all its libraries, elsewhere an installed Chrome.
 * Rejects where there is none. A child process unpacks it: the package reads TMPDIR and the environment when it is imported,
 * and jest gives its tests a copy of them.
 */
export async function openBrowser(): Promise<OpenedBrowser> {
  if (process.platform !== 'linux') {
    const browser = await chromium.launch({ channel: 'chrome' });
    return { browser, close: () => browser.close() };
  }
  const folder = mkdtempSync(join(tmpdir(), 'tokenledger-chromium-'));
  try {
    const browser = await chromium.launch({
      executablePath: await unpack(folder),
      // Root, as in containers and CI, cannot use the sandbox; only our own pages are shown.
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-dev-shm-usage',
        '--disable-background-networking',
        '--font-render-hinting=none',
      ],
      env: {
        ...process.env,
        HOME: folder,
        TMPDIR: folder,
        LD_LIBRARY_PATH: join(folder, 'al2023', 'lib'),
        FONTCONFIG_FILE: fonts(folder),
      },
    });
    return {
      browser,
      async close() {
        await browser.close();
        rmSync(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

/** 200 MB, in two seconds. The package brings its libraries only where it believes to be on AWS. */
async function unpack(folder: string): Promise<string> {
  const entry = join(NODE_MODULES, '@sparticuz/chromium/build/esm/index.js');
  const program = `import packed from ${JSON.stringify(pathToFileURL(entry).href)};
    packed.setGraphicsMode = false;
    process.stdout.write(await packed.executablePath());`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
    env: { ...process.env, TMPDIR: folder, AWS_LAMBDA_JS_RUNTIME: 'nodejs20.x' },
  });
  return stdout;
}

/** The package's own fonts.conf looks for them in /tmp, and without any font Chromium dies at the first text. */
function fonts(folder: string): string {
  const file = join(folder, 'fonts.conf');
  writeFileSync(
    file,
    `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>${folder}/fonts/fonts</dir><cachedir>${folder}/fonts-cache</cachedir></fontconfig>`,
  );
  return file;
}
