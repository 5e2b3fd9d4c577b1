//! Log levels that were lowered to DEBUG to see more, and stay there.

use tree_sitter::Node;

use super::{Confidence, Verdict, guarded_by_verbosity, in_main_block, speaks_to_people};
use crate::fixes::{Applicability, Builder, Fix};
use crate::rules::FixContext;
use crate::rules::knowledge::origins;
use crate::syntax::Unit;
use crate::syntax::nodes::{field, keyword, positional};

/// What a call that sets a log level deserves.
pub(super) fn judge(unit: &Unit<'_>, call: Node<'_>, name: &str) -> Verdict {
    let level = level_of(unit, call, name)?;
    // A command line lowers the level for whoever asks, and a script for its author.
    if !is_debug(unit, level)
        || guarded_by_verbosity(unit, call)
        || in_main_block(unit, call)
        || speaks_to_people(unit, call)
    {
        return None;
    }
    Some((
        Confidence::Possible,
        "The log level is DEBUG here, for all that runs in production: set it to what production has"
            .to_owned(),
    ))
}

/// The level that a call sets for a logger or for all.
fn level_of<'t>(unit: &Unit<'t>, call: Node<'t>, name: &str) -> Option<Node<'t>> {
    if name == "logging.basicConfig" {
        return keyword(call, "level", unit.source());
    }
    let function = field(call, "function").filter(|one| one.kind() == "attribute")?;
    let last = field(function, "attribute").map(|one| unit.slice(one));
    if last != Some("setLevel") {
        return None;
    }
    // A handler at DEBUG takes what the loggers let through.
    let owner = unit.slice(field(function, "object")?).to_lowercase();
    (owner.contains("log") && !owner.contains("handler"))
        .then(|| positional(call).first().copied())
        .flatten()
}

fn is_debug(unit: &Unit<'_>, level: Node<'_>) -> bool {
    let text = unit.slice(level).trim_matches(['"', '\'']);
    text == "10" || text == "DEBUG" || unit.resolve(level).as_deref() == Some("logging.DEBUG")
}

/// Production's level for the same, or INFO.
pub(super) fn level_back(context: &FixContext<'_>, call: Node<'_>) -> Option<Fix> {
    let unit = context.unit;
    let name = unit.callee(call)?;
    let level = level_of(unit, call, &name)?;
    let before = context.production.and_then(|file| {
        let all = file
            .outline
            .definitions
            .iter()
            .flat_map(|one| Unit::of_definition(file, one));
        all.into_iter().find_map(|one| {
            let calls = origins::calls(&one);
            calls.into_iter().find_map(|other| {
                let same = field(other, "function").map(|at| one.slice(at))
                    == field(call, "function").map(|at| unit.slice(at));
                let was = level_of(&one, other, &one.callee(other)?)?;
                (same && !is_debug(&one, was)).then(|| one.slice(was).to_owned())
            })
        })
    });
    // Without a level of production a line of `setLevel` goes as a whole.
    let text = match before {
        Some(text) => text,
        None if name == "logging.basicConfig" => {
            let written = unit.slice(level);
            written
                .ends_with("DEBUG")
                .then(|| written.replace("DEBUG", "INFO"))?
        }
        None => return None,
    };
    let mut builder = Builder::new(unit.file);
    builder.replace(level, text.as_str());
    Some(builder.finish(
        format!("Set the level to {text}"),
        Applicability::NeedsReview,
    ))
}
