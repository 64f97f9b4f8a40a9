import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';
import { CAN_CARRY, unpackChromium } from '../../../scripts/carried-chromium.mjs';

export interface OpenedBrowser {
  readonly browser: Browser;
  close(): Promise<void>;
}

const INSTALLED = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  '/usr/bin/google-chrome',
  '/usr/bin/chromium',
].find((path) => existsSync(path));

/** `describe` where there is a browser; elsewhere the tests are skipped, and it is said why. */
export const describeInBrowser = CAN_CARRY || INSTALLED !== undefined ? describe : skipLoudly();

function skipLoudly(): typeof describe.skip {
  const machine = `${process.platform} on ${process.arch}`;
  process.stderr.write(
    `SKIPPED: no Chrome is installed, and npm has none for ${machine}. No page was looked at.\n`,
  );
  return describe.skip;
}

/** A Chromium: the one that npm brings, or an installed Chrome where that cannot run. */
export async function openBrowser(): Promise<OpenedBrowser> {
  if (!CAN_CARRY) {
    const browser = await chromium.launch(INSTALLED === undefined ? {} : { executablePath: INSTALLED });
    return { browser, close: () => browser.close() };
  }
  const { executablePath, env, remove } = await unpackChromium();
  try {
    const browser = await chromium.launch({
      executablePath,
      // Root, as in containers and CI, cannot use the sandbox; only our own pages are shown.
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-dev-shm-usage',
        '--disable-background-networking',
        '--font-render-hinting=none',
      ],
      env: { ...process.env, ...env },
    });
    return {
      browser,
      async close() {
        await browser.close();
        remove();
      },
    };
  } catch (error) {
    remove();
    throw error;
  }
}
