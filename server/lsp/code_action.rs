//! `textDocument/codeAction`.

use std::ops::Range;

use tower_lsp::jsonrpc::Result;
use tower_lsp::lsp_types::{
    CodeAction, CodeActionKind, CodeActionParams, CodeActionResponse, Command, Diagnostic,
    NumberOrString, Url,
};

use super::actions::{self, Name, Numbered, Source};
use super::backend::Backend;
use super::capabilities::{Client, FIX_ALL, FIX_LAYOUT};
use super::diagnostic::SOURCE;
use super::{convert, defer, record};
use crate::analysis;
use crate::fixes::Fix;
use crate::fixes::hunk::Purpose;
use crate::session::{Judged, Session};

impl Backend {
    /// What can be done at the client's selection.
    pub(super) async fn offer(
        &self,
        params: CodeActionParams,
    ) -> Result<Option<CodeActionResponse>> {
        let client = self.capabilities();
        if !client.action_literals {
            return Ok(None);
        }
        self.session().look_again();
        let key = convert::key(&params.text_document.uri);
        self.think(move |session, cancel| {
            if let Some(view) = session.record(&key) {
                return record::actions(session, &view, &params, client);
            }
            let judged = session.judged(&key, cancel)?;
            let offer = Offer::new(&judged, &params, client);
            let mut actions = offer.collect();
            offer.tests(session, &mut actions);
            (!actions.is_empty()).then_some(actions)
        })
        .await
    }
}

/// What an editor asks for when it wants one of the actions on a hunk and no other.
const HUNK_KINDS: [(Purpose, &str); 5] = [
    (Purpose::Comment, "refactor.rewrite.hotfix.comment"),
    (Purpose::Docstring, "refactor.rewrite.hotfix.docstring"),
    (Purpose::RestoreHunk, "refactor.rewrite.hotfix.restore.hunk"),
    (
        Purpose::RestoreDefinition,
        "refactor.rewrite.hotfix.restore.definition",
    ),
    (
        Purpose::RestoreImports,
        "refactor.rewrite.hotfix.restore.imports",
    ),
];

/// Allows a finding by a comment. It is no quick fix: where a finding has one fix, editors apply
/// that without a question.
const ALLOW: &str = "refactor.rewrite.hotfix.allow";

/// The kinds of the actions by which a hunk, or all changes of a definition, leave.
const DEFER_KINDS: [&str; 2] = [
    "refactor.rewrite.hotfix.defer.hunk",
    "refactor.rewrite.hotfix.defer.definition",
];

/// One request, with everything that answering it needs.
struct Offer<'a> {
    judged: &'a Judged,
    params: &'a CodeActionParams,
    client: Client,
    /// The selection.
    bytes: Range<usize>,
}

impl<'a> Offer<'a> {
    fn new(judged: &'a Judged, params: &'a CodeActionParams, client: Client) -> Self {
        let bytes = convert::source_bytes(&judged.snapshot.head, params.range, client);
        Self {
            judged,
            params,
            client,
            bytes,
        }
    }

    fn collect(&self) -> CodeActionResponse {
        let mut actions = Vec::new();
        let findings = self.findings();
        if self.wants(CodeActionKind::QUICKFIX.as_str()) {
            for found in &findings {
                self.quick_fixes(found, &mut actions);
            }
        }
        if self.wants(ALLOW) {
            for found in &findings {
                self.allowance(found, &mut actions);
            }
        }
        self.hunk_actions(&mut actions);
        self.deferrals(&mut actions);
        // Without a wish for it, it is offered only where there is something to mend.
        let asked = self.params.context.only.is_some();
        if self.wants(FIX_ALL) && (asked || !findings.is_empty()) {
            for fix in actions::fixes(self.judged, &Source::All) {
                let kind = CodeActionKind::from(FIX_ALL);
                actions.push(self.action(kind, &Source::All, &fix, None).into());
            }
        }
        let here = findings.iter().any(|it| it.finding.rule == "reformatting");
        if self.wants(FIX_LAYOUT) && (asked || here) {
            for fix in actions::fixes(self.judged, &Source::Layout) {
                let kind = CodeActionKind::from(FIX_LAYOUT);
                actions.push(self.action(kind, &Source::Layout, &fix, None).into());
            }
        }
        actions
    }

    /// Whether the client asks for actions of this kind. Kinds are hierarchies: `source` holds
    /// `source.fixAll`.
    fn wants(&self, kind: &str) -> bool {
        let Some(only) = &self.params.context.only else {
            return true;
        };
        only.iter().any(|wanted| {
            let wanted = wanted.as_str();
            let rest = kind.strip_prefix(wanted);
            wanted.is_empty() || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        })
    }

    /// The findings in question: those of the selected lines whose diagnostics the client names, if
    /// it names any of ours, else those of the selection. Neovim names the diagnostics of the whole
    /// line, wherever in it the cursor stands.
    fn findings(&self) -> Vec<Numbered<'a>> {
        let named = &self.params.context.diagnostics;
        if !named.iter().any(is_ours) {
            return actions::findings_at(self.judged, self.bytes.clone());
        }
        let lines = self.judged.snapshot.head.lines();
        let touched = lines.touched(self.bytes.clone());
        let mut found = actions::findings_at(self.judged, lines.bytes(touched));
        found.retain(|it| self.diagnostic_of(it).is_some());
        found
    }

    /// The diagnostic of the request that shows this finding.
    fn diagnostic_of(&self, found: &Numbered<'_>) -> Option<Diagnostic> {
        let finding = found.finding;
        let head = &self.judged.snapshot.head;
        let named = self.params.context.diagnostics.iter();
        let mut ours = named.filter(|diagnostic| is_ours(diagnostic));
        ours.find(|diagnostic| {
            let code = NumberOrString::String(finding.rule.to_owned());
            let identity = diagnostic
                .data
                .as_ref()
                .and_then(|data| data.get("identity"));
            diagnostic.code.as_ref() == Some(&code)
                && match identity {
                    Some(identity) => identity == finding.identity.as_str(),
                    None => {
                        diagnostic.range == convert::source_range(head, &finding.span, self.client)
                    }
                }
        })
        .cloned()
    }

    /// The regression tests of the functions in question that have none.
    fn tests(&self, session: &Session, actions: &mut CodeActionResponse) {
        if !self.wants(CodeActionKind::QUICKFIX.as_str()) {
            return;
        }
        for found in self.findings() {
            if found.finding.rule != "missing-test" {
                continue;
            }
            let path = convert::path(&self.params.text_document.uri);
            let diagnostics = self.diagnostic_of(&found).map(|it| vec![it]);
            let begun = path.and_then(|path| {
                let scope = &found.finding.scope;
                let path_inside = &self.judged.snapshot.path;
                record::regression(session, &path, path_inside, scope, self.client)
            });
            let action = begun.map(|action| CodeAction {
                diagnostics,
                ..action
            });
            actions.extend(action.map(Into::into));
        }
    }

    fn quick_fixes(&self, found: &Numbered<'_>, actions: &mut CodeActionResponse) {
        let source = Source::Finding {
            identity: found.finding.identity.clone(),
            nth: found.nth,
        };
        let diagnostic = self.diagnostic_of(found);
        for fix in actions::fixes(self.judged, &source) {
            let kind = CodeActionKind::QUICKFIX;
            let action = self.action(kind, &source, &fix, diagnostic.clone());
            actions.push(action.into());
        }
    }

    fn allowance(&self, found: &Numbered<'a>, actions: &mut CodeActionResponse) {
        let source = Source::Allow {
            identity: found.finding.identity.clone(),
            nth: found.nth,
        };
        let diagnostic = self.diagnostic_of(found);
        for fix in actions::fixes(self.judged, &source) {
            let kind = CodeActionKind::new(ALLOW);
            let action = self.action(kind, &source, &fix, diagnostic.clone());
            actions.push(action.into());
        }
    }

    fn hunk_actions(&self, actions: &mut CodeActionResponse) {
        if !HUNK_KINDS.iter().any(|(_, kind)| self.wants(kind)) {
            return;
        }
        let Range { start, end } = self.bytes;
        let source = Source::Hunk { start, end };
        for (purpose, fix) in analysis::hunk_actions(&self.judged.snapshot, start..end) {
            let Some((_, kind)) = HUNK_KINDS.iter().find(|(it, _)| *it == purpose) else {
                continue;
            };
            if self.wants(kind) {
                let kind = CodeActionKind::new(kind);
                actions.push(self.action(kind, &source, &fix, None).into());
            }
        }
    }

    /// The actions by which hunks leave the hotfix. The server makes their edit itself, behind the
    /// patch.
    fn deferrals(&self, actions: &mut CodeActionResponse) {
        let wanted = DEFER_KINDS.map(|kind| self.wants(kind));
        if !self.client.applies_edits || !wanted.contains(&true) {
            return;
        }
        let uri = &self.params.text_document.uri;
        for (title, leaving) in defer::offers(self.judged, uri, &self.bytes) {
            let which = usize::from(leaving.is_definition());
            let Ok(argument) = serde_json::to_value(leaving) else {
                continue;
            };
            if wanted[which] {
                let action = CodeAction {
                    title: title.clone(),
                    kind: Some(CodeActionKind::new(DEFER_KINDS[which])),
                    command: Some(Command {
                        title,
                        command: defer::COMMAND.to_owned(),
                        arguments: Some(vec![argument]),
                    }),
                    ..CodeAction::default()
                };
                actions.push(action.into());
            }
        }
    }

    fn action(
        &self,
        kind: CodeActionKind,
        source: &Source,
        fix: &Fix,
        diagnostic: Option<Diagnostic>,
    ) -> CodeAction {
        let uri: &Url = &self.params.text_document.uri;
        let version = self.judged.version;
        let mut action = CodeAction {
            title: fix.title.clone(),
            kind: Some(kind),
            diagnostics: diagnostic.map(|diagnostic| vec![diagnostic]),
            is_preferred: (self.client.preferred && fix.preferred).then_some(true),
            ..CodeAction::default()
        };
        let name = Name {
            uri: uri.clone(),
            version,
            title: fix.title.clone(),
            source: source.clone(),
        };
        let data = serde_json::to_value(name).ok();
        if self.client.resolves_later() && data.is_some() {
            action.data = data;
        } else {
            let head = &self.judged.snapshot.head;
            let edit = convert::workspace_edit(uri, version, head, &fix.edits, self.client);
            action.edit = Some(edit);
        }
        action
    }
}

fn is_ours(diagnostic: &Diagnostic) -> bool {
    diagnostic.source.as_deref() == Some(SOURCE)
}
