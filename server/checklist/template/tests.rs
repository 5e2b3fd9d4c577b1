//! What is begun, and where it goes.

use super::*;
use crate::checklist::branch::{Branch, File, Kind};
use crate::checklist::items::{ITEMS, Mark};
use crate::syntax::Source;

const BASE: &str = "def confirm(event: dict, retries: int):\n    return event['id']\n";

/// What is offered for the item `name` with these files of the project.
fn offered(name: &str, fix: &str, files: &[(&str, &str)]) -> Vec<Template> {
    let file = File::new(
        "src/shop/orders.py".to_owned(),
        Kind::Code,
        Some(BASE.into()),
        Some(fix.into()),
    );
    let marks = file.changed.iter().map(|one| Mark {
        rule: "missing-test",
        path: file.path.clone(),
        span: one.name.clone(),
        line: one.line,
        scope: one.qualname.clone(),
        message: String::new(),
    });
    let mut observed = Observed::default();
    observed.checklist.marks = marks.collect();
    observed.branch = Branch { files: vec![file] };
    let list = |folder: &str| {
        let inside = files.iter().filter_map(|(path, _)| {
            let (above, name) = path.rsplit_once('/').unwrap_or(("", path));
            (above == folder).then(|| name.to_owned())
        });
        inside.collect()
    };
    let read = |path: &str| {
        let found = files.iter().find(|(it, _)| *it == path);
        found.map(|(_, text)| Arc::from(*text))
    };
    let ground = Ground {
        observed: &observed,
        record: None,
        version: Some("v1.2.1"),
        list: &list,
        read: &read,
        today: "2026-01-30",
    };
    let item = ITEMS.iter().find(|item| item.name == name);
    offers(&ground, item.expect("an item"))
}

fn fix(lines: &str) -> String {
    BASE.replace("    return", &format!("{lines}    return"))
}

#[test]
fn the_regression_test_expects_what_the_fix_does() {
    let raises = fix("    if 'id' not in event:\n        raise ValueError('no id')\n");
    let found = offered(
        "tests-added",
        &raises,
        &[("tests/test_x.py", "def test_x():\n    pass\n")],
    );
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].path, "tests/test_orders.py");
    assert_eq!(
        found[0].applied(),
        "import pytest\n\nfrom shop.orders import confirm\n\n\n\
         def test_confirm_with_nothing_in_it():\n    \"\"\"Hotfix (v1.2.1).\"\"\"\n    \
         with pytest.raises(ValueError):\n        confirm({}, 1)\n"
    );
    let returns = fix("    if event is None:\n        return None\n");
    let text = offered("tests-added", &returns, &[])[0].applied();
    assert!(
        text.contains("    assert confirm(None, 1) is None\n"),
        "{text}"
    );
    let unknown = BASE.replace("'id'", "'key'");
    let text = offered("tests-added", &unknown, &[])[0].applied();
    assert!(
        text.contains("assert confirm(None, 1) == \"say here what is right\"\n"),
        "{text}"
    );
}

#[test]
fn a_project_that_writes_classes_gets_a_class() {
    let raises = fix("    if event is None:\n        raise TypeError('none')\n");
    let old = "import unittest\n\nfrom shop.orders import confirm\n\n\nclass TestX(unittest.TestCase):\n    pass\n";
    let found = offered("tests-added", &raises, &[("tests/test_orders.py", old)]);
    let text = found[0].applied();
    assert!(text.starts_with(old), "what stands there stays: {text}");
    assert!(
        text.ends_with(
            "\n\n\nclass TestConfirm(unittest.TestCase):\n    \"\"\"Hotfix (v1.2.1).\"\"\"\n\n    \
             def test_confirm_with_none(self):\n        with self.assertRaises(TypeError):\n            \
             confirm(None, 1)\n"
        ),
        "{text}"
    );
    assert!(!Source::parse(text).root().has_error());
}

#[test]
fn every_template_of_python_can_be_parsed() {
    let fix = fix("    if event is None:\n        return {}\n");
    for name in ["tests-added", "integration", "smoke"] {
        for template in offered(name, &fix, &[]) {
            let text = template.applied();
            assert!(
                !Source::parse(text.as_str()).root().has_error(),
                "{name}: {text}"
            );
        }
    }
}

#[test]
fn the_changelog_gets_its_entry_in_the_right_section() {
    let fix = fix("    if event is None:\n        return None\n");
    let applied = |log: &str| offered("changelog", &fix, &[("CHANGELOG.md", log)])[0].applied();
    let what = "- `confirm` now returns `None` when `event is None`\n";
    let released = "# Changelog\n\n## [1.2.0] - 2025-11-01\n\n### Fixed\n\n- Old\n";
    assert_eq!(
        applied(released),
        format!(
            "# Changelog\n\n## [1.2.1] - 2026-01-30\n\n### Fixed\n\n{what}\n## [1.2.0] - 2025-11-01\n\n### Fixed\n\n- Old\n"
        )
    );
    let unreleased =
        "# Changelog\n\n## [Unreleased]\n\n### Added\n- New\n\n### Fixed\n- Other\n\n## [1.2.0]\n";
    assert_eq!(
        applied(unreleased),
        unreleased.replace("- Other\n", &format!("{what}- Other\n"))
    );
    let fragment = offered("changelog", &fix, &[("newsfragments/1.bugfix.rst", "x\n")]);
    assert_eq!(fragment[0].path, "newsfragments/hotfix-1.2.1.bugfix.rst");
    assert_eq!(fragment[0].old, None);
}

#[test]
fn windows_line_ends_stay() {
    let fix = fix("    if event is None:\n        return None\n");
    let log = "# Changelog\r\n\r\n## [Unreleased]\r\n";
    let text = offered("changelog", &fix, &[("CHANGELOG.md", log)])[0].applied();
    assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
    assert!(text.starts_with(log), "{text}");
}

#[test]
fn the_document_gets_a_section() {
    let fix = fix("    if event is None:\n        return None\n");
    let found = offered("documented", &fix, &[("README.md", "# Shop\n")]);
    let text = found[0].applied();
    assert!(
        text.starts_with("# Shop\n\n## Troubleshooting\n\n### "),
        "{text}"
    );
    assert!(text.contains("Mended in v1.2.1.\n"), "{text}");
}
