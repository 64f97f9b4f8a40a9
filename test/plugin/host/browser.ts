import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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

/** The browser that npm's @sparticuz/chromium carries with all its libraries is one for Linux on x64. */
const CARRIED = process.platform === 'linux' && process.arch === 'x64';
const INSTALLED = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  '/usr/bin/google-chrome',
  '/usr/bin/chromium',
].find((path) => existsSync(path));

/** `describe` where there is a browser; elsewhere the tests are skipped, and it is said why. */
export const describeInBrowser = CARRIED || INSTALLED !== undefined ? describe : skipLoudly();

function skipLoudly(): typeof describe.skip {
  const machine = `${process.platform} on ${process.arch}`;
  process.stderr.write(
    `SKIPPED: no Chrome is installed, and npm has none for ${machine}. No page was looked at.\n`,
  );
  return describe.skip;
}

/**
 * A Chromium: the one of @sparticuz/chromium, or an installed Chrome where that cannot run. A child process unpacks it: the
 * package reads TMPDIR and the environment when it is imported, and jest gives its tests a copy of them.
 */
export async function openBrowser(): Promise<OpenedBrowser> {
  if (!CARRIED) {
    const browser = await chromium.launch(INSTALLED === undefined ? {} : { executablePath: INSTALLED });
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
