/** The check of the whole branch, as a task in a terminal. */

import * as vscode from 'vscode';
import { Server } from './server';

/** The task "hotfix: check" of `tasks.json` and of "Run Task". */
export function checkTasks(server: Server): vscode.Disposable {
  return vscode.tasks.registerTaskProvider('hotfix', {
    provideTasks: () => {
      const root = rootOf(server);
      const task = root && makeTask(server, root, { type: 'hotfix', verb: 'check' });
      return task ? [task] : [];
    },
    resolveTask: (task) => {
      const root = rootOf(server);
      return root === undefined ? undefined : makeTask(server, root, task.definition);
    },
  });
}

/** Runs the check in the repository of the file that the user looks at. */
export async function runCheck(server: Server): Promise<void> {
  const root = rootOf(server);
  const task = root && makeTask(server, root, { type: 'hotfix', verb: 'check' });
  if (task) await vscode.tasks.executeTask(task);
  else void vscode.window.showInformationMessage('Hotfix: open a folder of a git repository first.');
}

function rootOf(server: Server): string | undefined {
  return server.current?.root ?? vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
}

function makeTask(server: Server, root: string, definition: vscode.TaskDefinition): vscode.Task | undefined {
  const binary = server.binary?.path;
  if (binary === undefined || definition['verb'] !== 'check') return undefined;
  // No shell takes part: paths may hold blanks and signs.
  const execution = new vscode.ProcessExecution(binary, ['check'], { cwd: root });
  const task = new vscode.Task(definition, vscode.TaskScope.Workspace, 'check', 'hotfix', execution, []);
  task.presentationOptions = { reveal: vscode.TaskRevealKind.Always, clear: true, focus: false };
  task.detail = 'Judges every file that the hotfix branch changes';
  return task;
}
