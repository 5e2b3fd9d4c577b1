/** Where the server is, and the proof that it runs here. */

import { execFile, ExecFileException } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';

const NAME = process.platform === 'win32' ? 'hotfix-ls.exe' : 'hotfix-ls';
const FOREIGN = 'it is for another platform';
/** How long `--version` may take, in milliseconds: a cold disk is slow, a hanging program is wrong. */
const PATIENCE = 15_000;

/** A server that has answered. */
export interface Binary {
  path: string;
  /** What it says of itself: `hotfix-ls 1.2.3`. */
  version: string;
  origin: 'setting' | 'bundled' | 'PATH';
}

/** No server runs here; the message is a sentence for the user. */
export class NoServer extends Error {}

/**
 * The server that the setting names, else the bundled one, else the one on the PATH.
 * A setting is a decision: when its server does not run, no other one is taken silently.
 */
export async function find(setting: string, extension: string, log: (line: string) => void): Promise<Binary> {
  if (setting !== '') {
    if (!path.isAbsolute(setting)) {
      throw new NoServer(`The setting hotfix.server.path must be an absolute path, and is "${setting}".`);
    }
    const outcome = await prove(setting);
    if ('version' in outcome) return { path: setting, version: outcome.version, origin: 'setting' };
    throw new NoServer(`The setting hotfix.server.path names ${setting}, and ${outcome.reason}.`);
  }
  const bundled = path.join(extension, 'server', NAME);
  const candidates: [string, Binary['origin']][] = [[bundled, 'bundled'], ...onPath().map((it): [string, 'PATH'] => [it, 'PATH'])];
  const reasons: string[] = [];
  for (const [candidate, origin] of candidates) {
    if (!fs.existsSync(candidate)) continue;
    const outcome = await prove(candidate);
    if ('version' in outcome) return { path: candidate, version: outcome.version, origin };
    reasons.push(`${candidate}: ${outcome.reason}`);
    log(`${candidate} is not used: ${outcome.reason}`);
  }
  throw new NoServer(
    reasons.length === 0
      ? 'hotfix-ls is not in this extension and not on the PATH.'
      : `hotfix-ls does not run on this machine (${reasons.join('; ')}).`,
  );
}

function onPath(): string[] {
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  return folders.filter((it) => path.isAbsolute(it)).map((it) => path.join(it, NAME));
}

/** Runs `--version`: the file may be for another platform, or another program. */
function prove(file: string): Promise<{ version: string } | { reason: string }> {
  return new Promise((resolve) => {
    execFile(file, ['--version'], { timeout: PATIENCE, windowsHide: true }, (error, stdout) => {
      const version = stdout.trim();
      if (error) resolve({ reason: isForeign(file) ? FOREIGN : reason(error) });
      else if (/^hotfix-ls \d+\.\d+/.test(version)) resolve({ version });
      else resolve({ reason: 'this is another program' });
    });
  });
}

function reason(error: ExecFileException): string {
  switch (error.code) {
    case 'ENOENT':
      return 'there is no such program';
    case 'EACCES':
      return 'it is not allowed to run';
    case 'ENOEXEC':
    case 'UNKNOWN':
      return FOREIGN;
    default:
      return error.killed ? 'it does not answer' : `it fails (${error.message.trim().split('\n').at(-1)})`;
  }
}

/**
 * Whether a program that failed is for another system or processor, by its first bytes. The
 * system's own error does not tell: Linux hands what it cannot run to the shell, which reads it as text.
 */
function isForeign(file: string): boolean {
  const head = Buffer.alloc(20);
  try {
    const open = fs.openSync(file, 'r');
    fs.readSync(open, head);
    fs.closeSync(open);
  } catch {
    return false;
  }
  const magic = head.toString('latin1', 0, 4);
  const elf = magic === '\x7fELF';
  const windows = magic.startsWith('MZ');
  const mac = ['\xcf\xfa\xed\xfe', '\xca\xfe\xba\xbe'].includes(magic);
  if (process.platform === 'win32') return elf || mac;
  if (process.platform === 'darwin') return elf || windows;
  const machine = { x64: 62, arm64: 183 }[process.arch as string];
  return windows || mac || (elf && machine !== undefined && head.readUInt16LE(18) !== machine);
}
