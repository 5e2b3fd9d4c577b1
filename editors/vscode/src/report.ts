/** The report of the hotfix: as a page in a tab, and as the text of the pull request. */

import * as path from 'node:path';
import * as vscode from 'vscode';
import { ExecuteCommandRequest } from 'vscode-languageclient/node';
import { Server } from './server';

/** The page runs no script and loads nothing; its own style stands in it. */
const POLICY = `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`;
/** The page's colours, as the theme has them: the system's may be others. */
const THEME = `<style>:root { --ink: var(--vscode-foreground); --dim: var(--vscode-descriptionForeground);
  --paper: var(--vscode-editor-background); --card: var(--vscode-editorWidget-background);
  --line: var(--vscode-panel-border); --good: var(--vscode-testing-iconPassed); --bad: var(--vscode-testing-iconFailed);
  --wait: var(--vscode-editorWarning-foreground); --new: var(--vscode-diffEditor-insertedLineBackground);
  --old: var(--vscode-diffEditor-removedLineBackground); }</style>`;

type Format = 'html' | 'markdown';

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
    const page = await this.run(this.root, 'html').catch(() => undefined);
    if (this.panel && page !== undefined) this.panel.webview.html = dressed(page);
  }

  private repository(): string | undefined {
    const { current, phase } = this.server;
    if (phase === 'active' && current?.root !== undefined) return current.root;
    void vscode.window.showInformationMessage('Hotfix: there is a report on a hotfix branch only.');
    return undefined;
  }

  /** The report, with progress; nothing when it failed or was cancelled, which is told. */
  private async asked(root: string, format: Format): Promise<string | undefined> {
    const options = { location: vscode.ProgressLocation.Notification, title: 'Hotfix: writing the report', cancellable: true };
    return vscode.window.withProgress(options, async (_, token) => {
      try {
        return await this.run(root, format, token);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        if (!token.isCancellationRequested) void vscode.window.showErrorMessage(`Hotfix: there is no report: ${reason}`);
        return undefined;
      }
    });
  }

  private async run(root: string, format: Format, token?: vscode.CancellationToken): Promise<string> {
    const client = this.server.client;
    if (!client?.isRunning()) throw new Error('the server does not run: see the output');
    const uri = client.code2ProtocolConverter.asUri(vscode.Uri.file(root));
    const answer: Partial<Record<Format, string>> = await client.sendRequest(ExecuteCommandRequest.type, { command: 'hotfix.report', arguments: [{ uri, format }] }, token);
    return answer[format] ?? '';
  }
}

function dressed(page: string): string {
  return page.replace('<head>', () => `<head>${POLICY}`).replace('</head>', () => `${THEME}</head>`);
}
