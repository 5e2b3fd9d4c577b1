//! `textDocument/codeLens`: above each changed function, how much the hotfix changes in it and
//! which tests reach it, and when it was last changed before; on top, how the checklist stands.

use serde_json::Value;
use tower_lsp::jsonrpc::Result;
use tower_lsp::lsp_types::{CodeLens, CodeLensParams, Command, Position, Range};

use super::backend::Backend;
use super::commands::CHECKLIST;
use super::convert;
use crate::checklist::branch::{Changed, Kind};
use crate::checklist::history;
use crate::checklist::link::Test;
use crate::checklist::observe::Observed;
use crate::session::{Judged, Tally};
use crate::syntax::Outline;

impl Backend {
    /// What there is to say above the changed functions of a document.
    pub(super) async fn lenses(&self, params: CodeLensParams) -> Result<Option<Vec<CodeLens>>> {
        self.session().look_again();
        let uri = params.text_document.uri;
        let key = convert::key(&uri);
        self.think(move |session, cancel| {
            let judged = session.judged(&key, cancel)?;
            let path = convert::path(&uri)?;
            let (_, observed) = session.observed(Some(&path))?;
            Some(lenses(&judged, &observed))
        })
        .await
    }
}

fn lenses(judged: &Judged, observed: &Observed) -> Vec<CodeLens> {
    let path = &judged.snapshot.path;
    let mut found = Vec::new();
    let files = observed.branch.of_kind(Kind::Code);
    if !files.into_iter().any(|file| file.path == *path) {
        return found;
    }
    let tally = Tally::of(&observed.checklist);
    let title = format!("Hotfix checklist: {} of {}", tally.done, tally.total);
    found.push(lens(0, title));
    let head = &judged.snapshot.head;
    // The document may have been edited since: a definition is found by its name.
    let outline = Outline::new(head);
    let now = convert::now();
    for (index, (file, changed)) in observed.branch.definitions().enumerate() {
        if file.path != *path {
            continue;
        }
        let tests = observed.links.get(index).map_or(&[][..], Vec::as_slice);
        if let Some(one) = outline.find(&changed.qualname) {
            let line = head.lines().line_of(one.range.start);
            let mut title = title_of(changed, tests);
            if let Some(past) = observed.history.of(path, &changed.qualname) {
                title = format!("{title} · {}", history::lens(past, now));
            }
            found.push(lens(line, title));
        }
    }
    found
}

fn title_of(changed: &Changed, tests: &[Test]) -> String {
    let lines = if changed.lines == 1 { "line" } else { "lines" };
    let size = format!("{} {lines} changed", changed.lines);
    let new = tests.iter().filter(|test| test.is_changed).count();
    let reach = match (tests.len(), new) {
        (0, _) => "no test reaches it".to_owned(),
        (1, 1) => "1 test of this hotfix reaches it".to_owned(),
        (1, _) => "1 test reaches it, none of this hotfix".to_owned(),
        (all, 0) => format!("{all} tests reach it, none of this hotfix"),
        (all, new) => format!("{all} tests reach it, {new} of this hotfix"),
    };
    format!("{size} · {reach}")
}

fn lens(line: usize, title: String) -> CodeLens {
    let start = Position::new(u32::try_from(line).unwrap_or(u32::MAX), 0);
    CodeLens {
        range: Range::new(start, start),
        command: Some(Command::new(title, CHECKLIST.to_owned(), None)),
        data: None::<Value>,
    }
}
