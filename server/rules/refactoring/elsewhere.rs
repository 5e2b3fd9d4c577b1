//! Definitions that production has in another file.

use super::{draft, name_of};
use crate::compare::branch::Branch;
use crate::rules::Reporter;
use crate::syntax::{File, Kind};

pub(super) fn compare(path: &str, head: File<'_>, branch: &Branch, reporter: &mut Reporter) {
    for one in &head.outline.definitions {
        if one.kind == Kind::Module {
            continue;
        }
        let Some(moved) = branch.came(path, &one.qualname) else {
            continue;
        };
        let from = &moved.from;
        let old = if from.qualname == one.qualname {
            String::new()
        } else {
            format!(" as {}", from.qualname)
        };
        let way = if moved.same {
            "only moves here"
        } else {
            "moves here and changes on the way"
        };
        let place = format!("{}:{}", from.path, from.line + 1);
        let message = format!("{} {way}: production has it in {place}{old}", one.qualname);
        reporter.report(draft(name_of(head.source, one), message, "elsewhere"));
    }
    for moved in branch.pulled_up(path) {
        // The branch was looked at before the last keystrokes.
        let Some(one) = head.outline.find(&moved.to.qualname) else {
            continue;
        };
        let place = format!("{}:{}", moved.from.path, moved.from.line + 1);
        let message = format!(
            "{} only moves here: production has it in {} ({place})",
            one.qualname, moved.from.qualname
        );
        reporter.report(draft(name_of(head.source, one), message, "elsewhere"));
    }
    for (name, bytes) in &head.outline.assigned {
        if let Some(moved) = branch.came(path, name) {
            let from = &moved.from;
            let place = format!("{}:{}", from.path, from.line + 1);
            let message = format!("{name} only moves here: production has it in {place}");
            let span = bytes.start..bytes.start + name.len();
            reporter.report(draft(span, message, "elsewhere"));
        }
    }
}
