// Runs INSIDE the extension host: what a person cannot see, or would need long to provoke.
const vscode = require('vscode');
const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');

const { first, second, worktree, results, extension } = JSON.parse(fs.readFileSync(path.join(__dirname, 'paths.json'), 'utf8'));

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
const until = async (what, reached, ms = 20_000) => {
  for (const end = Date.now() + ms; ; await sleep(20)) {
    const value = await reached();
    if (value) return value;
    if (end < Date.now()) throw new Error(`never came: ${what}`);
  }
};

const told = [];
const test = async (name, work) => {
  const begin = Date.now();
  try {
    await work();
    told.push({ name, ms: Date.now() - begin });
  } catch (error) {
    told.push({ name, ms: Date.now() - begin, error: String(error.stack ?? error) });
  }
  fs.writeFileSync(results, JSON.stringify(told));
};

const uriOf = (root, file) => vscode.Uri.file(path.join(root, file));
const rulesOf = (uri) =>
  vscode.languages
    .getDiagnostics(uri)
    .filter((it) => it.source === 'hotfix')
    .map((it) => it.code.value);
const open = async (uri) => vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri));
const set = (key, value, target = vscode.ConfigurationTarget.Global) => vscode.workspace.getConfiguration('hotfix').update(key, value, target);
const serverProcess = (binary) => {
  if (binary === '') return undefined;
  const children = fs.readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').trim().split(' ').filter(Boolean);
  return children.map(Number).find((pid) => {
    try {
      return fs.readlinkSync(`/proc/${pid}/exe`) === fs.realpathSync(binary);
    } catch {
      return false;
    }
  });
};

exports.run = async () => {
  const client = uriOf(first, 'shop/client.py');
  let api;

  await test('the extension starts the server that it brought along', async () => {
    api = await vscode.extensions.getExtension('hotfix-ls.hotfix-ls').activate();
    assert.equal(api.trouble(), '');
    assert.equal(api.binary().origin, 'bundled');
    assert.equal(api.binary().path, path.join(extension, 'server/hotfix-ls'));
    assert.match(api.binary().version, /^hotfix-ls \d/);
  });
  await test('every command of the manifest exists', async () => {
    const manifest = vscode.extensions.getExtension('hotfix-ls.hotfix-ls').packageJSON;
    const known = await vscode.commands.getCommands(true);
    const missing = manifest.contributes.commands.map((it) => it.command).filter((it) => !known.includes(it));
    assert.deepEqual(missing, []);
  });
  await test('findings come for open files and for files that are closed', async () => {
    await open(client);
    await until('the open file', () => rulesOf(client).includes('request-without-timeout'));
    await until('the closed file', () => rulesOf(uriOf(first, 'shop/orders.py')).includes('debug-leftover'));
  });
  await test('the finding marks the call', async () => {
    const [finding] = vscode.languages.getDiagnostics(client);
    assert.equal(finding.range.start.line, 19);
    assert.equal(finding.severity, vscode.DiagnosticSeverity.Warning);
  });
  await test('several folders have their own status, and so has a worktree', async () => {
    await until('the first', () => api.status()?.root === first);
    assert.equal(api.status().branch, 'hotfix/v1.2.1');
    await open(uriOf(second, 'shop/client.py'));
    await until('the second', () => api.status()?.root === second);
    await until('its findings', () => rulesOf(uriOf(second, 'shop/client.py')).length > 0);
    await open(uriOf(worktree, 'shop/orders.py'));
    await until('the worktree', () => api.status()?.root === worktree && api.status().branch === 'hotfix/v1.2.2');
    await until('its finding', () => rulesOf(uriOf(worktree, 'shop/orders.py')).includes('debug-leftover'));
    await until('its checklist', () => api.checklist() === worktree);
    await open(client);
    await until('the first again', () => api.status()?.root === first);
    await until('its checklist', () => api.checklist() === first);
  });
  await test('the view lists the findings of each folder and of the worktree below its name', async () => {
    const below = (lines, name) => {
      const rest = lines.slice(lines.indexOf(name) + 1);
      const end = rest.findIndex((it) => !it.startsWith(' '));
      return rest.slice(0, end < 0 ? rest.length : end).map((it) => it.trim());
    };
    const names = (lines) => lines.filter((it) => !it.startsWith(' '));
    const lines = await until('three repositories', async () => {
      const shown = await api.findings();
      return names(shown).length === 3 && below(shown, 'worktree').length > 0 && shown;
    });
    assert.deepEqual(names(lines), [first, second, worktree].sort().map((it) => path.basename(it)));
    assert.ok(below(lines, path.basename(first)).includes('client.py:20'), lines.join('\n'));
    assert.ok(below(lines, path.basename(second)).includes('client.py:20'), lines.join('\n'));
    // The worktree is on a hotfix of its own, whose client.py is production's.
    assert.ok(!below(lines, 'worktree').includes('client.py:20'), lines.join('\n'));
    assert.ok(below(lines, 'worktree').some((it) => it.startsWith('orders.py:')), lines.join('\n'));
  });
  await test('production\'s file is read as production has it', async () => {
    await open(client);
    const production = client.with({ scheme: 'hotfix-production' });
    const text = Buffer.from(await vscode.workspace.fs.readFile(production)).toString();
    assert.ok(text.includes('"""Return the order at url."""'), text);
    assert.ok(!text.includes('fetch_stock'), text);
    assert.equal(vscode.workspace.fs.isWritableFileSystem('hotfix-production'), false);
  });
  await test('a setting that nobody has set is not sent', () => {
    assert.deepEqual(api.settings(), {});
  });
  await test('a setting reaches the server and comes back', async () => {
    await set('rules', { 'request-without-timeout': 'off' });
    assert.deepEqual(api.settings(), { rules: { 'request-without-timeout': 'off' } });
    await until('the rule is off', () => !rulesOf(client).includes('request-without-timeout'));
    await set('rules', undefined);
    await until('the rule is on', () => rulesOf(client).includes('request-without-timeout'));
    assert.deepEqual(api.settings(), {});
  });
  await test('hotfix.toml holds where the editor has set nothing', async () => {
    const file = path.join(first, 'hotfix.toml');
    fs.writeFileSync(file, '[rules]\nrequest-without-timeout = "hint"\n');
    await until('a hint', () => vscode.languages.getDiagnostics(client).some((it) => it.severity === vscode.DiagnosticSeverity.Hint));
    fs.rmSync(file);
    await until('a warning', () => vscode.languages.getDiagnostics(client).every((it) => it.severity === vscode.DiagnosticSeverity.Warning));
  });
  await test('all safe fixes of a file are applied by one command', async () => {
    const orders = uriOf(first, 'shop/orders.py');
    const editor = await open(orders);
    await vscode.commands.executeCommand('hotfix.fixAll');
    await until('the fix', () => !editor.document.getText().includes('breakpoint'));
    await until('no finding', () => rulesOf(orders).length === 0);
    await vscode.commands.executeCommand('undo');
    await until('the finding again', () => rulesOf(orders).length === 1);
  });
  await test('production\'s version of a definition comes back by a command', async () => {
    const editor = await open(client);
    editor.selection = new vscode.Selection(4, 10, 4, 10);
    await vscode.commands.executeCommand('hotfix.restoreDefinition');
    await until('production\'s docstring', () => !editor.document.getText().includes('as the shop has it'));
    await vscode.commands.executeCommand('undo');
    await until('the hotfix again', () => editor.document.getText().includes('as the shop has it'));
  });
  await test('production\'s lines of one hunk come back by a command', async () => {
    const editor = await open(client);
    editor.selection = new vscode.Selection(4, 10, 4, 10);
    await vscode.commands.executeCommand('hotfix.restoreHunk');
    await until('production\'s docstring', () => !editor.document.getText().includes('as the shop has it'));
    assert.ok(rulesOf(client).length > 0, 'the other hunk stays');
    await vscode.commands.executeCommand('undo');
    await until('the hotfix again', () => editor.document.getText().includes('as the shop has it'));
  });
  await test('a hunk leaves into a patch and comes back', async () => {
    const editor = await open(client);
    const before = editor.document.getText();
    const patch = path.join(first, '.hotfix/deferred/01-change-in-fetch-order.patch');
    editor.selection = new vscode.Selection(4, 10, 4, 10);
    await vscode.commands.executeCommand('hotfix.deferHunk');
    await until('production\'s docstring', () => !editor.document.getText().includes('as the shop has it'));
    assert.ok(fs.existsSync(patch), 'the patch is there');
    assert.ok(rulesOf(client).length > 0, 'the other hunk stays');
    await vscode.commands.executeCommand('hotfix.bringBack', { root: first, number: 1, what: '', file: 'shop/client.py', line: 5 });
    await until('the same text', () => editor.document.getText() === before);
    assert.equal(editor.document.isDirty, false);
    assert.equal(fs.existsSync(patch), false);
  });
  await test('the status tells how the checklist stands', async () => {
    await open(client);
    const tally = await until('the checklist', () => api.status()?.checklist);
    assert.equal(tally.total, 14);
  });
  await test('a change of the gutter at the end of the file is taken back exactly', async () => {
    const editor = await open(client);
    const production = Buffer.from(await vscode.workspace.fs.readFile(client.with({ scheme: 'hotfix-production' }))).toString();
    const before = editor.document.getText();
    const added = { originalStartLineNumber: 15, originalEndLineNumber: 0, modifiedStartLineNumber: 16, modifiedEndLineNumber: 30 };
    const changed = { originalStartLineNumber: 5, originalEndLineNumber: 5, modifiedStartLineNumber: 5, modifiedEndLineNumber: 5 };
    await vscode.commands.executeCommand('hotfix.revertChange', client, [changed, added], 1);
    await vscode.commands.executeCommand('hotfix.revertChange', client, [changed, added], 0);
    assert.equal(editor.document.getText(), production);
    await vscode.commands.executeCommand('undo');
    await vscode.commands.executeCommand('undo');
    assert.equal(editor.document.getText(), before);
  });
  await test('lines that the hotfix removes come back, at the start and at the end', async () => {
    const editor = await open(client);
    const before = editor.document.getText();
    const lines = (text) => text.split('\n');
    const production = Buffer.from(await vscode.workspace.fs.readFile(client.with({ scheme: 'hotfix-production' }))).toString();
    const replace = async (text) => editor.edit((edit) => edit.replace(new vscode.Range(0, 0, editor.document.lineCount, 0), text));
    await replace(lines(production).slice(3).join('\n'));
    await vscode.commands.executeCommand('hotfix.revertChange', client, [{ originalStartLineNumber: 1, originalEndLineNumber: 3, modifiedStartLineNumber: 0, modifiedEndLineNumber: 0 }], 0);
    assert.equal(editor.document.getText(), production);
    await replace(lines(production).slice(0, 14).join('\n'));
    await vscode.commands.executeCommand('hotfix.revertChange', client, [{ originalStartLineNumber: 15, originalEndLineNumber: 16, modifiedStartLineNumber: 14, modifiedEndLineNumber: 0 }], 0);
    assert.equal(editor.document.getText(), production);
    await replace(before);
    await until('the finding again', () => rulesOf(client).length === 1);
  });
  await test('the check of the whole branch runs as a task', async () => {
    const ended = new Promise((done) => {
      const listener = vscode.tasks.onDidEndTaskProcess((event) => {
        listener.dispose();
        done(event);
      });
    });
    await vscode.commands.executeCommand('hotfix.check');
    const { exitCode, execution } = await Promise.race([ended, sleep(30_000).then(() => ({}))]);
    assert.equal(execution?.task.name, 'check');
    // Findings fail it, as on the command line.
    assert.equal(exitCode, 1);
  });
  const reportTab = () => vscode.window.tabGroups.all.flatMap((it) => it.tabs).find((it) => /hotfix\.report$/.test(it.input?.viewType ?? ''));
  await test('the report opens as a page, in one tab', async () => {
    await open(client);
    await until('the status', () => api.status()?.root === first && api.status().state === 'active');
    await vscode.commands.executeCommand('hotfix.showReport');
    const tab = await until('the tab', reportTab);
    assert.equal(tab.label, 'Hotfix Report: shop');
    await open(client);
    await vscode.commands.executeCommand('hotfix.showReport');
    assert.equal(vscode.window.tabGroups.all.flatMap((it) => it.tabs).filter((it) => it.label === tab.label).length, 1);
    await vscode.window.tabGroups.close(reportTab());
    await until('no tab', () => reportTab() === undefined);
  });
  await test('the text of the pull request, with what is not saved, is on the clipboard', async () => {
    const editor = await open(client);
    const copied = async () => {
      await vscode.env.clipboard.writeText('');
      await vscode.commands.executeCommand('hotfix.copyReport');
      return vscode.env.clipboard.readText();
    };
    const before = await copied();
    assert.match(before, /1\.2\.1/);
    assert.doesNotMatch(before, /_later/);
    await editor.edit((edit) => edit.insert(new vscode.Position(editor.document.lineCount, 0), '\n\ndef _later():\n    return 1\n'));
    await until('the new function', async () => (await copied()).includes('_later'));
    await vscode.commands.executeCommand('undo');
    await until('the same text', async () => (await copied()) === before);
  });
  await test('a server that is killed comes back with its state', async () => {
    const old = serverProcess(api.binary().path);
    assert.ok(old, 'the server is a child of the extension host');
    const editor = await open(client);
    await editor.edit((edit) => edit.insert(new vscode.Position(editor.document.lineCount, 0), '\n\ndef _ping():\n    try:\n        return requests.get("https://example.com/ping").status_code\n    except requests.RequestException as error:\n        raise LookupError("ping") from error\n'));
    await until('two findings', () => rulesOf(client).length === 2);
    process.kill(old, 'SIGKILL');
    // Requests that are written to a server that is gone, before its end is noticed, as on a busy machine.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
    for (let i = 0; i < 5; i += 1) vscode.commands.executeCommand('hotfix.fixAll').then(undefined, () => {});
    const fresh = await until('a new server', () => {
      const pid = serverProcess(api.binary().path);
      return pid !== old && pid;
    });
    await until('the status', () => api.status()?.state === 'active');
    await until('the findings of the unsaved text', () => rulesOf(client).length === 2);
    assert.notEqual(fresh, old);
    await vscode.commands.executeCommand('undo');
    await until('it follows', () => rulesOf(client).length === 1);
  });
  await test('the restart command starts another server', async () => {
    const old = serverProcess(api.binary().path);
    await vscode.commands.executeCommand('hotfix.restart');
    await until('a new server', () => serverProcess(api.binary().path) !== old && serverProcess(api.binary().path));
    await until('the findings', () => rulesOf(client).length === 1);
  });
  await test('a server that keeps dying is told, and the restart command brings it back', async () => {
    let last;
    for (let i = 0; i < 6 && api.trouble() === ''; i += 1) {
      const pid = await until('a server, or the message', () => api.trouble() !== '' || (serverProcess(api.binary().path) !== last && serverProcess(api.binary().path)));
      if (pid === true) break;
      await until('its status', () => api.status()?.state === 'active');
      last = pid;
      process.kill(pid, 'SIGKILL');
      await until('its end', () => api.trouble() !== '' || serverProcess(api.binary()?.path ?? '') !== pid);
    }
    await until('the message', () => /has ended by itself 5 times/.test(api.trouble()));
    await vscode.commands.executeCommand('hotfix.restart');
    await until('the findings', () => api.trouble() === '' && rulesOf(client).length === 1);
  });
  await test('a wrong server path is told with the reason, and the way back works', async () => {
    const cases = [
      ['/no/such/hotfix-ls', /there is no such program/],
      ['/bin/true', /this is another program/],
      ['/bin/false', /it fails/],
      ['hotfix-ls', /must be an absolute path/],
      [path.join(__dirname, 'paths.json'), /it is not allowed to run/],
    ];
    for (const [wrong, reason] of cases) {
      await set('server.path', wrong);
      await until(`${wrong}: ${reason}`, () => reason.test(api.trouble()));
      assert.equal(rulesOf(client).length, 0, 'nothing is shown by a server that is gone');
    }
    await set('server.path', undefined);
    await until('the bundled server again', () => api.trouble() === '' && api.binary()?.origin === 'bundled');
    await until('the findings', () => rulesOf(client).length === 1);
  });
  await test('a server of another platform is told as such', async () => {
    const foreign = path.join(__dirname, 'foreign');
    // The head of an ELF program for a machine that is not this one.
    fs.writeFileSync(foreign, Buffer.concat([Buffer.from('7f454c4602010100', 'hex'), Buffer.alloc(8), Buffer.from('0200f300', 'hex'), Buffer.alloc(100)]), { mode: 0o755 });
    await set('server.path', foreign);
    await until('the reason', () => /for another platform/.test(api.trouble()));
    await set('server.path', undefined);
    await until('the bundled server again', () => api.trouble() === '' && api.binary());
  });
  await test('without a bundled server the one on the PATH is taken, and without both the message says so', async () => {
    const bundled = path.join(extension, 'server/hotfix-ls');
    const folder = path.join(__dirname, 'bin');
    const before = process.env.PATH;
    fs.mkdirSync(folder);
    fs.renameSync(bundled, path.join(folder, 'hotfix-ls'));
    try {
      await vscode.commands.executeCommand('hotfix.restart');
      assert.match(api.trouble(), /not in this extension and not on the PATH/);
      process.env.PATH = `${folder}:${before}`;
      await vscode.commands.executeCommand('hotfix.restart');
      assert.equal(api.trouble(), '');
      assert.equal(api.binary().origin, 'PATH');
    } finally {
      process.env.PATH = before;
      fs.renameSync(path.join(folder, 'hotfix-ls'), bundled);
      await vscode.commands.executeCommand('hotfix.restart');
    }
    await until('the findings', () => rulesOf(client).length === 1);
  });
  await test('the last test', () => {});
};
