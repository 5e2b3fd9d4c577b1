/** The server's code actions, asked for and applied by commands. */

import * as vscode from 'vscode';
import { CodeAction, CodeActionRequest, CodeActionResolveRequest, Command, LanguageClient } from 'vscode-languageclient/node';
import { Server } from './server';

export class Actions {
  constructor(private readonly server: Server) {}

  /** Applies the preferred fix of one finding. */
  async fix(uri: vscode.Uri, finding: vscode.Diagnostic): Promise<void> {
    await this.visible(uri, finding.range);
    const found = await this.offered(uri, finding.range, 'quickfix', [finding]);
    const action = found.find((it) => it.isPreferred) ?? found[0];
    if (action) await this.apply(action);
    else say('there is no fix for this finding: change it by hand, or bring production\'s lines back.');
  }

  /** Applies every safe fix of a file. */
  async fixAll(editor: vscode.TextEditor): Promise<void> {
    const whole = new vscode.Range(0, 0, editor.document.lineCount, 0);
    const [action] = await this.offered(editor.document.uri, whole, 'source.fixAll.hotfix', []);
    if (action) await this.apply(action);
    else say('there is nothing in this file that a safe fix can mend.');
  }

  /** Brings back production's version of what the cursor stands in. */
  async restore(editor: vscode.TextEditor, what: 'hunk' | 'definition'): Promise<void> {
    const found = await this.offered(editor.document.uri, editor.selection, `refactor.rewrite.hotfix.restore.${what}`, []);
    let action = found[0];
    if (found.length > 1) {
      const picked = await vscode.window.showQuickPick(found.map((it) => it.title), { placeHolder: 'Which one?' });
      action = found.find((it) => it.title === picked);
      if (picked === undefined) return;
    }
    if (action) await this.apply(action);
    else if (what === 'hunk') say('the cursor stands on no line that this hotfix changes.');
    else say('the cursor stands in no definition that this hotfix changes and production has.');
  }

  /** Lets what the cursor stands in leave the hotfix. */
  async defer(editor: vscode.TextEditor, what: 'hunk' | 'definition'): Promise<void> {
    const [action] = await this.offered(editor.document.uri, editor.selection, `refactor.rewrite.hotfix.defer.${what}`, []);
    const command = action?.command;
    if (command) await vscode.commands.executeCommand(command.command, ...(command.arguments ?? []));
    else if (what === 'hunk') say('the cursor stands on no change that could leave by itself.');
    else say('the cursor stands in no definition with several changes that could leave.');
  }

  /** Allows the finding at the cursor. */
  async allowAt(editor: vscode.TextEditor): Promise<void> {
    const ours = vscode.languages.getDiagnostics(editor.document.uri).filter((it) => it.source === 'hotfix');
    const finding = ours.find((it) => it.range.contains(editor.selection.active)) ?? ours.find((it) => it.range.start.line === editor.selection.active.line);
    if (finding) await this.allow(editor.document.uri, finding);
    else say('the cursor stands on no finding.');
  }

  /** Writes the comment that allows a finding, with the reason that a person gives. */
  async allow(uri: vscode.Uri, finding: vscode.Diagnostic): Promise<void> {
    await this.visible(uri, finding.range);
    const [action] = await this.offered(uri, finding.range, 'refactor.rewrite.hotfix.allow', [finding]);
    if (action === undefined) {
      say('no comment can allow this finding here.');
      return;
    }
    const reason = await vscode.window.showInputBox({ title: action.title, prompt: 'Why is it right as it is?', validateInput: (text) => (text.trim() ? undefined : 'A reason is required') });
    if (reason === undefined) return;
    await this.apply(action, (text) => text.replace(/(hotfix: allow\([^)]*\))/, (comment) => `${comment} ${reason.trim().replaceAll(/\s+/g, ' ')}`));
  }

  private async offered(uri: vscode.Uri, range: vscode.Range, kind: string, diagnostics: vscode.Diagnostic[]): Promise<CodeAction[]> {
    const client = this.running();
    if (client === undefined) return [];
    const answer = await client.sendRequest(CodeActionRequest.type, {
      textDocument: { uri: client.code2ProtocolConverter.asUri(uri) },
      range: client.code2ProtocolConverter.asRange(range),
      context: { only: [kind], diagnostics: await client.code2ProtocolConverter.asDiagnostics(diagnostics) },
    });
    return (answer ?? []).filter((it): it is CodeAction => !Command.is(it));
  }

  private async apply(action: CodeAction, write?: (text: string) => string): Promise<void> {
    const client = this.running();
    if (client === undefined) return;
    const whole = action.edit ? action : await client.sendRequest(CodeActionResolveRequest.type, action);
    const edit = await client.protocol2CodeConverter.asWorkspaceEdit(whole.edit);
    if (edit && write) for (const [uri, edits] of edit.entries()) edit.set(uri, edits.map((it) => new vscode.TextEdit(it.range, write(it.newText))));
    if (edit && !(await vscode.workspace.applyEdit(edit))) say('the file has changed meanwhile: try again.');
  }

  private running(): LanguageClient | undefined {
    const client = this.server.client;
    if (client?.isRunning()) return client;
    say('the server does not run: see the output.');
    return undefined;
  }

  /** Shows a place: the server offers actions for open files only, and a person wants to see the change. */
  private async visible(uri: vscode.Uri, range: vscode.Range): Promise<void> {
    await vscode.window.showTextDocument(uri, { selection: new vscode.Range(range.start, range.start) });
  }
}

function say(text: string): void {
  void vscode.window.showInformationMessage(`Hotfix: ${text}`);
}
