import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { URL } from 'node:url';
import { promisify } from 'node:util';

/** npm's @sparticuz/chromium carries a Chromium with all its libraries, for Linux on x64. */
export const CAN_CARRY = process.platform === 'linux' && process.arch === 'x64';

const PACKAGE = new URL('../plugin/node_modules/@sparticuz/chromium/build/esm/index.js', import.meta.url);

/**
 * @typedef {object} CarriedChromium
 * @property {string} executablePath
 * @property {Record<string, string>} env what it needs beside the environment of its parent
 * @property {() => void} remove its 200 MB, once it has ended
 */

/**
 * Unpacks it into a temporary folder, in two seconds. A child process does that: the package reads TMPDIR and the
 * environment when it is imported, and jest gives its tests a copy of them.
 *
 * @returns {Promise<CarriedChromium>}
 */
export async function unpackChromium() {
  const folder = mkdtempSync(join(tmpdir(), 'tokenledger-chromium-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    return {
      executablePath: await unpackInto(folder),
      env: {
        HOME: folder,
        TMPDIR: folder,
        LD_LIBRARY_PATH: join(folder, 'al2023', 'lib'),
        FONTCONFIG_FILE: writeFonts(folder),
      },
      remove,
    };
  } catch (error) {
    remove();
    throw error;
  }
}

/** The package brings its libraries only where it believes to be on AWS. @param {string} folder */
async function unpackInto(folder) {
  const program = `import packed from ${JSON.stringify(PACKAGE.href)};
    packed.setGraphicsMode = false;
    process.stdout.write(await packed.executablePath());`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
    env: { ...process.env, TMPDIR: folder, AWS_LAMBDA_JS_RUNTIME: 'nodejs20.x' },
  });
  return stdout;
}

/**
 * The package's own fonts.conf looks for them in /tmp, and without any font Chromium dies at the first text.
 *
 * @param {string} folder
 */
function writeFonts(folder) {
  const file = join(folder, 'fonts.conf');
  writeFileSync(
    file,
    `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>${folder}/fonts/fonts</dir><cachedir>${folder}/fonts-cache</cachedir></fontconfig>`,
  );
  return file;
}
