// Where the browser is: CHROMIUM, the system's, else the one that Playwright has installed.
// Prints it when it is run by itself.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
export const cache = path.resolve(here, '../../../.cache/vscode');
export const { chromium } = createRequire(path.join(cache, 'cs', 'from.js'))('playwright-core');

export function findChromium() {
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];
  const system = names.flatMap((name) => folders.map((folder) => path.join(folder, name)));
  for (const file of [process.env.CHROMIUM, ...system, chromium.executablePath()]) {
    if (!file || !fs.existsSync(file)) continue;
    try {
      execFileSync(file, ['--version'], { stdio: 'ignore' });
      return file;
    } catch {
      // A stand-in that only asks for another installer.
    }
  }
  throw new Error('Chromium is missing: install it, or name it in CHROMIUM');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(findChromium());
