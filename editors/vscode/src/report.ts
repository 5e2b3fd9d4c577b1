/** The report of the hotfix: as a page in a tab, and as the text of the pull request. */

import { execFile } from 'node:child_process';
import * as path from 'node:path';
import * as vscode from 'vscode';
import { Server } from './server';

/** The page runs no script and loads nothing; its own style stands in it. */
const POLICY = `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`;
/** The page's colours, as the theme has them: the system's may be others. */
const THEME = `<style>:root { --ink: var(--vscode-foreground); --dim: var(--vscode-descriptionForeground);
  --paper: var(--vscode-editor-background); --card: var(--vscode-editorWidget-background);
  --line: var(--vscode-panel-border); --good: var(--vscode-testing-iconPassed); --bad: var(--vscode-testing-iconFailed);
  --wait: var(--vscode-editorWarning-foreground); --new: var(--vscode-diffEditor-insertedLineBackground);
  --old: var(--vscode-diffEditor-removedLineBackground); }</style>`;
/** The most that a report may take, in bytes. */
const MOST = 1 << 26;

export class Report implements vscode.Disposable {
  private panel: vscode.WebviewPanel | undefined;
  /** The repository that the tab is about. */
  private root = '';
  private readonly saves: vscode.Disposable;

  constructor(private readonly server: Server) {
    this.saves = vscode.workspace.onDidSaveTextDocument((document) => {
      const inside = !path.relative(this.root, document.uri.fsPath).startsWith('..');
      if (this.panel?.visible && inside) void this.fill();
    });
  }

  dispose(): void {
    this.saves.dispose();
    this.panel?.dispose();
  }

  /** Shows the page, or brings it up to date. */
  async show(): Promise<void> {
    const root = this.repository();
    if (root === undefined) return;
    const page = await this.asked(root, 'html');
    if (page === undefined) return;
    this.root = root;
    if (this.panel === undefined) {
      this.panel = vscode.window.createWebviewPanel('hotfix.report', 'Hotfix Report', vscode.ViewColumn.Active, { enableScripts: false, localResourceRoots: [] });
      this.panel.onDidDispose(() => (this.panel = undefined));
    } else {
      this.panel.reveal();
    }
    this.panel.title = `Hotfix Report: ${path.basename(root)}`;
    this.panel.webview.html = dressed(page);
  }

  /** Puts the text of the pull request on the clipboard. */
  async copy(): Promise<void> {
    const root = this.repository();
    const text = root && (await this.asked(root, 'markdown'));
    if (!text) return;
    await vscode.env.clipboard.writeText(text);
    void vscode.window.showInformationMessage('Hotfix: the text of the pull request is on the clipboard.');
  }

  private async fill(): Promise<void> {
    const page = await this.run(this.root, 'html', new AbortController()).catch(() => undefined);
    if (this.panel && page !== undefined) this.panel.webview.html = dressed(page);
  }

  private repository(): string | undefined {
    const { current, phase } = this.server;
    if (phase === 'active' && current?.root !== undefined) return current.root;
    void vscode.window.showInformationMessage('Hotfix: there is a report on a hotfix branch only.');
    return undefined;
  }

  /** What `report` prints, with progress; nothing when it failed or was cancelled, which is told. */
  private async asked(root: string, format: string): Promise<string | undefined> {
    const stop = new AbortController();
    const options = { location: vscode.ProgressLocation.Notification, title: 'Hotfix: writing the report', cancellable: true };
    try {
      return await vscode.window.withProgress(options, (_, token) => {
        token.onCancellationRequested(() => stop.abort());
        return this.run(root, format, stop);
      });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (!stop.signal.aborted) void vscode.window.showErrorMessage(`Hotfix: there is no report: ${reason}`);
      return undefined;
    }
  }

  private run(root: string, format: string, stop: AbortController): Promise<string> {
    const binary = this.server.binary?.path;
    if (binary === undefined) return Promise.reject(new Error('the server does not run'));
    return new Promise((resolve, reject) => {
      execFile(binary, ['report', '--format', format], { cwd: root, maxBuffer: MOST, windowsHide: true, signal: stop.signal }, (error, stdout, stderr) => {
        if (error) reject(new Error(stderr.trim().split('\n')[0] || error.message));
        else resolve(stdout);
      });
    });
  }
}

function dressed(page: string): string {
  return page.replace('<head>', () => `<head>${POLICY}`).replace('</head>', () => `${THEME}</head>`);
}
