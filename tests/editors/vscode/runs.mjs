// What takes a while or leaves the file: proof, verification, rollback, other branches, deferred changes.
// Each as a person runs it in real VS Code. Started by tests/editors/vscode/run as: node runs.mjs VSIX OUT
import fs from 'node:fs';
import path from 'node:path';
import { cache } from './chromium.mjs';
import { person } from './person.mjs';
import { Repository, RISKY_ORDERS } from './scene.mjs';
import { Checks, until, Workbench } from './workbench.mjs';

const [vsix, out] = process.argv.slice(2);
const checks = new Checks(out);
const repository = new Repository();
const python = process.env.HOTFIX_TEST_PYTHON ?? path.join(cache, '../venv/bin/python');
const seen = path.join(repository.home, 'seen');
const pids = path.join(repository.home, 'pid');
let bench;

/** Red on production and green with the hotfix. It waits until its progress has been seen. */
const TEST = `import pathlib
import time

import pytest

from shop.orders import find


def test_a_missing_order_is_told():
    end = time.monotonic() + 60
    while not pathlib.Path("${seen}").exists() and time.monotonic() < end:
        time.sleep(0.05)
    with pytest.raises(LookupError) as caught:
        find({}, "a1")
    assert caught.type is LookupError
`;

try {
  repository.git('branch', 'release/1.1', 'main');
  repository.write('shop/orders.py', RISKY_ORDERS.replace('    breakpoint()\n', ''));
  repository.write('tests/test_orders.py', TEST);
  const slow = `echo $$ > ${pids}; exec sleep 100`;
  repository.write('hotfix.toml', `production = "main"\ntest-command = "${python} -m pytest"\nsmoke-tests = "${slow}"\n`);
  repository.git('add', '--all');
  repository.git('commit', '--quiet', '--message', 'Tell a missing order');

  bench = await Workbench.start({ vsix, out });
  const { page } = bench;
  await bench.open(repository.root, 'shop/client.py');
  const { quick, row, shot, calm, opened, command, goTo, gone, says, inFrames } = person(page, out);
  const check = (name, work) => checks.check(name, work, page);
  const item = (text) => page.locator('.notifications-center .notification-list-item', { hasText: text }).first();
  /** Runs a command and shows its progress. */
  const running = async (title, text) => {
    await calm();
    await command(title);
    await quick.waitFor({ state: 'hidden' });
    // With the driver on, the workbench keeps its pop-ups in the list of notifications. The bell opens no
    // list before the progress is there, and a second click closes it: so it is clicked until it shows.
    const bell = page.locator('.statusbar-item[id="status.notifications"] a');
    return opened('the list of notifications', item(text), () => bell.click());
  };
  const opensAs = (title) => page.locator('.tab.active', { hasText: title }).waitFor();

  await check('the hotfix is judged', () => says('hotfix/v1.2.1 → main'));
  await check('the proof says what it is doing', async () => {
    await running('Hotfix: Prove the Fix by Its Tests', 'running the changed tests on');
    await shot('1-proving');
    fs.writeFileSync(seen, '');
  });
  await check('and opens as a page when it is done', async () => {
    await opensAs('Proof of the Fix');
    await until('the verdict', () => inFrames('1 test is red on main and green with the hotfix'));
    await item('proving the fix').waitFor({ state: 'detached' });
    await shot('2-proof');
  });
  await check('what runs can be cancelled', async () => {
    const shown = await running('Hotfix: Run the Verification Commands', 'running the smoke tests');
    const pid = Number(await until('the tests', () => fs.existsSync(pids) && fs.readFileSync(pids, 'utf8').trim()));
    await shot('3-verifying');
    await shown.hover();
    await shown.locator('.monaco-button', { hasText: 'Cancel' }).first().click();
    await page.locator('.statusbar-item', { hasText: 'Hotfix: cancelled' }).waitFor();
    await until('the end of what it started', () => !fs.existsSync(`/proc/${pid}`));
    await shot('4-cancelled');
  });
  await check('the branches that may lack the fix are picked, and the answer is a page', async () => {
    await calm();
    await command('Hotfix: Say Where the Fix Is Missing');
    const branch = page.locator('.quick-input-list .monaco-list-row', { hasText: 'release/1.1' }).first();
    await branch.waitFor();
    if ((await page.locator('.quick-input-list .monaco-list-row').count()) !== 1) throw new Error('production or the hotfix itself is offered');
    await branch.click();
    await shot('5-pick');
    await page.locator('.quick-input-widget .monaco-button', { hasText: 'OK' }).click();
    await opensAs('Where the Fix Is Missing');
    await until('the answer', () => inFrames('release/1.1: the fix is missing'));
    await shot('6-missing');
  });
  await check('the rollback plan is a page', async () => {
    await calm();
    await command('Hotfix: Show the Rollback Plan');
    await opensAs('Rollback Plan');
    await until('the commands', () => inFrames('git revert'));
    await shot('7-rollback');
  });
  await check('a change leaves the hotfix and stands in the view', async () => {
    await calm();
    await page.locator('.tab', { hasText: 'client.py' }).click();
    await goTo(5, 10);
    await command('Hotfix: Defer This Hunk to a Feature Branch');
    await gone('as the shop has it');
    await page.locator('.activitybar .action-label[aria-label^="Hotfix"]').first().click({ force: true });
    const title = page.locator('.pane-header', { hasText: 'Deferred (1)' });
    // The view is closed at first, and its title tells.
    await title.click();
    await row('client.py:5').first().waitFor();
    await shot('8-deferred');
  });
  await check('and comes back by a click', async () => {
    const deferred = row('client.py:5').first();
    await deferred.hover();
    await deferred.locator('.action-label[aria-label^="Bring This Change Back"]').click();
    await page.locator('.view-line', { hasText: 'as the shop has it' }).first().waitFor();
    await deferred.waitFor({ state: 'detached' });
    await until('the disk', () => repository.read('shop/client.py').includes('as the shop has it'));
    await shot('9-back');
  });
} catch (error) {
  checks.failed += 1;
  console.log(`FAILED  ${error.stack}`);
} finally {
  await bench?.close();
  repository.remove();
}
checks.finish();
