//! Environment variables that switch a check of the whole process off.

use crate::rules::{Confidence, Draft, Reporter};
use crate::syntax::Unit;
use crate::syntax::nodes::{bare, field, string_value};

/// Name and value.
const SWITCHES: [(&str, &str); 6] = [
    ("PYTHONHTTPSVERIFY", "0"),
    ("CURL_CA_BUNDLE", ""),
    ("REQUESTS_CA_BUNDLE", ""),
    ("GIT_SSL_NO_VERIFY", "1"),
    ("GIT_SSL_NO_VERIFY", "true"),
    ("NODE_TLS_REJECT_UNAUTHORIZED", "0"),
];

/// Reports `os.environ["PYTHONHTTPSVERIFY"] = "0"`.
pub(super) fn check(unit: &Unit<'_>, reporter: &mut Reporter) {
    if !unit.slice(unit.node).contains("environ") {
        return;
    }
    for assignment in unit.own(&["assignment"]) {
        let set = || {
            let left = field(assignment, "left").filter(|left| left.kind() == "subscript")?;
            let mapping = unit.resolve(field(left, "value")?)?;
            let key = string_value(field(left, "subscript")?, unit.source())?;
            let value = string_value(bare(field(assignment, "right")?), unit.source())?;
            let known = mapping == "os.environ" && SWITCHES.contains(&(key, value));
            known.then_some(key)
        };
        if let Some(key) = set() {
            reporter.report(Draft::at(
                assignment,
                Confidence::Certain,
                format!("{key} switches the check of certificates off for the whole process"),
            ));
        }
    }
}
