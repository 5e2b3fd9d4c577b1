// A repository that the user has not trusted, in real VS Code: it can name no program that runs, and
// nothing of it is run. Then it is trusted. Started by tests/editors/vscode/run as: node trust.mjs VSIX OUT
import fs from 'node:fs';
import path from 'node:path';
import { Repository } from './scene.mjs';
import { Checks, sleep, until, Workbench } from './workbench.mjs';

const [vsix, out] = process.argv.slice(2);
const checks = new Checks(out);
const repository = new Repository();
const marker = path.join(repository.home, 'ran');
let bench;

try {
  const program = path.join(repository.home, 'hotfix-ls');
  fs.writeFileSync(program, `#!/bin/sh\necho "$@" >>'${marker}'\nexit 1\n`, { mode: 0o755 });
  repository.write('.vscode/settings.json', JSON.stringify({ 'hotfix.server.path': program }));
  bench = await Workbench.start({
    vsix,
    out,
    settings: { 'security.workspace.trust.enabled': true, 'security.workspace.trust.startupPrompt': 'never', 'security.workspace.trust.banner': 'never' },
  });
  const { page } = bench;
  await bench.open(repository.root, 'shop/client.py');

  const status = page.locator('.statusbar-item[id="hotfix-ls.hotfix-ls.hotfix.status"]');
  const quick = page.locator('.quick-input-widget input.input');
  const says = (text) => until(`the status bar says ${text}`, async () => (await status.innerText().catch(() => '')).includes(text));
  /** The commands that the palette lists for some words, once `other` is among them. */
  const listed = async (words, other) => {
    for (let i = 0; i < 6; i += 1) {
      for (let j = 0; j < 2; j += 1) await page.keyboard.press('Escape');
      await page.keyboard.press('F1');
      await quick.waitFor();
      await quick.fill(`>${words}`);
      const row = page.locator('.quick-input-list .monaco-list-row', { hasText: other }).first();
      const there = await row.waitFor({ timeout: 5000 }).then(() => true, () => false);
      if (there) {
        // Similar commands come a little later.
        await sleep(500);
        return page.locator('.quick-input-list .monaco-list-row').allInnerTexts();
      }
    }
    throw new Error(`the palette never listed ${other}`);
  };
  const check = (name, work) => checks.check(name, work, page);

  await check('the workspace is not trusted', () => page.locator('.statusbar-item', { hasText: 'Restricted Mode' }).waitFor());
  await check('the bundled server judges it all the same', async () => {
    await page.locator('.cdr.squiggly-warning').first().waitFor();
    await says('hotfix/v1.2.1 → main: 2 risky');
    await page.screenshot({ path: path.join(out, '1-restricted.png') });
  });
  await check('the program that its settings name was not run', () => {
    if (fs.existsSync(marker)) throw new Error(`it ran with ${fs.readFileSync(marker, 'utf8')}`);
  });
  await check('what would run its code is not offered, and the rest is', async () => {
    await listed('Hotfix: Show the Rollback Plan', 'Show the Rollback Plan');
    for (const title of ['Prove the Fix by Its Tests', 'Run the Verification Commands']) {
      // The palette lists similar commands, or says that there is none.
      const rows = await listed(`Hotfix: ${title}`, /./);
      if (rows.some((it) => it.includes(title))) throw new Error(`${title} is offered`);
    }
    await page.screenshot({ path: path.join(out, '2-palette.png') });
  });
  await check('once it is trusted the setting holds', async () => {
    await listed('Workspaces: Manage Workspace Trust', 'Manage Workspace Trust');
    await page.keyboard.press('Enter');
    await page.locator('.workspace-trust-editor .monaco-button', { hasText: /^Trust/ }).first().click();
    await until('the program ran', () => fs.existsSync(marker));
    await says('no server');
    await page.screenshot({ path: path.join(out, '3-trusted.png') });
  });
  await check('and so are the commands that run its code', async () => {
    repository.write('.vscode/settings.json', '{}');
    await says('hotfix/v1.2.1 → main');
    await listed('Hotfix: Prove the Fix', 'Prove the Fix by Its Tests');
  });
} catch (error) {
  checks.failed += 1;
  console.log(`FAILED  ${error.stack}`);
} finally {
  await bench?.close();
  repository.remove();
}
checks.finish();
