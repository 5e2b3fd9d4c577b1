/** The view "Deferred": changes that left the hotfix for a feature branch, and the way back. */

import { execFile } from 'node:child_process';
import * as path from 'node:path';
import { promisify } from 'node:util';
import * as vscode from 'vscode';
import { Server } from './server';

/** Where the server puts the patches, in a repository. */
const FOLDER = '.hotfix/deferred';

export interface Deferred {
  root: string;
  number: number;
  what: string;
  /** The file that it left, relative to the repository. */
  file: string;
  line: number;
  patch: vscode.Uri;
}

export class DeferredView implements vscode.TreeDataProvider<Deferred>, vscode.Disposable {
  readonly onDidChangeTreeData: vscode.Event<void>;
  private readonly changed = new vscode.EventEmitter<void>();
  private readonly tree: vscode.TreeView<Deferred>;
  private readonly subscriptions: vscode.Disposable[] = [];
  private found: Deferred[] = [];
  private question = 0;

  constructor(private readonly server: Server) {
    this.onDidChangeTreeData = this.changed.event;
    const watcher = vscode.workspace.createFileSystemWatcher(`**/${FOLDER}/*.patch`);
    const again = () => void this.refresh();
    this.tree = vscode.window.createTreeView('hotfix.deferred', { treeDataProvider: this });
    this.subscriptions.push(
      this.changed,
      this.tree,
      watcher,
      watcher.onDidCreate(again),
      watcher.onDidChange(again),
      watcher.onDidDelete(again),
      server.onStatus(again),
    );
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  getTreeItem(change: Deferred): vscode.TreeItem {
    const row = new vscode.TreeItem(change.what);
    row.description = `${path.basename(change.file)}:${change.line}`;
    row.tooltip = `${change.file}:${change.line}`;
    row.iconPath = new vscode.ThemeIcon('archive');
    row.contextValue = 'hotfix.deferred';
    row.command = { command: 'vscode.open', title: 'Show the Patch', arguments: [change.patch] };
    return row;
  }

  getChildren(change?: Deferred): Deferred[] {
    return change === undefined ? this.found : [];
  }

  /** Looks for the patches anew. Their count stands in the title, since the view may be closed. */
  private async refresh(): Promise<void> {
    this.question += 1;
    const question = this.question;
    const found = await this.patches().catch((): Deferred[] => []);
    if (question !== this.question) return;
    this.found = found;
    this.tree.title = found.length > 0 ? `Deferred (${found.length})` : 'Deferred';
    this.changed.fire();
  }

  private async patches(): Promise<Deferred[]> {
    const root = this.server.current?.root;
    if (root === undefined) return [];
    const folder = vscode.Uri.file(path.join(root, FOLDER));
    const entries = await Promise.resolve(vscode.workspace.fs.readDirectory(folder)).catch((): [string, vscode.FileType][] => []);
    const found: Deferred[] = [];
    for (const [name] of entries.sort()) {
      const number = /^(\d+)-.*\.patch$/.exec(name)?.[1];
      if (number === undefined) continue;
      const patch = vscode.Uri.joinPath(folder, name);
      const text = Buffer.from(await vscode.workspace.fs.readFile(patch)).toString('utf8');
      const field = (key: RegExp) => key.exec(text)?.[1] ?? '';
      found.push({
        root,
        number: Number(number),
        what: field(/^Deferred from [^:\n]*: (.*)$/m) || name,
        file: field(/^Hotfix-File: (.*)$/m),
        line: Number(field(/^Hotfix-Line: (\d+)$/m)) || 1,
        patch,
      });
    }
    return found;
  }

  /** Brings a change back into its file, which is saved first: the patch goes into what is on disk. */
  async bringBack(change: Deferred): Promise<void> {
    const binary = this.server.binary?.path;
    if (binary === undefined) return;
    const file = vscode.Uri.file(path.join(change.root, change.file));
    const open = vscode.workspace.textDocuments.find((it) => it.uri.toString() === file.toString());
    if (open?.isDirty && !(await open.save())) return;
    try {
      await promisify(execFile)(binary, ['defer', '--apply', String(change.number)], { cwd: change.root });
    } catch (error) {
      const said = String((error as { stderr?: string }).stderr ?? error).replace(/^error: /, '').trim();
      void vscode.window.showErrorMessage(`Hotfix: ${said}`);
      return;
    }
    await vscode.window.showTextDocument(file, { selection: new vscode.Range(change.line - 1, 0, change.line - 1, 0) });
    await this.refresh();
  }
}
