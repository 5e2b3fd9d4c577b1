//! Assertions that are gone, or that prove less than production's.

use tree_sitter::Node;

use super::assertions::{Assertion, all};
use super::strength::Strength;
use crate::rules::{Confidence, Draft, Pair, Reporter};
use crate::syntax::Unit;
use crate::syntax::nodes::field;

pub(super) fn compare(pair: &Pair<'_>, base: &Unit<'_>, head: &Unit<'_>, reporter: &mut Reporter) {
    if !head.is_function() {
        return;
    }
    let (mut old, mut now) = (all(base), all(head));
    old.retain(|before| {
        let same = now.iter().position(|one| one.text == before.text);
        if let Some(at) = same {
            unreached(before, &now.remove(at), reporter);
        }
        same.is_none()
    });
    let mut modified = pairs(&mut old, &mut now);
    for (before, after, confidence) in modified.drain(..) {
        if let Some(message) = loosened(head, &before, &after) {
            let draft = Draft {
                detail: before.text.clone(),
                ..Draft::at(after.node, confidence, message)
            };
            reporter.report(draft.production(before.node.byte_range(), "production proves more"));
        }
    }
    let gone: Vec<Assertion<'_>> = old.into_iter().skip(now.len()).collect();
    removed(pair, base, head, &gone, reporter);
}

/// The same assertion, no longer sure to be reached or to fail the test.
fn unreached(before: &Assertion<'_>, after: &Assertion<'_>, reporter: &mut Reporter) {
    let message = if after.swallowed && !before.swallowed {
        "A handler hides it when this assertion fails"
    } else if after.conditional && !before.conditional {
        "This assertion runs only under a condition; production's runs always"
    } else {
        return;
    };
    let confidence = if after.swallowed {
        Confidence::Certain
    } else {
        Confidence::Likely
    };
    let draft = Draft {
        detail: "unreached".to_owned(),
        ..Draft::at(after.node, confidence, message)
    };
    reporter.report(draft.production(before.node.byte_range(), "production's assertion"));
}

/// Production's assertions with what became of them: the same subject first, then a part of it,
/// then whatever stands at the same place and proves much less. What is left stays in `old`.
fn pairs<'b, 'h>(old: &mut Vec<Assertion<'b>>, now: &mut Vec<Assertion<'h>>) -> Pairs<'b, 'h> {
    let mut found = Vec::new();
    let certain = Confidence::Certain;
    round(old, now, certain, &mut found, &|before, after| {
        subject(before) == subject(after) && !subject(before).is_empty()
    });
    round(old, now, certain, &mut found, &|before, after| {
        let (left, right) = (subject(before), subject(after));
        !right.is_empty()
            && (is_part(left, right) || is_part(right, left))
            && level(after) < level(before)
    });
    round(old, now, certain, &mut found, &|_, after| level(after) == 0);
    if old.len() == 1 && now.len() == 1 {
        round(
            old,
            now,
            Confidence::Likely,
            &mut found,
            &|before, after| level(after) + 2 <= level(before),
        );
    }
    found
}

type Pairs<'b, 'h> = Vec<(Assertion<'b>, Assertion<'h>, Confidence)>;

fn round<'b, 'h>(
    old: &mut Vec<Assertion<'b>>,
    now: &mut Vec<Assertion<'h>>,
    confidence: Confidence,
    found: &mut Pairs<'b, 'h>,
    fits: &dyn Fn(&Assertion<'_>, &Assertion<'_>) -> bool,
) {
    let mut index = 0;
    while index < old.len() {
        match now.iter().position(|after| fits(&old[index], after)) {
            Some(at) => found.push((old.remove(index), now.remove(at), confidence)),
            None => index += 1,
        }
    }
}

/// Whether the words of `part` stand in `whole`: `order` in `order . total`, not in `reorder`.
fn is_part(whole: &str, part: &str) -> bool {
    format!(" {whole} ").contains(&format!(" {part} "))
}

fn subject<'s>(one: &'s Assertion<'_>) -> &'s str {
    &one.strength.subject
}

fn level(one: &Assertion<'_>) -> u8 {
    one.strength.level
}

/// What is said of an assertion that accepts more than before.
fn loosened(head: &Unit<'_>, before: &Assertion<'_>, after: &Assertion<'_>) -> Option<String> {
    let written = shortened(head.slice(after.node));
    let (old, now) = (&before.strength, &after.strength);
    if let (Some((types, looked)), Some((accepted, looks))) = (&old.raises, &now.raises) {
        let broad = |name: &String| matches!(name.as_str(), "Exception" | "BaseException");
        let broader = accepted.iter().any(broad) && !types.iter().any(broad);
        let more = types.len() < accepted.len() && types.iter().all(|one| accepted.contains(one));
        return (broader || more || (*looked && !looks))
            .then(|| format!("`{written}` accepts more exceptions than production's test does"));
    }
    if old.raises.is_some() != now.raises.is_some() {
        return None;
    }
    if level(after) < level(before) {
        let same_truth = old.trivial && now.level == 2;
        return (!same_truth)
            .then(|| format!("`{written}` proves less than production's assertion"));
    }
    wider(old, now).map(|name| match name {
        "bound" | "values" => format!("`{written}` accepts more than production's assertion"),
        _ => format!("`{written}` has a wider tolerance than production's"),
    })
}

/// The first tolerance that is wider now.
fn wider<'s>(old: &Strength, now: &'s Strength) -> Option<&'s str> {
    now.bounds.iter().find_map(|(name, value)| {
        let before = old.bounds.iter().find(|(known, _)| known == name);
        let is_wider = match before {
            Some((_, before)) => before < value,
            // A tolerance of its own in place of the usual, tight one.
            None => {
                !matches!(name.as_str(), "bound" | "values")
                    && old.bounds.is_empty()
                    && old.level == now.level
            }
        };
        is_wider.then_some(name.as_str())
    })
}

fn removed(
    pair: &Pair<'_>,
    base: &Unit<'_>,
    head: &Unit<'_>,
    gone: &[Assertion<'_>],
    reporter: &mut Reporter,
) {
    let kept = if gone.is_empty() {
        Vec::new()
    } else {
        all(head)
    };
    // `assert user.name` fails for None as well: `assert user is not None` added nothing.
    let implied = |one: &Assertion<'_>| {
        level(one) <= 2
            && kept
                .iter()
                .any(|other| subject(other).starts_with(subject(one)))
    };
    let gone: Vec<&Assertion<'_>> = gone
        .iter()
        .filter(|one| level(one) != 0 && !implied(one) && !moved(pair, base, one))
        .collect();
    let Some(first) = gone.first() else { return };
    if asserts_in_new_helper(pair, head) {
        return;
    }
    let written = shortened(base.slice(first.node));
    let message = match gone.len() {
        1 => format!("Production's test proves `{written}`; the hotfix's does not"),
        more => format!(
            "Production's test proves `{written}` and {} more; the hotfix's does not",
            more - 1
        ),
    };
    let place = field(head.node, "name").unwrap_or(head.node);
    let texts: Vec<&str> = gone.iter().map(|one| one.text.as_str()).collect();
    let mut draft = Draft {
        detail: texts.join("; "),
        ..Draft::at(place, Confidence::Certain, message)
    };
    for one in gone {
        draft = draft.production(one.node.byte_range(), "production's assertion");
    }
    reporter.report(draft);
}

/// Whether the assertion stands in another place of the file now.
pub(super) fn moved(pair: &Pair<'_>, base: &Unit<'_>, one: &Assertion<'_>) -> bool {
    let text = base.slice(one.node);
    let count = |whole: &str| crate::rules::knowledge::comments::count(whole, text);
    let in_comment = |whole: &str| {
        whole
            .match_indices(text)
            .filter(|(at, _)| {
                whole[..*at]
                    .lines()
                    .next_back()
                    .is_some_and(|line| line.trim_start().starts_with('#'))
            })
            .count()
    };
    let (old, now) = (pair.base_file.source.text(), pair.head_file.source.text());
    count(old) <= count(now) - in_comment(now).min(count(now))
}

/// Whether the test calls a helper that the hotfix adds and that asserts.
fn asserts_in_new_helper(pair: &Pair<'_>, head: &Unit<'_>) -> bool {
    let text = head.slice(head.node);
    pair.head_file
        .outline
        .definitions
        .iter()
        .skip(1)
        .any(|one| {
            !one.name.starts_with("test")
                && text.contains(&format!("{}(", one.name))
                && pair.base_file.outline.find(&one.qualname).is_none()
                && pair.head_file.source.text()[one.core.clone()].contains("assert")
        })
}

/// The text on one line, cut at 60 characters.
pub(super) fn shortened(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let cut: String = line.chars().take(60).collect();
    if cut.len() < line.len() {
        format!("{}…", cut.trim_end())
    } else {
        cut
    }
}

/// The name of a definition, for spans.
pub(super) fn name_of(node: Node<'_>) -> Node<'_> {
    field(node, "name").unwrap_or(node)
}
