//! Command lines that a shell takes apart.

use tree_sitter::Node;

use super::pieces::{self, Piece};
use super::reach::{self, Reach};
use super::{Found, confidence, named};
use crate::rules::Confidence;
use crate::syntax::Unit;
use crate::syntax::nodes::{bare, field, keyword, positional};

pub(super) fn judge<'a>(unit: &Unit<'a>, call: Node<'a>) -> Option<Found<'a>> {
    let function = field(call, "function")?;
    let name = unit.resolve(function)?;
    let asks = keyword(call, "shell", unit.source()).is_some_and(|value| value.kind() == "true");
    let by_shell = match name.as_str() {
        "os.system"
        | "os.popen"
        | "os.popen2"
        | "os.popen3"
        | "subprocess.getoutput"
        | "subprocess.getstatusoutput"
        | "asyncio.create_subprocess_shell"
        | "commands.getoutput"
        | "commands.getstatusoutput"
        | "popen2.popen2" => true,
        "subprocess.run"
        | "subprocess.call"
        | "subprocess.check_call"
        | "subprocess.check_output"
        | "subprocess.Popen" => asks,
        _ => {
            asks && matches!(
                name.rsplit('.').next(),
                Some("run" | "Popen" | "check_output")
            )
        }
    };
    if !by_shell {
        return None;
    }
    let command = positional(call).first().copied().or_else(|| {
        ["args", "cmd", "command"]
            .iter()
            .find_map(|name| keyword(call, name, unit.source()))
    })?;
    let text = bare(command);
    let written = unit.slice(function);
    if text.kind() == "list" {
        return Some(Found {
            place: command,
            confidence: Confidence::Likely,
            message: format!(
                "{written} hands only the first word of this list to the shell: leave shell=True out"
            ),
        });
    }
    let pieces = pieces::of_argument(unit, command);
    if !pieces::is_built(&pieces) {
        return whole(unit, command, written);
    }
    let mut worst: Option<(Confidence, &'a str)> = None;
    for (index, piece) in pieces.iter().enumerate() {
        let Piece::Value { node, .. } = piece else {
            continue;
        };
        let reach = reach::of(unit, *node);
        // The program that the caller wants to run, with arguments behind it.
        let is_program = index == 0 && hands_over_command(&reach);
        let sure = confidence(unit, &reach).map(|sure| {
            if is_program {
                Confidence::Possible
            } else {
                sure
            }
        });
        if let Some(sure) = sure
            && worst.as_ref().is_none_or(|(known, _)| *known < sure)
        {
            worst = Some((sure, named(unit, &reach, *node)));
        }
    }
    let (confidence, what) = worst?;
    Some(Found {
        place: command,
        confidence,
        message: format!(
            "{what} becomes part of a command line that a shell takes apart: hand over a list of words"
        ),
    })
}

/// The whole command comes from elsewhere: the caller of a wrapper answers for it.
fn whole<'a>(unit: &Unit<'a>, command: Node<'a>, written: &str) -> Option<Found<'a>> {
    let reach = reach::of(unit, command);
    let confidence = match reach {
        Reach::Outside(_) => Confidence::Certain,
        Reach::Parameter(_) if hands_over_command(&reach) || !unit.is_public() => {
            Confidence::Possible
        }
        Reach::Parameter(_) => Confidence::Likely,
        Reach::Attribute(_) | Reach::Unknown => Confidence::Possible,
        _ => return None,
    };
    let what = named(unit, &reach, command);
    Some(Found {
        place: command,
        confidence,
        message: format!(
            "{written} lets a shell run whatever {what} holds: hand over a list of words"
        ),
    })
}

/// Whether a parameter's name says that callers hand over a command: they mean it to be run.
fn hands_over_command(reach: &Reach<'_>) -> bool {
    let Reach::Parameter(name) = reach else {
        return false;
    };
    let name = name.to_ascii_lowercase();
    [
        "cmd", "command", "program", "script", "pager", "editor", "argv",
    ]
    .iter()
    .any(|word| name.contains(word))
}
