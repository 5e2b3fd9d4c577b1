//! The plan as text for a terminal, and as Markdown for the record and the pull request.

use std::fmt::Write as _;

use super::{Plan, Rehearsed, Step, short};

/// The plan for a terminal; every command stands on a line of its own.
#[must_use]
pub fn plain(plan: &Plan) -> String {
    let mut out = format!("{}.\n", plan.summary);
    for warning in &plan.warnings {
        let _ = writeln!(out, "! {warning}");
    }
    for (number, step) in plan.steps.iter().enumerate() {
        let _ = writeln!(out, "\n{}. {}", number + 1, step.title);
        for command in &step.commands {
            let _ = writeln!(out, "     {command}");
        }
        for note in &step.notes {
            let _ = writeln!(out, "   - {note}");
        }
    }
    if let Some(rehearsal) = &plan.rehearsal {
        let _ = writeln!(out, "\n{}", rehearsed(plan, rehearsal));
    }
    out
}

/// The plan as Markdown, without a heading of its own.
#[must_use]
pub fn markdown(plan: &Plan) -> String {
    let mut out = format!("{}.\n", plan.summary);
    for warning in &plan.warnings {
        let _ = write!(out, "\n> **Careful:** {warning}\n");
    }
    for (number, step) in plan.steps.iter().enumerate() {
        let _ = write!(out, "\n{}. {}\n", number + 1, step.title);
        out.push_str(&below(step));
    }
    if let Some(rehearsal) = &plan.rehearsal {
        let _ = write!(out, "\n{}\n", rehearsed(plan, rehearsal));
    }
    out
}

fn below(step: &Step) -> String {
    let mut out = String::new();
    if !step.commands.is_empty() {
        out.push_str("\n   ```sh\n");
        for command in &step.commands {
            let _ = writeln!(out, "   {command}");
        }
        out.push_str("   ```\n");
        if !step.notes.is_empty() {
            out.push('\n');
        }
    }
    for note in &step.notes {
        let _ = writeln!(out, "   - {note}");
    }
    out
}

impl Plan {
    /// What happened when the plan was tried out, in one sentence; none where nothing is to do.
    #[must_use]
    pub fn tried(&self) -> Option<String> {
        self.rehearsal.as_ref().map(|it| rehearsed(self, it))
    }
}

fn rehearsed(plan: &Plan, rehearsal: &Rehearsed) -> String {
    let onto = format!("{} ({})", plan.production, short(&plan.production_commit));
    if rehearsal.clean && rehearsal.exact {
        return format!(
            "Tried out on {onto}: no conflict, and all files are as they were before the hotfix."
        );
    }
    if rehearsal.clean {
        return format!(
            "Tried out on {onto}: no conflict. What production got beside the hotfix stays."
        );
    }
    let files = rehearsal.conflicts.join(", ");
    match &rehearsal.at {
        _ if rehearsal.at_merge => {
            format!(
                "Tried out on {onto}: the hotfix itself cannot be merged, conflicts in {files}."
            )
        }
        Some(at) => format!(
            "Tried out on {onto}: the revert of {} conflicts in {files}. Solve it now, not when it \
             is needed.",
            short(at)
        ),
        None => format!("Tried out on {onto}: conflicts in {files}."),
    }
}
