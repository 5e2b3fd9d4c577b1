// Runs api/index.js inside the real extension host, with the whole `vscode` API.
// Started by tests/editors/vscode/run as: node api.mjs VSIX OUT
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Repository } from './scene.mjs';
import { Checks, until, Workbench } from './workbench.mjs';

/** How long the whole run may take, in milliseconds. */
const PATIENCE = 240_000;

const [vsix, out] = process.argv.slice(2);
const checks = new Checks(out);
const [first, second] = [new Repository('shop'), new Repository('store')];
let bench;

try {
  // A work tree of the first repository, on a hotfix of its own.
  const worktree = path.join(path.dirname(first.root), 'worktree');
  first.git('worktree', 'add', '--quiet', '-b', 'hotfix/v1.2.2', worktree, 'main');
  fs.appendFileSync(path.join(worktree, 'shop/orders.py'), '\n\ndef count(orders):\n    breakpoint()\n    return len(orders)\n');

  bench = await Workbench.start({ vsix, out });
  const results = path.join(bench.home, 'results.json');
  const paths = path.join(bench.home, 'paths.json');
  fs.writeFileSync(paths, JSON.stringify({ first: first.root, second: second.root, worktree, results, extension: bench.extension() }));
  // The module reads them from beside itself: an extension host takes no arguments.
  const tests = path.join(bench.home, 'api');
  fs.cpSync(path.join(path.dirname(fileURLToPath(import.meta.url)), 'api'), tests, { recursive: true });
  fs.copyFileSync(paths, path.join(tests, 'paths.json'));

  const workspace = path.join(bench.home, 'test.code-workspace');
  fs.writeFileSync(workspace, JSON.stringify({ folders: [first.root, second.root, worktree].map((it) => ({ path: it })), settings: {} }));
  await bench.load({ workspace }, [
    ['extensionDevelopmentPath', bench.remote(bench.extension())],
    ['extensionTestsPath', bench.remote(tests)],
    ['skipWelcome', 'true'],
  ]);
  const read = () => (fs.existsSync(results) ? JSON.parse(fs.readFileSync(results, 'utf8') || '[]') : []);
  const ended = () => read().some((it) => it.name === 'the last test');
  await until('the last test', ended, PATIENCE).catch(() => {});
  await bench.page.screenshot({ path: path.join(out, 'end.png') });
  const told = read();
  if (told.length === 0) throw new Error('the tests did not run: see the logs');
  for (const { name, ms, error } of told) {
    if (error) {
      checks.failed += 1;
      console.log(`FAILED  ${name}: ${error}`);
    } else {
      checks.passed += 1;
      console.log(`ok      ${name} (${ms} ms)`);
    }
  }
  if (!ended()) throw new Error('the tests did not come to their end');
} catch (error) {
  checks.failed += 1;
  console.log(`FAILED  ${error.stack}`);
} finally {
  await bench?.close();
  first.remove();
  second.remove();
}
checks.finish();
