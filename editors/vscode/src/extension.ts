/** The extension's parts, wired together. Each part follows `Server.onStatus` by itself. */

import * as vscode from 'vscode';
import { Actions } from './actions';
import { checkTasks, runVerb } from './check';
import { Checklist } from './checklist';
import { Deferred, DeferredView } from './deferred';
import { Production } from './production';
import { Item, Status } from './protocol';
import { Report } from './report';
import { ruleOf, Rules } from './rules';
import { Runs } from './runs';
import { Server, settings } from './server';
import { plain, statusBar } from './statusbar';
import { Finding, View } from './view';

/** What other extensions and the tests can ask. */
export interface Api {
  /** The status of what the user looks at; absent before the server has said it. */
  status(): Status | undefined;
  /** Why no server runs; empty while one does. */
  trouble(): string;
  /** The server that was started. */
  binary(): { path: string; version: string; origin: string } | undefined;
  /** The settings that the server is told. */
  settings(): Record<string, unknown>;
  /** What the view "Findings" shows, a line each, the nearer to its repository the less indented. */
  findings(): Promise<string[]>;
  /** The repository that the view "Checklist" is about. */
  checklist(): string | undefined;
}

let server: Server | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<Api> {
  const running = new Server(context);
  server = running;
  const rules = new Rules(running);
  const production = new Production(running);
  const view = new View(running, rules);
  context.subscriptions.push(running, rules, production, statusBar(running), view, checkTasks(running));
  const [checklist, deferred] = [new Checklist(running), new DeferredView(running)];
  const report = new Report(running);
  context.subscriptions.push(checklist, deferred, report);
  registerCommands(context, running, rules, production, checklist, deferred, report);
  await running.start();
  return {
    status: () => running.current,
    trouble: () => running.trouble,
    binary: () => running.binary,
    settings,
    findings: () => view.lines(),
    checklist: () => checklist.root,
  };
}

export function deactivate(): Promise<void> | undefined {
  return server?.stop();
}

function registerCommands(context: vscode.ExtensionContext, running: Server, rules: Rules, production: Production, checklist: Checklist, deferred: DeferredView, report: Report): void {
  const actions = new Actions(running);
  const runs = new Runs(running);
  context.subscriptions.push(runs);
  const commands: Record<string, (...args: never[]) => unknown> = {
    showStatus: () => showStatus(running),
    compare: (target?: vscode.Uri | Finding) => {
      const uri = target instanceof vscode.Uri ? target : (target?.uri ?? vscode.window.activeTextEditor?.document.uri);
      return uri ? production.compare(uri) : openFirst();
    },
    fixAll: () => inEditor((editor) => actions.fixAll(editor)),
    restoreHunk: () => inEditor((editor) => actions.restore(editor, 'hunk')),
    restoreDefinition: () => inEditor((editor) => actions.restore(editor, 'definition')),
    explain: (target?: string | Finding) => rules.explain(typeof target === 'object' ? ruleOf(target.diagnostic) : target),
    check: () => runVerb(running, 'check'),
    proveFix: () => runs.run('prove'),
    verifyFix: () => runs.run('verify'),
    planRollback: () => runs.run('rollback'),
    findMissing: () => runs.backmerge(),
    showReport: () => report.show(),
    copyReport: () => report.copy(),
    deferHunk: () => inEditor((editor) => actions.defer(editor, 'hunk')),
    deferDefinition: () => inEditor((editor) => actions.defer(editor, 'definition')),
    bringBack: (change?: Deferred) => change && deferred.bringBack(change),
    allowFinding: (finding?: Finding) => (finding ? actions.allow(finding.uri, finding.diagnostic) : inEditor((editor) => actions.allowAt(editor))),
    openItem: (item: Item) => checklist.open(item),
    restart: () => running.restart(),
    showOutput: () => running.output.show(),
    openSettings: () => vscode.commands.executeCommand('workbench.action.openSettings', '@ext:hotfix-ls.hotfix-ls'),
    howToInstall: () => vscode.commands.executeCommand('workbench.action.openWalkthrough', 'hotfix-ls.hotfix-ls#start', false),
    goTo: ({ uri, diagnostic }: Finding) => vscode.window.showTextDocument(uri, { selection: diagnostic.range }),
    fixFinding: (finding?: Finding) => finding && actions.fix(finding.uri, finding.diagnostic),
    revertChange: (uri: vscode.Uri, changes: never[], index: number) => {
      const change = changes[index];
      return change ? production.revert(uri, change) : undefined;
    },
  };
  for (const [name, run] of Object.entries(commands)) {
    context.subscriptions.push(vscode.commands.registerCommand(`hotfix.${name}`, run));
  }
}

function inEditor(work: (editor: vscode.TextEditor) => unknown): unknown {
  const editor = vscode.window.activeTextEditor;
  return editor ? work(editor) : openFirst();
}

function openFirst(): void {
  void vscode.window.showInformationMessage('Hotfix: open a Python file first.');
}

/** The status as a sentence, with what can be done about it. */
async function showStatus(running: Server): Promise<void> {
  const choices: (vscode.QuickPickItem & { command: string })[] = [];
  const offer = (icon: string, label: string, command: string) => choices.push({ label: `$(${icon}) ${label}`, command });
  if (running.phase === 'active') {
    offer('list-tree', 'Show the findings', 'hotfix.findings.focus');
    if (vscode.window.activeTextEditor) offer('diff', 'Compare this file with production', 'hotfix.compare');
    offer('play', 'Check the whole branch', 'hotfix.check');
    offer('file-text', 'Show the report', 'hotfix.showReport');
  }
  if (running.phase === 'missing') offer('question', 'How to install the server', 'hotfix.howToInstall');
  offer('settings-gear', 'Open the settings', 'hotfix.openSettings');
  offer('debug-restart', 'Restart the server', 'hotfix.restart');
  offer('output', 'Show the output', 'hotfix.showOutput');
  const picked = await vscode.window.showQuickPick(choices, { title: plain(running), placeHolder: 'What next?' });
  if (picked) await vscode.commands.executeCommand(picked.command);
}
