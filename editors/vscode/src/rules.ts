/** The rules as the server's binary describes them. */

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import * as vscode from 'vscode';
import { Server } from './server';

const SCHEME = 'hotfix-rule';

interface Rule {
  name: string;
  group: string;
  severity: string;
  summary: string;
  docs: string;
}

export class Rules implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly registration = vscode.workspace.registerTextDocumentContentProvider(SCHEME, this);
  private known: { path: string; rules: Promise<Rule[]> } | undefined;

  constructor(private readonly server: Server) {}

  dispose(): void {
    this.registration.dispose();
  }

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const name = uri.path.replace(/^\/|\.md$/g, '');
    return (await this.all()).find((it) => it.name === name)?.docs ?? `There is no rule ${name}.`;
  }

  /** All rules, in the order of their table. Empty while there is no server. */
  async all(): Promise<Rule[]> {
    const path = this.server.binary?.path;
    if (path === undefined) return [];
    if (this.known?.path !== path) this.known = { path, rules: read(path) };
    try {
      return await this.known.rules;
    } catch (error) {
      this.known = undefined;
      this.server.output.error(`the rules cannot be listed: ${String(error)}`);
      return [];
    }
  }

  /** Shows a rule's text: the named one, else the one that is picked. */
  async explain(name: string | undefined): Promise<void> {
    const chosen = name ?? (await this.pick());
    if (chosen === undefined) return;
    await vscode.commands.executeCommand('markdown.showPreview', pageOf(chosen));
  }

  private async pick(): Promise<string | undefined> {
    const items: (vscode.QuickPickItem & { name?: string })[] = [];
    const here = rulesUnderCursor();
    let group = '';
    for (const rule of await this.all()) {
      if (rule.group !== group) {
        group = rule.group;
        items.push({ label: group, kind: vscode.QuickPickItemKind.Separator });
      }
      items.push({ label: rule.name, description: rule.severity, detail: rule.summary, name: rule.name });
    }
    const first = items.findIndex((it) => it.name !== undefined && here.includes(it.name));
    if (first > 0) items.unshift({ label: 'At the cursor', kind: vscode.QuickPickItemKind.Separator }, { ...items[first]! });
    const picked = await vscode.window.showQuickPick(items, { placeHolder: 'Which rule?', matchOnDetail: true });
    return picked?.name;
  }
}

function rulesUnderCursor(): string[] {
  const editor = vscode.window.activeTextEditor;
  if (editor === undefined) return [];
  const diagnostics = vscode.languages.getDiagnostics(editor.document.uri);
  return diagnostics.filter((it) => it.source === 'hotfix' && it.range.contains(editor.selection.active)).map(ruleOf);
}

/** The address of a rule's text. */
export function pageOf(rule: string): vscode.Uri {
  return vscode.Uri.from({ scheme: SCHEME, path: `/${rule}.md` });
}

/** The rule that a finding comes from. */
export function ruleOf(finding: vscode.Diagnostic): string {
  return String(typeof finding.code === 'object' ? finding.code.value : finding.code);
}

async function read(binary: string): Promise<Rule[]> {
  const { stdout } = await promisify(execFile)(binary, ['rules', '--format', 'json'], { maxBuffer: 1 << 24 });
  return JSON.parse(stdout) as Rule[];
}
