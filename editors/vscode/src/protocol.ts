/** What the server says beside the standard protocol; see docs/protocol.md. */

import { NotificationType, RequestType, TextDocumentIdentifier } from 'vscode-languageclient/node';

export interface Status {
  root?: string;
  state: 'active' | 'inactive' | 'error';
  reason: string | null;
  branch: string | null;
  production: string | null;
  base: string | null;
  version: string | null;
  counts: { warning: number; information: number; hint: number };
  /** Whether something has not been judged yet. */
  looking: boolean;
  /** Null until the branch was looked at as a whole. */
  checklist?: { done: number; failed: number; total: number } | null;
  size?: Size | null;
  risk?: { score: number; reasons: string[] } | null;
}

/** How much production code the branch changes. */
export interface Size {
  files: number;
  lines: number;
  definitions: number;
  commits: number;
  over: boolean;
  text: string;
}

/** One item of the checklist. */
export interface Item {
  name: string;
  title: string;
  state: 'passed' | 'failed' | 'attested' | 'not-applicable' | 'open';
  says: string;
  rule: string | null;
}

/** A definition that lacks what an item asks for. */
export interface Mark {
  rule: string;
  path: string;
  /** Counted from 1. */
  line: number;
}

/** What the command `hotfix.checklist` answers. */
export interface Checklist {
  root: string;
  /** Where the record lies below the root, whether it exists or not. */
  record: string | null;
  checklist: { done: number; total: number; items: Item[]; marks: Mark[] };
}

export interface ProductionText {
  text: string | null;
  reference: string | null;
  commit: string | null;
  path: string | null;
  reason: string | null;
}

export const statusRequest = new RequestType<{ textDocument?: TextDocumentIdentifier }, Status, void>('hotfix/status');
export const statusChanged = new NotificationType<Status>('hotfix/status');
export const productionText = new RequestType<{ textDocument: TextDocumentIdentifier }, ProductionText | null, void>(
  'hotfix/productionText',
);

/** Findings that are a risk to look at; hints are not counted. */
export function risky(status: Status): number {
  return status.counts.warning + status.counts.information;
}

/** The first characters of a commit's id, as git shows it. */
export function short(commit: string | null): string {
  return commit?.slice(0, 8) ?? '';
}
