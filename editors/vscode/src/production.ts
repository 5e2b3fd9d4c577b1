/** Production's version of a file: in the gutter, in its peek, and beside the editor. */

import * as path from 'node:path';
import * as vscode from 'vscode';
import { ProductionText, productionText, short } from './protocol';
import { Server } from './server';

const SCHEME = 'hotfix-production';
/** The client may tell of a new document a little later than the gutter asks for it. */
const TRIES = 5;
const PAUSE_MS = 200;

/** What a change of the gutter is, as the editor hands it to `scm/change/title` commands. */
interface LineChange {
  readonly originalStartLineNumber: number;
  readonly originalEndLineNumber: number;
  readonly modifiedStartLineNumber: number;
  readonly modifiedEndLineNumber: number;
}

/**
 * Production's files are a file system that is only read. A plain content provider would do for
 * reading, but an editor that is closed and opened again at once then fails: "model already exists".
 */
export class Production implements vscode.FileSystemProvider, vscode.QuickDiffProvider, vscode.Disposable {
  readonly onDidChangeFile: vscode.Event<vscode.FileChangeEvent[]>;
  private readonly changed = new vscode.EventEmitter<vscode.FileChangeEvent[]>();
  /** What was read, by URI, until production moves. */
  private readonly texts = new Map<string, { uri: vscode.Uri; bytes: Uint8Array; time: number }>();
  private readonly subscriptions: vscode.Disposable[] = [];
  /** One for each hotfix that is judged: what it is compared with, and its entry. */
  private readonly controls = new Map<string, { against: string; control: vscode.SourceControl }>();

  constructor(private readonly server: Server) {
    this.onDidChangeFile = this.changed.event;
    this.subscriptions.push(
      this.changed,
      vscode.workspace.registerFileSystemProvider(SCHEME, this, { isReadonly: true, isCaseSensitive: true }),
      server.onStatus(() => this.follow()),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('hotfix.gutter')) this.follow();
      }),
    );
  }

  dispose(): void {
    for (const { control } of this.controls.values()) control.dispose();
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  /** The gutter asks what to compare a file with. */
  async provideOriginalResource(uri: vscode.Uri): Promise<vscode.Uri | undefined> {
    if (uri.scheme !== 'file') return undefined;
    const document = vscode.workspace.textDocuments.find((it) => it.uri.toString() === uri.toString());
    if (document?.languageId !== 'python') return undefined;
    const answer = await this.ask(uri);
    return answer?.text == null ? undefined : production(uri);
  }

  async stat(uri: vscode.Uri): Promise<vscode.FileStat> {
    const { bytes, time } = await this.text(uri);
    return { type: vscode.FileType.File, ctime: 0, mtime: time, size: bytes.length };
  }

  async readFile(uri: vscode.Uri): Promise<Uint8Array> {
    return (await this.text(uri)).bytes;
  }

  watch(): vscode.Disposable {
    // Every change is told, whoever watches.
    return new vscode.Disposable(() => undefined);
  }

  readDirectory(): [string, vscode.FileType][] {
    return [];
  }

  createDirectory(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  writeFile(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  delete(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  rename(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  private async text(uri: vscode.Uri): Promise<{ bytes: Uint8Array; time: number }> {
    const known = this.texts.get(uri.toString());
    if (known) return known;
    const answer = await this.ask(original(uri));
    if (answer?.text == null) throw vscode.FileSystemError.FileNotFound(uri);
    const text = { uri, bytes: new TextEncoder().encode(answer.text), time: Date.now() };
    this.texts.set(uri.toString(), text);
    return text;
  }

  /** Production has moved: what was read may be of an older one. */
  private forget(): void {
    const uris = [...this.texts.values()].map((it) => it.uri);
    this.texts.clear();
    this.changed.fire(uris.map((uri) => ({ type: vscode.FileChangeType.Changed, uri })));
  }

  /** Production's text of an open file, or the reason why there is none. */
  async ask(uri: vscode.Uri): Promise<ProductionText | undefined> {
    for (let tries = 1; ; tries += 1) {
      const client = this.server.client;
      if (client === undefined || !client.isRunning()) return undefined;
      const textDocument = { uri: client.code2ProtocolConverter.asUri(uri) };
      const answer = await client.sendRequest(productionText, { textDocument });
      const known = vscode.workspace.textDocuments.some((it) => it.uri.toString() === uri.toString());
      const early = known && answer?.reason?.startsWith('the file is not open');
      if (!early || tries === TRIES) return answer ?? undefined;
      await new Promise((done) => setTimeout(done, PAUSE_MS));
    }
  }

  /** Opens production's version and the user's, side by side. */
  async compare(uri: vscode.Uri): Promise<void> {
    // The server knows what production has of files that are open.
    await vscode.workspace.openTextDocument(uri);
    const answer = await this.ask(uri);
    const name = path.basename(uri.fsPath);
    if (answer?.text == null) {
      const reason = answer?.reason ?? 'the server does not run';
      void vscode.window.showInformationMessage(`Hotfix: ${name} cannot be compared: ${reason}.`);
      return;
    }
    const title = `${name} (${answer.reference} ${short(answer.commit)} ↔ hotfix)`;
    await vscode.commands.executeCommand('vscode.diff', production(uri), uri, title);
  }

  /** Brings production's lines of one change of the gutter back, exactly those of the peek. */
  async revert(uri: vscode.Uri, change: LineChange): Promise<void> {
    const document = await vscode.workspace.openTextDocument(uri);
    const base = await vscode.workspace.openTextDocument(production(uri));
    const edit = new vscode.WorkspaceEdit();
    edit.replace(uri, ...restored(document, base, change));
    if (!(await vscode.workspace.applyEdit(edit))) {
      void vscode.window.showErrorMessage('Hotfix: the file has changed meanwhile: try again.');
    }
  }

  /** The entries follow the hotfixes that are judged; a new one makes the gutter ask again. */
  private follow(): void {
    const wanted = new Map<string, string>();
    if (vscode.workspace.getConfiguration('hotfix').get('gutter', true)) {
      for (const [root, status] of this.server.statuses) {
        if (status.state === 'active') wanted.set(root, `${status.production} ${status.base}`);
      }
    }
    for (const [root, { against, control }] of this.controls) {
      if (wanted.get(root) === against) continue;
      control.dispose();
      this.controls.delete(root);
    }
    for (const [root, against] of wanted) {
      if (this.controls.has(root)) continue;
      const control = vscode.scm.createSourceControl('hotfix', 'Production', vscode.Uri.file(root));
      control.inputBox.visible = false;
      control.quickDiffProvider = this;
      this.controls.set(root, { against, control });
      this.forget();
    }
  }
}

function production(uri: vscode.Uri): vscode.Uri {
  return uri.with({ scheme: SCHEME });
}

function original(uri: vscode.Uri): vscode.Uri {
  return uri.with({ scheme: 'file' });
}

/**
 * The range that a change replaces, and production's text for it. An empty side names the line
 * before it, and its end is 0. Lines count from 1.
 */
function restored(document: vscode.TextDocument, base: vscode.TextDocument, change: LineChange): [vscode.Range, string] {
  const eol = document.eol === vscode.EndOfLine.CRLF ? '\r\n' : '\n';
  const added = change.originalEndLineNumber === 0;
  const removed = change.modifiedEndLineNumber === 0;
  const lines: string[] = [];
  if (!added) {
    for (let line = change.originalStartLineNumber; line <= change.originalEndLineNumber; line += 1) {
      lines.push(base.lineAt(line - 1).text);
    }
  }
  const first = removed ? change.modifiedStartLineNumber : change.modifiedStartLineNumber - 1;
  const after = removed ? first : change.modifiedEndLineNumber;
  if (after < document.lineCount) {
    return [new vscode.Range(first, 0, after, 0), lines.map((line) => line + eol).join('')];
  }
  // The last line has no line end of its own: the one before it belongs to the change.
  const end = document.lineAt(document.lineCount - 1).range.end;
  const start = first === 0 ? new vscode.Position(0, 0) : document.lineAt(first - 1).range.end;
  const lead = first === 0 || lines.length === 0 ? '' : eol;
  return [new vscode.Range(start, end), lead + lines.join(eol)];
}
