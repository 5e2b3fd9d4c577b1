/** The view "Checklist": what must hold before the hotfix ships, and how each item stands. */

import * as fs from 'node:fs';
import * as path from 'node:path';
import * as vscode from 'vscode';
import { ExecuteCommandRequest, State } from 'vscode-languageclient/node';
import { Checklist as Answer, Item, Mark } from './protocol';
import { sentence } from './statusbar';
import { Server } from './server';

export class Checklist implements vscode.TreeDataProvider<Item>, vscode.Disposable {
  readonly onDidChangeTreeData: vscode.Event<void>;
  /** The items of the repository that the user looks at. */
  items: Item[] = [];
  private marks: Mark[] = [];
  /** Their repository. */
  root: string | undefined;
  /** Where the record lies below the root. */
  private record: string | undefined;
  private readonly changed = new vscode.EventEmitter<void>();
  private readonly tree: vscode.TreeView<Item>;
  private readonly subscriptions: vscode.Disposable[] = [];
  private question = 0;

  constructor(private readonly server: Server) {
    this.onDidChangeTreeData = this.changed.event;
    this.tree = vscode.window.createTreeView('hotfix.items', { treeDataProvider: this });
    this.subscriptions.push(
      this.changed,
      this.tree,
      server.onStatus(() => void this.refresh()),
    );
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  getTreeItem(item: Item): vscode.TreeItem {
    const row = new vscode.TreeItem(item.title);
    row.id = item.name;
    row.description = item.says;
    row.iconPath = icon(item.state);
    row.tooltip = `${item.title}: ${sentence(NAMES[item.state])}${item.says ? `\n\n${item.says}` : ''}`;
    row.accessibilityInformation = { label: `${item.title}: ${NAMES[item.state]}. ${item.says}` };
    row.command = { command: 'hotfix.openItem', title: 'Go to It', arguments: [item] };
    return row;
  }

  getChildren(item?: Item): Item[] {
    return item === undefined ? this.items : [];
  }

  /** Goes to the code that an item is about, or to its line in the record. */
  async open(item: Item): Promise<void> {
    const root = this.root;
    if (root === undefined) return;
    const mark = this.marks.find((it) => it.rule === item.rule);
    if (mark !== undefined) {
      const line = mark.line - 1;
      await vscode.window.showTextDocument(vscode.Uri.file(path.join(root, mark.path)), { selection: new vscode.Range(line, 0, line, 0) });
      return;
    }
    const record = this.existing(root);
    if (record === undefined) {
      const begin = 'Begin the Record';
      const text = `Hotfix: this hotfix has no record yet, in which "${item.title}" could be answered.`;
      if ((await vscode.window.showInformationMessage(text, begin)) === begin) await vscode.commands.executeCommand('hotfix.start');
      return;
    }
    const document = await vscode.workspace.openTextDocument(record);
    const at = document.getText().indexOf(item.title);
    const place = document.positionAt(Math.max(at, 0));
    await vscode.window.showTextDocument(document, { selection: new vscode.Range(place, place) });
  }

  /** The record of the branch, if it exists. */
  private existing(root: string): vscode.Uri | undefined {
    if (!this.record) return undefined;
    const file = path.join(root, this.record);
    return fs.existsSync(file) ? vscode.Uri.file(file) : undefined;
  }

  private async refresh(): Promise<void> {
    const { current, client } = this.server;
    this.question += 1;
    const question = this.question;
    const tally = current?.checklist;
    let answer: Answer | undefined;
    if (tally && current?.root !== undefined && client?.state === State.Running) {
      const uri = client.code2ProtocolConverter.asUri(vscode.Uri.file(current.root));
      try {
        answer = await client.sendRequest(ExecuteCommandRequest.type, { command: 'hotfix.checklist', arguments: [{ uri }] });
      } catch (error) {
        this.server.output.debug(`the checklist was not answered: ${String(error)}`);
      }
    }
    if (question !== this.question) return;
    this.root = answer?.root;
    this.record = answer?.record ?? undefined;
    this.items = answer?.checklist.items ?? [];
    this.marks = answer?.checklist.marks ?? [];
    this.tree.description = answer ? `${answer.checklist.done}/${answer.checklist.total}` : undefined;
    this.changed.fire();
  }
}

const NAMES: Record<Item['state'], string> = {
  passed: 'seen to hold',
  failed: 'seen not to hold',
  attested: 'attested by a person',
  'not-applicable': 'does not apply',
  open: 'open',
};

function icon(state: Item['state']): vscode.ThemeIcon {
  switch (state) {
    case 'passed':
      return new vscode.ThemeIcon('pass', new vscode.ThemeColor('testing.iconPassed'));
    case 'failed':
      return new vscode.ThemeIcon('error', new vscode.ThemeColor('testing.iconFailed'));
    case 'attested':
      return new vscode.ThemeIcon('verified', new vscode.ThemeColor('testing.iconPassed'));
    case 'not-applicable':
      return new vscode.ThemeIcon('circle-slash');
    case 'open':
      return new vscode.ThemeIcon('circle-large-outline');
  }
}
