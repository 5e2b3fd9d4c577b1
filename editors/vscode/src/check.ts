/** Verbs of the command line, as tasks in a terminal. */

import * as vscode from 'vscode';
import { Server } from './server';

/** The verbs that can run in a terminal, from `tasks.json` and from "Run Task" as well. */
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

function rootOf(server: Server): string | undefined {
  return server.current?.root ?? vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
}

function makeTask(server: Server, root: string, definition: vscode.TaskDefinition): vscode.Task | undefined {
  const binary = server.binary?.path;
  const verb = String(definition['verb']);
  const detail = (VERBS as Record<string, string>)[verb];
  if (binary === undefined || detail === undefined) return undefined;
  // No shell takes part: paths may hold blanks and signs.
  const execution = new vscode.ProcessExecution(binary, [verb], { cwd: root });
  const task = new vscode.Task(definition, vscode.TaskScope.Workspace, verb, 'hotfix', execution, []);
  task.presentationOptions = { reveal: vscode.TaskRevealKind.Always, clear: true, focus: false };
  task.detail = detail;
  return task;
}
