/** The check of the whole branch, as a task in a terminal. */

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import * as vscode from 'vscode';
import { Server } from './server';

/** The verbs that run in a terminal, where they show progress and can be stopped. */
const VERBS = {
  check: 'Judges every file that the hotfix branch changes',
  prove: 'Runs the changed tests on production and on the hotfix',
  verify: 'Runs the verification commands of the settings',
  rollback: 'Says how this hotfix is taken back',
};

/** The tasks "hotfix: check" and so on of `tasks.json` and of "Run Task". */
export function checkTasks(server: Server): vscode.Disposable {
  return vscode.tasks.registerTaskProvider('hotfix', {
    provideTasks: () => {
      const root = rootOf(server);
      if (root === undefined) return [];
      const tasks = Object.keys(VERBS).map((verb) => makeTask(server, root, { type: 'hotfix', verb }));
      return tasks.filter((task) => task !== undefined);
    },
    resolveTask: (task) => {
      const root = rootOf(server);
      return root === undefined ? undefined : makeTask(server, root, task.definition);
    },
  });
}

/** Runs a verb in the repository of the file that the user looks at. */
export async function runVerb(server: Server, verb: keyof typeof VERBS): Promise<void> {
  const root = rootOf(server);
  const task = root && makeTask(server, root, { type: 'hotfix', verb });
  if (task) await vscode.tasks.executeTask(task);
  else void vscode.window.showInformationMessage('Hotfix: open a folder of a git repository first.');
}

/** Asks which branches need the fix as well, and says where it is missing. */
export async function backmerge(server: Server): Promise<void> {
  const root = rootOf(server);
  if (root === undefined || server.binary === undefined) return;
  const listed = await branches(root).catch(() => []);
  const others = listed.filter((it) => it !== server.current?.branch);
  const picked = await vscode.window.showQuickPick(others, { canPickMany: true, placeHolder: 'Which branches need the fix as well?' });
  if (picked === undefined || picked.length === 0) return;
  const task = makeTask(server, root, { type: 'hotfix', verb: 'backmerge' }, ['--check', ...picked]);
  if (task) await vscode.tasks.executeTask(task);
}

/** The branches of a repository, here and on its remotes. */
async function branches(root: string): Promise<string[]> {
  const list = ['for-each-ref', '--format=%(refname:short)', 'refs/heads', 'refs/remotes'];
  const { stdout } = await promisify(execFile)('git', list, { cwd: root, windowsHide: true });
  return stdout.split('\n').filter((it) => it !== '' && !it.endsWith('/HEAD'));
}

function rootOf(server: Server): string | undefined {
  return server.current?.root ?? vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
}

function makeTask(server: Server, root: string, definition: vscode.TaskDefinition, words: string[] = []): vscode.Task | undefined {
  const binary = server.binary?.path;
  const verb = String(definition['verb']);
  const detail = { ...VERBS, backmerge: 'Says where the fix is missing' }[verb];
  if (binary === undefined || detail === undefined) return undefined;
  // No shell takes part: paths may hold blanks and signs.
  const execution = new vscode.ProcessExecution(binary, [verb, ...words], { cwd: root });
  const task = new vscode.Task(definition, vscode.TaskScope.Workspace, verb, 'hotfix', execution, []);
  task.presentationOptions = { reveal: vscode.TaskRevealKind.Always, clear: true, focus: false };
  task.detail = detail;
  return task;
}
