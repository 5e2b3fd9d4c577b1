// What a person does in the workbench, and what one waits for.
import path from 'node:path';
import { until } from './workbench.mjs';

/** The hands and eyes of a person at a page of the workbench; pictures go into the folder `out`. */
export function person(page, out) {
  const status = page.locator('.statusbar-item[id="hotfix-ls.hotfix-ls.hotfix.status"]');
  const quick = page.locator('.quick-input-widget input.input');
  const row = (text) => page.locator('.tree-explorer-viewlet-tree-view .monaco-list-row', { hasText: text });
  const shot = (name) => page.screenshot({ path: path.join(out, `${name}.png`) });
  const calm = async () => {
    await page.mouse.move(700, 795);
    for (let i = 0; i < 2; i += 1) await page.keyboard.press('Escape');
  };
  /** A pop-up can be swallowed on a loaded machine: act again until it is there. */
  const opened = async (what, target, act) => {
    for (let i = 0; i < 6; i += 1) {
      await calm();
      await act();
      try {
        await target.waitFor({ timeout: 6000 });
        return target;
      } catch {
        // Again.
      }
    }
    throw new Error(`never showed: ${what}`);
  };
  const command = async (title) => {
    await opened('the palette', quick, () => page.keyboard.press('F1'));
    await quick.fill(`>${title}`);
    await page.locator('.quick-input-list .monaco-list-row', { hasText: title }).first().waitFor();
    await page.keyboard.press('Enter');
  };
  const focusEditor = async () => {
    await calm();
    await command('View: Focus Active Editor Group');
    // Keys that come before the palette has gone would be lost.
    await quick.waitFor({ state: 'hidden' });
    await until('the editor has the keyboard', () => page.evaluate(() => !!document.activeElement?.closest('.monaco-editor')));
  };
  const goTo = async (line, column) => {
    await focusEditor();
    await page.keyboard.press('Control+g');
    await quick.waitFor();
    await quick.fill(`:${line}:${column}`);
    await page.keyboard.press('Enter');
    await page.locator('.statusbar-item', { hasText: `Ln ${line}, Col ${column}` }).waitFor();
  };
  const gone = (text) => until(`no line shows ${text}`, async () => (await page.locator('.view-line', { hasText: text }).count()) === 0);
  const says = (text) => until(`the status bar says ${text}`, async () => (await status.innerText().catch(() => '')).includes(text));
  /** Saves until the disk shows it: a key can be swallowed while a pop-up closes. */
  const saved = async (what, isThere) => {
    for (let i = 0; i < 4; i += 1) {
      await focusEditor();
      await page.keyboard.press('Control+s');
      const there = await until(`${what} on disk`, isThere, 3000).catch(() => false);
      if (there) return;
    }
    throw new Error(`never on disk: ${what}`);
  };
  /** Whether a page inside the workbench shows a text. */
  const inFrames = async (wanted) => {
    const texts = await Promise.all(page.frames().map((frame) => frame.locator('body').innerText({ timeout: 500 }).catch(() => '')));
    return texts.some((text) => text.includes(wanted));
  };
  return { status, quick, row, shot, calm, opened, command, focusEditor, goTo, gone, says, saved, inFrames };
}
