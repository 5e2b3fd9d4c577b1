//! Options of command lines that switch a check off.

use std::ops::Range;

use tree_sitter::Node;

use crate::rules::knowledge::origins;
use crate::rules::{Confidence, Draft, Reporter};
use crate::syntax::Unit;
use crate::syntax::nodes::{Walk, field, walk};

/// Options that mean the same for every program that has them.
const FLAGS: [&str; 20] = [
    "--no-verify",
    "--no-verify-ssl",
    "--no-check-certificate",
    "--no-check-certificates",
    "--no-gpg-check",
    "--no-gpg-checks",
    "--no-gpg-sign",
    "--nogpgcheck",
    "--insecure",
    "--insecure-skip-tls-verify",
    "--skip-tls-verify",
    "--skip-verify",
    "--skip-tests",
    "--trusted-host",
    "--allow-unauthenticated",
    "--force-yes",
    "--tls-verify=false",
    "--disable-host-key-checking",
    "--no-host-key-check",
    "--disable-verification",
];

/// Settings of ssh and git.
const PARTS: [&str; 6] = [
    "StrictHostKeyChecking=no",
    "StrictHostKeyChecking no",
    "UserKnownHostsFile=/dev/null",
    "http.sslVerify=false",
    "GIT_SSL_NO_VERIFY=true",
    "GIT_SSL_NO_VERIFY=1",
];

/// Reports the options in commands that the scope runs.
pub(super) fn check(unit: &Unit<'_>, reporter: &mut Reporter) {
    let text = unit.slice(unit.node);
    if !(text.contains("--")
        || text.contains("HostKey")
        || text.contains("ssl")
        || text.contains("SSL")
        || text.contains("curl"))
    {
        return;
    }
    let calls = origins::calls(unit);
    let running: Vec<Node<'_>> = calls
        .iter()
        .copied()
        .filter(|call| runs_command(unit, *call))
        .collect();
    if running.is_empty() {
        return;
    }
    for call in running {
        let mut seen = |node: Node<'_>| report(unit, node, reporter);
        strings(call, &mut seen);
    }
    // A command that is put together before: `cmd = ["git", "push", "--no-verify"]`.
    for list in unit.own(&["list"]) {
        let own = calls.iter().any(|call| {
            runs_command(unit, *call)
                && call.start_byte() <= list.start_byte()
                && list.end_byte() <= call.end_byte()
        });
        if !own {
            strings(list, &mut |node| report(unit, node, reporter));
        }
    }
}

/// Whether the call starts another program.
pub(super) fn runs_command(unit: &Unit<'_>, call: Node<'_>) -> bool {
    let Some(function) = field(call, "function") else {
        return false;
    };
    let name = unit.resolve(function).unwrap_or_default();
    if name.starts_with("subprocess.") || name.starts_with("asyncio.create_subprocess") {
        return true;
    }
    if matches!(
        name.as_str(),
        "os.system" | "os.popen" | "pexpect.spawn" | "pexpect.run"
    ) || name.starts_with("os.exec")
        || name.starts_with("os.spawn")
    {
        return true;
    }
    let last = name.rsplit('.').next().unwrap_or_default();
    let helper = [
        "run",
        "run_command",
        "check_call",
        "check_output",
        "sh",
        "execute",
        "call",
        "Popen",
        "exec_command",
        "run_cmd",
        "extend",
        "append",
    ];
    helper.contains(&last)
        && (unit.names().imports_module("subprocess")
            || last == "exec_command"
            || last == "run_command")
}

fn strings<'t>(node: Node<'t>, visit: &mut dyn FnMut(Node<'t>)) {
    walk(node, &mut |one| {
        if one.kind() == "string" {
            visit(one);
            return Walk::Over;
        }
        Walk::Into
    });
}

fn report(unit: &Unit<'_>, string: Node<'_>, reporter: &mut Reporter) {
    let Some((range, flag)) = disabling(unit, string) else {
        return;
    };
    let mut draft = Draft::at(
        string,
        Confidence::Certain,
        format!("`{flag}` switches a check of the command off"),
    );
    if range.len() + 2 < string.byte_range().len() {
        draft.span = range;
    }
    reporter.report(draft);
}

/// The option in a string, as a whole word: its bytes and its text.
pub(super) fn disabling<'a>(unit: &Unit<'a>, string: Node<'_>) -> Option<(Range<usize>, &'a str)> {
    let text = unit.slice(string);
    let at = |found: usize, length: usize| {
        let start = string.start_byte() + found;
        (start..start + length, &text[found..found + length])
    };
    if let Some((found, part)) = PARTS
        .iter()
        .find_map(|part| Some((text.find(part)?, *part)))
    {
        return Some(at(found, part.len()));
    }
    let word = |found: usize, flag: &str| {
        let before = text[..found].chars().next_back();
        let after = text[found + flag.len()..].chars().next();
        before.is_none_or(|c| c.is_whitespace() || matches!(c, '"' | '\''))
            && after.is_none_or(|c| c.is_whitespace() || matches!(c, '"' | '\'' | '='))
    };
    let mut known = FLAGS.to_vec();
    // `["curl", "-k", url]`
    let of_curl = string
        .parent()
        .filter(|up| up.kind() == "list")
        .and_then(|list| list.named_child(0))
        .is_some_and(|program| unit.slice(program).contains("curl"));
    if of_curl || text.contains("curl") {
        known.push("-k");
    }
    known.into_iter().find_map(|flag| {
        let found = text
            .match_indices(flag)
            .map(|(found, _)| found)
            .find(|found| word(*found, flag))?;
        Some(at(found, flag.len()))
    })
}
