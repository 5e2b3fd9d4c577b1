/** The server's life: found, started, watched, restarted. */

import * as vscode from 'vscode';
import { CloseAction, ErrorAction, LanguageClient, LanguageClientOptions, State } from 'vscode-languageclient/node';
import { Binary, find, NoServer } from './binary';
import { Status, statusChanged, statusRequest } from './protocol';
import { pageOf, ruleOf } from './rules';

/** What the view and the commands depend on: the `hotfix.state` of `when` clauses. */
export type Phase = 'starting' | 'missing' | Status['state'];

/** The extension's own settings; the server does not know them. */
const OWN = ['server', 'gutter', 'trace'];

/** How often a server that ends by itself is started again, within so many milliseconds. */
const RESTARTS = 4;
const RESTARTS_WITHIN = 180_000;

export class Server implements vscode.Disposable {
  readonly output = vscode.window.createOutputChannel('Hotfix', { log: true });
  /** Fires when a status may have changed, also when the server comes or goes. */
  readonly onStatus: vscode.Event<void>;
  /** Why no server runs; empty while one does. */
  trouble = '';
  binary: Binary | undefined;
  client: LanguageClient | undefined;
  /** The last status of each repository, by its root. */
  readonly statuses = new Map<string, Status>();
  /** The status of what the user looks at. */
  current: Status | undefined;

  private readonly changed = new vscode.EventEmitter<void>();
  private readonly subscriptions: vscode.Disposable[] = [];
  /** Starting and stopping happen one after the other. */
  private queue: Promise<void> = Promise.resolve();
  private question = 0;
  /** When the server has ended by itself. */
  private ends: number[] = [];

  constructor(private readonly context: vscode.ExtensionContext) {
    this.onStatus = this.changed.event;
    this.subscriptions.push(
      this.output,
      this.changed,
      vscode.window.onDidChangeActiveTextEditor(() => void this.ask()),
      vscode.window.onDidChangeWindowState((window) => window.focused && void this.ask()),
      vscode.workspace.onDidGrantWorkspaceTrust(() => void this.restart()),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('hotfix.server.path')) void this.restart();
      }),
    );
  }

  get phase(): Phase {
    if (this.trouble !== '') return 'missing';
    return this.current?.state ?? 'starting';
  }

  /** Starts the server, or says why not. */
  start(): Promise<void> {
    return this.enqueue(() => this.run());
  }

  /** Ends the server and starts it again, from wherever the settings say now. */
  restart(): Promise<void> {
    return this.enqueue(async () => {
      await this.halt();
      // Who asks for a server has seen that the last one ended.
      this.ends = [];
      await this.run();
    });
  }

  stop(): Promise<void> {
    return this.enqueue(() => this.halt());
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  /** Asks for the status of the file that the user looks at. */
  async ask(): Promise<void> {
    const client = this.client;
    if (client?.state !== State.Running) return;
    this.question += 1;
    const question = this.question;
    const document = vscode.window.activeTextEditor?.document;
    const about = document?.languageId === 'python' && document.uri.scheme === 'file' ? document.uri : undefined;
    const textDocument = about && { uri: client.code2ProtocolConverter.asUri(about) };
    try {
      const status = await client.sendRequest(statusRequest, textDocument ? { textDocument } : {});
      // A later question has overtaken this one.
      if (question !== this.question || client !== this.client) return;
      this.current = status;
      this.tell();
    } catch (error) {
      this.output.debug(`the status was not answered: ${String(error)}`);
    }
  }

  private enqueue(work: () => Promise<void>): Promise<void> {
    this.queue = this.queue.then(work).catch((error: unknown) => this.fail(`hotfix-ls does not start (${String(error)}).`));
    return this.queue;
  }

  private async run(): Promise<void> {
    this.trouble = '';
    const setting = vscode.workspace.getConfiguration('hotfix').get<string>('server.path', '').trim();
    try {
      this.binary = await find(setting, this.context.extensionPath, (line) => this.output.warn(line));
    } catch (error) {
      if (!(error instanceof NoServer)) throw error;
      this.fail(error.message);
      return;
    }
    this.output.info(`${this.binary.version} from ${this.binary.path} (${this.binary.origin})`);
    const executable = { command: this.binary.path, args: ['server'] };
    const client = new LanguageClient('hotfix', 'Hotfix', executable, this.options());
    this.client = client;
    client.onNotification(statusChanged, (status) => this.note(status));
    client.onDidChangeState(({ newState }) => {
      if (newState === State.Running) void this.ask();
      else if (client === this.client) this.forget();
    });
    this.tell();
    await client.start();
  }

  private async halt(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    this.forget();
    if (client === undefined) return;
    try {
      await client.dispose();
    } catch (error) {
      this.output.debug(`the server did not end well: ${String(error)}`);
    }
  }

  private options(): LanguageClientOptions {
    return {
      documentSelector: [
        { scheme: 'file', language: 'python' },
        { scheme: 'file', pattern: '**/.hotfix/**/*.md' },
      ],
      outputChannel: this.output,
      diagnosticCollectionName: 'hotfix',
      errorHandler: {
        // What is written to a server that has just died fails. Its end follows, and only that counts:
        // a client that is shut down here would never start the server again.
        error: (error) => ({ action: ErrorAction.Continue, handled: true, message: `a message was not sent or not understood: ${error.message}` }),
        closed: () => this.ended(),
      },
      initializationOptions: { hotfix: settings() },
      synchronize: { configurationSection: 'hotfix' },
      middleware: {
        handleDiagnostics: (uri, diagnostics, next) => next(uri, diagnostics.map(withPage)),
        // What a lens asks for is shown, not only answered.
        executeCommand: (command, args: unknown[], next) =>
          command === 'hotfix.checklist' ? vscode.commands.executeCommand('hotfix.items.focus') : next(command, args),
        workspace: {
          // What is set nowhere must stay unset: a default sent from here would override hotfix.toml.
          configuration: (params) => params.items.map((item) => (item.section === 'hotfix' ? settings() : null)),
          didChangeConfiguration: () => {
            void this.client?.sendNotification('workspace/didChangeConfiguration', { settings: { hotfix: settings() } });
            return Promise.resolve();
          },
        },
      },
    };
  }

  /** The server has ended by itself. One that keeps ending is told, with the ways out. */
  private ended(): { action: CloseAction; handled: boolean } {
    const now = Date.now();
    this.ends = [...this.ends.filter((it) => now - it < RESTARTS_WITHIN), now];
    if (this.ends.length <= RESTARTS) return { action: CloseAction.Restart, handled: true };
    this.ends = [];
    this.fail(`hotfix-ls has ended by itself ${RESTARTS + 1} times within ${RESTARTS_WITHIN / 60_000} minutes. The output may say why.`);
    return { action: CloseAction.DoNotRestart, handled: true };
  }

  private note(status: Status): void {
    if (status.root !== undefined) this.statuses.set(status.root, status);
    if (this.current === undefined || this.current.root === status.root) this.current = status;
    this.tell();
    // A file of its own reason may be what the user looks at.
    void this.ask();
  }

  private forget(): void {
    this.statuses.clear();
    this.current = undefined;
    this.tell();
  }

  private tell(): void {
    void vscode.commands.executeCommand('setContext', 'hotfix.state', this.phase);
    this.changed.fire();
  }

  private fail(reason: string): void {
    this.trouble = reason;
    this.binary = undefined;
    this.output.error(reason);
    this.forget();
    const [settings, install] = ['Open Settings', 'How to Install'];
    void vscode.window.showErrorMessage(`Hotfix: ${reason}`, settings, install).then((choice) => {
      if (choice === settings) void vscode.commands.executeCommand('hotfix.openSettings');
      if (choice === install) void vscode.commands.executeCommand('hotfix.howToInstall');
    });
  }
}

/** The finding with the page of its rule as this server brings it along. */
function withPage(finding: vscode.Diagnostic): vscode.Diagnostic {
  const name = ruleOf(finding);
  if (finding.source === 'hotfix' && name !== 'configuration') {
    finding.code = { value: name, target: pageOf(name) };
  }
  return finding;
}

/** The server's settings, only those that somebody has set. */
export function settings(): Record<string, unknown> {
  const all = vscode.workspace.getConfiguration('hotfix');
  const set: Record<string, unknown> = {};
  for (const name of Object.keys(all)) {
    if (OWN.includes(name) || typeof all[name] === 'function') continue;
    const places = all.inspect(name);
    const value = places?.workspaceFolderValue ?? places?.workspaceValue ?? places?.globalValue;
    if (value !== undefined) set[name] = name === 'rules' ? all.get(name) : value;
  }
  return set;
}
