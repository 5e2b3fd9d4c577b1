/** The view "Findings": what the hotfix makes risky, by the groups of the rules. */

import * as path from 'node:path';
import * as vscode from 'vscode';
import { amount, plain, soFar } from './statusbar';
import { ruleOf, Rules } from './rules';
import { Server } from './server';

interface Folder {
  kind: 'repository' | 'group';
  name: string;
  root: string;
  children: Node[];
}

export interface Finding {
  kind: 'finding';
  uri: vscode.Uri;
  diagnostic: vscode.Diagnostic;
}

type Node = Folder | Finding;

/** Findings of rules that the server does not list, such as mistakes in the configuration. */
const OTHER = 'Other';

export class View implements vscode.TreeDataProvider<Node>, vscode.Disposable {
  readonly onDidChangeTreeData: vscode.Event<void>;
  private readonly changed = new vscode.EventEmitter<void>();
  private readonly tree: vscode.TreeView<Node>;
  private readonly subscriptions: vscode.Disposable[] = [];
  /** What the tree was last drawn from. */
  private shows = '';

  constructor(
    private readonly server: Server,
    private readonly rules: Rules,
  ) {
    this.onDidChangeTreeData = this.changed.event;
    this.tree = vscode.window.createTreeView('hotfix.findings', { treeDataProvider: this, showCollapseAll: true });
    this.subscriptions.push(
      this.changed,
      this.tree,
      server.onStatus(() => this.refresh()),
      vscode.languages.onDidChangeDiagnostics(() => this.refresh()),
    );
    this.refresh();
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  getTreeItem(node: Node): vscode.TreeItem {
    return node.kind === 'finding' ? findingItem(node) : folderItem(node, this.server);
  }

  async getChildren(node?: Node): Promise<Node[]> {
    if (node !== undefined) return node.kind === 'finding' ? [] : node.children;
    const groups = new Map<string, string>();
    const order: string[] = [];
    for (const rule of await this.rules.all()) {
      groups.set(rule.name, rule.group);
      if (!order.includes(rule.group)) order.push(rule.group);
    }
    order.push(OTHER);
    const active = [...this.server.statuses.values()].filter((it) => it.state === 'active');
    const repositories = active.flatMap((it) => (it.root === undefined ? [] : [it.root])).sort();
    const found = findings();
    // The longest root holds a file: a repository may lie in another one.
    const owner = (it: Finding) =>
      repositories.filter((root) => isInside(it.uri.fsPath, root)).reduce((one, two) => (one.length < two.length ? two : one), '');
    const grouped = (root: string): Folder[] => {
      const mine = found.filter((it) => owner(it) === root);
      return order
        .map((name): Folder => ({
          kind: 'group',
          name,
          root,
          children: mine.filter((it) => (groups.get(ruleOf(it.diagnostic)) ?? OTHER) === name),
        }))
        .filter((group) => group.children.length > 0);
    };
    const loose = grouped('');
    if (repositories.length < 2) return [...repositories.flatMap(grouped), ...loose];
    return [...repositories.map((root): Folder => ({ kind: 'repository', name: path.basename(root), root, children: grouped(root) })), ...loose];
  }

  /** What the tree shows, a line each. */
  async lines(node?: Node, indent = ''): Promise<string[]> {
    const below = await this.getChildren(node);
    const shown = below.map(async (it) => {
      const item = this.getTreeItem(it);
      const label = typeof item.label === 'string' ? item.label : '';
      return [indent + label, ...(await this.lines(it, `${indent}  `))];
    });
    return (await Promise.all(shown)).flat();
  }

  private refresh(): void {
    const shown = findings().filter((it) => it.diagnostic.severity <= vscode.DiagnosticSeverity.Information);
    this.tree.badge = shown.length > 0 ? { value: shown.length, tooltip: amount(shown.length) } : undefined;
    const { current, phase } = this.server;
    // Without a message the welcome text shows.
    const silent = phase === 'missing' || phase === 'starting';
    this.tree.message = silent ? undefined : `${plain(this.server)}.`;
    this.tree.description = current?.state === 'active' ? (current.branch ?? undefined) : undefined;
    // A row that is drawn again loses the click that is on its way: only what differs is shown anew.
    const shows = JSON.stringify([...this.server.statuses, findings().map((it) => [it.uri.toString(), it.diagnostic.range, it.diagnostic.message, it.diagnostic.severity])]);
    if (shows === this.shows && phase !== 'starting') return;
    this.shows = shows;
    this.changed.fire();
  }
}

function findings(): Finding[] {
  const all = vscode.languages.getDiagnostics().flatMap(([uri, diagnostics]) =>
    diagnostics.filter((it) => it.source === 'hotfix').map((diagnostic): Finding => ({ kind: 'finding', uri, diagnostic })),
  );
  const place = (it: Finding): [number, string, number] => [it.diagnostic.severity, it.uri.fsPath, it.diagnostic.range.start.line];
  return all.sort((one, two) => {
    const [a, b] = [place(one), place(two)];
    return a[0] - b[0] || a[1].localeCompare(b[1]) || a[2] - b[2];
  });
}

function isInside(file: string, root: string): boolean {
  const relative = path.relative(root, file);
  return relative !== '' && !relative.startsWith('..') && !path.isAbsolute(relative);
}

function folderItem(node: Folder, server: Server): vscode.TreeItem {
  const item = new vscode.TreeItem(node.name, vscode.TreeItemCollapsibleState.Expanded);
  item.id = `${node.kind} ${node.root} ${node.name}`;
  if (node.kind === 'group') {
    item.description = String(node.children.length);
    return item;
  }
  const status = server.statuses.get(node.root);
  item.iconPath = new vscode.ThemeIcon('repo');
  item.description = status ? `${status.branch ?? 'HEAD'} → ${status.production}: ${soFar(status)}` : '';
  item.tooltip = node.root;
  return item;
}

function findingItem({ uri, diagnostic }: Finding): vscode.TreeItem {
  const line = diagnostic.range.start.line + 1;
  // The place first: it is short, and a narrow side bar cuts what stands behind.
  const item = new vscode.TreeItem(`${path.basename(uri.fsPath)}:${line}`);
  item.description = diagnostic.message.split('\n')[0] ?? '';
  item.iconPath = icon(diagnostic.severity);
  item.contextValue = 'hotfix.finding';
  const tooltip = new vscode.MarkdownString();
  tooltip.appendMarkdown(`**${ruleOf(diagnostic)}** · `);
  tooltip.appendText(`${vscode.workspace.asRelativePath(uri)}:${line}\n\n${diagnostic.message}`);
  item.tooltip = tooltip;
  item.command = { command: 'hotfix.goTo', title: 'Go to the Finding', arguments: [{ kind: 'finding', uri, diagnostic }] };
  return item;
}

function icon(severity: vscode.DiagnosticSeverity): vscode.ThemeIcon {
  const name = ['error', 'warning', 'info', 'lightbulb'][severity] ?? 'info';
  const colour = ['editorError', 'editorWarning', 'editorInfo', 'editorHint'][severity] ?? 'editorInfo';
  return new vscode.ThemeIcon(name, new vscode.ThemeColor(`${colour}.foreground`));
}
