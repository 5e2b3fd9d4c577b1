/** The status bar: branch, production, how much is risky, or why nothing is judged. */

import * as vscode from 'vscode';
import { risky, short, Status } from './protocol';
import { Server } from './server';

export function statusBar(server: Server): vscode.Disposable {
  const item = vscode.window.createStatusBarItem('hotfix.status', vscode.StatusBarAlignment.Left, 40);
  item.name = 'Hotfix';
  item.command = 'hotfix.showStatus';
  const show = () => {
    const shown = bar(server);
    item.text = shown.text;
    item.tooltip = tooltip(server);
    item.backgroundColor = shown.background && new vscode.ThemeColor(`statusBarItem.${shown.background}Background`);
    item.accessibilityInformation = { label: `Hotfix: ${plain(server)}` };
    item.show();
  };
  show();
  return vscode.Disposable.from(item, server.onStatus(show));
}

function bar(server: Server): { text: string; background?: 'error' | 'warning' } {
  const status = server.current;
  if (server.trouble !== '') return { text: '$(error) Hotfix: no server', background: 'error' };
  if (status === undefined) return { text: '$(loading~spin) Hotfix' };
  if (status.state === 'error') return { text: '$(error) Hotfix: cannot judge', background: 'error' };
  if (status.looking && status.state === 'inactive') return { text: '$(loading~spin) Hotfix' };
  if (status.state === 'inactive') return { text: '$(circle-slash) Hotfix: not judged' };
  const icon = status.looking ? '$(loading~spin)' : '$(git-branch)';
  const text = `${icon} ${status.branch ?? 'HEAD'} → ${status.production}: ${soFar(status)}${tally(status)}`;
  return status.counts.warning > 0 ? { text, background: 'warning' } : { text };
}

/** How the checklist stands, in short. */
function tally({ checklist }: Status): string {
  return checklist ? ` · $(checklist) ${checklist.done}/${checklist.total}` : '';
}

export function amount(count: number): string {
  return count === 0 ? 'nothing risky' : `${count} risky`;
}

/** What was found so far: "nothing" is said only when all has been judged. */
export function soFar(status: Status): string {
  const count = risky(status);
  if (!status.looking) return amount(count);
  return count === 0 ? 'still looking' : `${amount(count)} so far`;
}

/** The status as one sentence. */
export function plain(server: Server): string {
  const status = server.current;
  if (server.trouble !== '') return server.trouble;
  if (status === undefined) return 'The server is starting';
  if (status.state !== 'active') return sentence(status.reason ?? 'Nothing is judged');
  const branch = status.branch ?? 'HEAD';
  const version = status.version && !branch.includes(status.version) ? ` (${status.version})` : '';
  return `${branch}${version} against ${status.production} at ${short(status.base)}: ${soFar(status)}`;
}

export function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function tooltip(server: Server): vscode.MarkdownString {
  const text = new vscode.MarkdownString('', true);
  text.isTrusted = {
    enabledCommands: ['hotfix.findings.focus', 'hotfix.items.focus', 'hotfix.compare', 'hotfix.check', 'hotfix.restart', 'hotfix.showOutput', 'hotfix.openSettings'],
  };
  const status = server.current;
  if (status?.state === 'active') table(text, status);
  else {
    text.appendMarkdown('**Hotfix**\n\n');
    text.appendText(plain(server));
    text.appendMarkdown('\n\n');
  }
  text.appendMarkdown('---\n\n');
  const links: [string, string][] = [];
  if (status?.state === 'active') {
    links.push(['Findings', 'hotfix.findings.focus'], ['Checklist', 'hotfix.items.focus'], ['Compare with production', 'hotfix.compare'], ['Check the branch', 'hotfix.check']);
  } else {
    links.push(['Settings', 'hotfix.openSettings']);
  }
  links.push(['Restart', 'hotfix.restart'], ['Output', 'hotfix.showOutput']);
  text.appendMarkdown(links.map(([title, command]) => `[${title}](command:${command})`).join(' · '));
  if (server.binary) {
    text.appendMarkdown('\n\n');
    text.appendText(`${server.binary.version} (${server.binary.origin})`);
  }
  return text;
}

/** Text that Markdown shows as it is, and that may be broken at its blanks. */
function literally(text: string): string {
  return text.replaceAll(/\s+/g, ' ').replaceAll(/[!-/:-@[-`{-~]/g, '\\$&');
}

function table(text: vscode.MarkdownString, status: Status): void {
  const { warning, information, hint } = status.counts;
  const row = (name: string, value: string) => {
    text.appendMarkdown(`| ${name} | `);
    text.appendText(value.replaceAll('|', '¦'));
    text.appendMarkdown(' |\n');
  };
  text.appendMarkdown('| | |\n|---|---|\n');
  row('Hotfix', status.branch ?? 'no branch');
  row('Production', `${status.production ?? ''} at ${short(status.base)}`);
  if (status.version) row('Version', status.version);
  row('Certain', String(warning));
  row('Likely', String(information));
  row('Possible', String(hint));
  if (status.checklist) {
    const { done, failed, total } = status.checklist;
    row('Checklist', `${done} of ${total} done${failed > 0 ? `, ${failed} do not hold` : ''}`);
  }
  if (status.size) row('Size', status.size.over ? `${status.size.text}: too much for a hotfix` : status.size.text);
  if (status.risk) row('Risk', `${status.risk.score} of 100`);
  text.appendMarkdown('\n');
  // A row of the table is never broken, and `appendText` keeps its blanks together.
  if (status.risk && status.risk.reasons.length > 0) text.appendMarkdown(`Risky are: ${status.risk.reasons.map(literally).join(', ')}.\n\n`);
  if (status.reason) {
    text.appendText(sentence(status.reason));
    text.appendMarkdown('\n\n');
  }
}
