/** The verbs that run tests or look through git: with progress and cancel, their answer as a page. */

import { execFile } from 'node:child_process';
import * as path from 'node:path';
import { promisify } from 'node:util';
import * as vscode from 'vscode';
import { ExecuteCommandRequest, WorkDoneProgress } from 'vscode-languageclient/node';
import { Server } from './server';

const SCHEME = 'hotfix-result';

/** What a verb is called while it runs, and the heading of its answer. */
const VERBS = {
  prove: { doing: 'proving the fix', heading: 'Proof of the Fix', saves: true },
  verify: { doing: 'running the verification commands', heading: 'Verification', saves: true },
  rollback: { doing: 'planning the rollback', heading: 'Rollback Plan', saves: false },
  backmerge: { doing: 'looking for the fix on other branches', heading: 'Where the Fix Is Missing', saves: false },
};

export class Runs implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly onDidChange: vscode.Event<vscode.Uri>;
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  private readonly registration = vscode.workspace.registerTextDocumentContentProvider(SCHEME, this);
  /** The last answer of each verb, by the path of its page. */
  private readonly pages = new Map<string, string>();
  private count = 0;

  constructor(private readonly server: Server) {
    this.onDidChange = this.changed.event;
  }

  dispose(): void {
    this.registration.dispose();
    this.changed.dispose();
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.pages.get(uri.path) ?? '';
  }

  /** Runs a verb in the repository of the file that the user looks at, and shows its answer. */
  async run(verb: keyof typeof VERBS, more: Record<string, unknown> = {}): Promise<void> {
    const { doing, heading, saves } = VERBS[verb];
    const root = this.server.current?.root;
    if (root === undefined) {
      void vscode.window.showInformationMessage('Hotfix: open a folder of a git repository first.');
      return;
    }
    // The tests run on copies of what is on disk.
    if (saves) await vscode.workspace.saveAll(false);
    const options = { location: vscode.ProgressLocation.Notification, title: `Hotfix: ${doing}`, cancellable: true };
    const answer = await vscode.window.withProgress(options, async (progress, token) => {
      try {
        return await this.ask(verb, { uri: root, ...more }, progress, token);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        if (token.isCancellationRequested) vscode.window.setStatusBarMessage('Hotfix: cancelled', 5000);
        else void vscode.window.showErrorMessage(`Hotfix: ${reason}`);
        return undefined;
      }
    });
    if (answer === undefined) return;
    const page = vscode.Uri.from({ scheme: SCHEME, path: `/${path.basename(root)}/${heading}.md` });
    // The preview knows no boxes.
    const boxes = answer.replaceAll(/^(\s*- )\[ \]/gm, '$1☐').replaceAll(/^(\s*- )\[x\]/gm, '$1☑');
    this.pages.set(page.path, `# ${heading}\n\n${boxes}`);
    this.changed.fire(page);
    await vscode.commands.executeCommand('markdown.showPreview', page);
  }

  /** Asks which branches need the fix as well, and says where it is missing. */
  async backmerge(): Promise<void> {
    const { current } = this.server;
    const listed = current?.root === undefined ? [] : await branches(current.root).catch(() => []);
    const others = listed.filter((it) => it !== current?.branch && it !== current?.production);
    if (others.length === 0) {
      void vscode.window.showInformationMessage('Hotfix: this repository has no other branch that could need the fix.');
      return;
    }
    const picked = await vscode.window.showQuickPick(others, { canPickMany: true, placeHolder: 'Which branches need the fix as well?' });
    if (picked !== undefined && picked.length > 0) await this.run('backmerge', { branches: picked });
  }

  private async ask(verb: string, about: { uri: string }, progress: vscode.Progress<{ message?: string; increment?: number }>, token: vscode.CancellationToken): Promise<string> {
    const client = this.server.client;
    if (!client?.isRunning()) throw new Error('the server does not run: see the output');
    this.count += 1;
    const workDoneToken = `hotfix-run-${this.count}`;
    let shown = 0;
    const listener = client.onProgress(WorkDoneProgress.type, workDoneToken, (step) => {
      if (step.kind === 'end') return;
      const percentage = step.percentage ?? shown;
      progress.report({ message: step.message, increment: percentage - shown });
      shown = percentage;
    });
    try {
      const uri = client.code2ProtocolConverter.asUri(vscode.Uri.file(about.uri));
      const params = { command: `hotfix.${verb}`, arguments: [{ ...about, uri }], workDoneToken };
      const answer: { markdown?: string } = await client.sendRequest(ExecuteCommandRequest.type, params, token);
      return answer.markdown ?? '';
    } finally {
      listener.dispose();
    }
  }
}

/** The branches of a repository, here and on its remotes. */
async function branches(root: string): Promise<string[]> {
  const list = ['for-each-ref', '--format=%(refname:short)', 'refs/heads', 'refs/remotes'];
  const { stdout } = await promisify(execFile)('git', list, { cwd: root, windowsHide: true });
  return stdout.split('\n').filter((it) => it !== '' && !it.endsWith('/HEAD'));
}
