// A real VS Code workbench in a real browser, on folders of nobody's, with the extension installed.
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { cache, chromium, findChromium } from './chromium.mjs';

const CODE_SERVER = path.join(cache, 'cs/node_modules/.bin/code-server');
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
/** How long a check waits for anything, in milliseconds. */
const PATIENCE = Number(process.env.HOTFIX_TEST_PATIENCE ?? 30_000);
const QUIET = {
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.reduceMotion': 'on',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'telemetry.telemetryLevel': 'off',
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'chat.disableAIFeatures': true,
  'window.commandCenter': false,
  'editor.minimap.enabled': false,
  'editor.cursorBlinking': 'solid',
  'git.openRepositoryInParentFolders': 'never',
  'security.workspace.trust.enabled': false,
};

export const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

export const until = async (what, reached, ms = PATIENCE) => {
  for (const end = Date.now() + ms; ; await sleep(25)) {
    const value = await reached();
    if (value) return value;
    if (end < Date.now()) throw new Error(`never came: ${what}`);
  }
};

/** Counts checks and prints them as tests/run reads them. */
export class Checks {
  passed = 0;
  failed = 0;

  constructor(out) {
    this.out = out;
  }

  async check(name, work, page) {
    const begin = Date.now();
    try {
      await work();
      this.passed += 1;
      console.log(`ok      ${name} (${Date.now() - begin} ms)`);
    } catch (error) {
      this.failed += 1;
      console.log(`FAILED  ${name}: ${error.message}`);
      await page?.screenshot({ path: path.join(this.out, `FAILED-${name.replace(/\W+/g, '-')}.png`) }).catch(() => {});
    }
  }

  finish() {
    console.log(`${this.passed} passed, ${this.failed} failed`);
    process.exitCode = this.failed === 0 && this.passed > 0 ? 0 : 1;
  }
}

/** A workbench with its own home, settings and extensions. Close it in `finally`. */
export class Workbench {
  static async start({ vsix, out, settings = {}, options = [] }) {
    const it = new Workbench();
    it.out = out;
    it.home = fs.mkdtempSync(path.join(os.tmpdir(), 'hotfix-vscode-'));
    it.data = path.join(it.home, 'data');
    it.extensions = path.join(it.home, 'extensions');
    for (const folder of [path.join(it.data, 'User'), it.extensions, out]) fs.mkdirSync(folder, { recursive: true });
    it.settings(settings);
    it.port = await freePort();
    const config = path.join(it.home, 'config.yaml');
    fs.writeFileSync(config, `bind-addr: 127.0.0.1:${it.port}\nauth: none\ncert: false\n`);
    const base = ['--config', config, '--user-data-dir', it.data, '--extensions-dir', it.extensions];
    const env = { ...process.env, EXTENSIONS_GALLERY: '{}', GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' };
    execFileSync(CODE_SERVER, [...base, '--install-extension', vsix], { stdio: 'ignore', env });
    const log = fs.openSync(path.join(out, 'code-server.log'), 'w');
    it.process = spawn(
      CODE_SERVER,
      [...base, '--auth', 'none', '--disable-telemetry', '--disable-update-check', '--disable-getting-started-override', ...options, '--vscode-option', 'enable-smoke-test-driver'],
      { detached: true, env, stdio: ['ignore', log, log] },
    );
    try {
      await until('the workbench server', () => answers(`http://127.0.0.1:${it.port}/healthz`));
      it.browser = await chromium.launch({ executablePath: findChromium(), headless: true, args: FLAGS });
      it.page = await it.browser.newPage({ viewport: { width: 1280, height: 800 } });
      it.page.setDefaultTimeout(PATIENCE);
      const pageLog = fs.createWriteStream(path.join(out, 'page.log'));
      it.page.on('console', (message) => pageLog.write(`${message.type()} ${message.text()}\n`));
      it.page.on('pageerror', (error) => pageLog.write(`error ${error.message}\n`));
    } catch (error) {
      await it.close();
      throw error;
    }
    return it;
  }

  /** Where the extension was installed. */
  extension() {
    const name = fs.readdirSync(this.extensions).find((it) => fs.existsSync(path.join(this.extensions, it, 'package.json')));
    return path.join(this.extensions, name);
  }

  settings(settings) {
    fs.writeFileSync(path.join(this.data, 'User', 'settings.json'), JSON.stringify({ ...QUIET, ...settings }));
  }

  remote(file) {
    return `vscode-remote://127.0.0.1:${this.port}${file}`;
  }

  /** Loads the page with a folder or a workspace file, and what it is to do there. */
  async load(where, payload) {
    const query = Object.entries(where).map(([key, value]) => `${key}=${encodeURIComponent(value)}`);
    if (payload) query.push(`payload=${encodeURIComponent(JSON.stringify(payload))}`);
    await this.page.goto(`http://127.0.0.1:${this.port}/?${query.join('&')}`);
  }

  /** Opens a folder and a file in it, as a person finds them at the start. */
  async open(folder, file) {
    await this.load({ folder }, [['openFile', this.remote(path.join(folder, file))]]);
    await this.page.waitForSelector('.monaco-workbench');
    await this.page.waitForFunction(() => !!window.driver);
    await this.page.evaluate(() => window.driver.whenWorkbenchRestored());
  }

  async close() {
    await this.browser?.close().catch(() => {});
    const gone = new Promise((done) => this.process.on('exit', done));
    // The whole group: the extension host would stay for seconds.
    const kill = (signal) => {
      try {
        process.kill(-this.process.pid, signal);
      } catch {
        // It is gone already.
      }
    };
    kill('SIGTERM');
    await Promise.race([gone, sleep(5000)]);
    await sleep(200);
    kill('SIGKILL');
    const logs = path.join(this.data, 'logs');
    if (fs.existsSync(logs)) fs.cpSync(logs, path.join(this.out, 'logs'), { recursive: true });
    fs.rmSync(this.home, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function freePort() {
  return new Promise((done) => {
    const server = net.createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}

function answers(url) {
  return new Promise((done) => {
    const request = http.get(url, (response) => {
      response.resume();
      done(response.statusCode === 200);
    });
    request.on('error', () => done(false));
  });
}
