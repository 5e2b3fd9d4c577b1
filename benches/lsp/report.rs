//! Times → one Markdown table.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// The times of one measure with one server.
pub struct Row {
    pub lines: usize,
    pub measure: &'static str,
    pub server: String,
    pub taken: Vec<Duration>,
}

impl Row {
    /// The time that `percent` of all are not slower than.
    fn percentile(&self, percent: usize) -> Duration {
        let mut sorted = self.taken.clone();
        sorted.sort_unstable();
        let rank = (sorted.len() * percent).div_ceil(100).max(1);
        sorted[rank - 1]
    }
}

/// The table, ordered as it was measured.
pub fn table(rows: &[Row]) -> String {
    let mut out = String::from(
        "| lines | measure | server | n | p50 | p95 | max |\n|---:|---|---|---:|---:|---:|---:|\n",
    );
    for row in rows {
        let shown = [50, 95, 100].map(|percent| milliseconds(row.percentile(percent)));
        let [p50, p95, max] = shown;
        let (lines, measure, server) = (row.lines, row.measure, &row.server);
        let count = row.taken.len();
        let _ = writeln!(
            out,
            "| {lines} | {measure} | {server} | {count} | {p50} | {p95} | {max} |"
        );
    }
    out
}

fn milliseconds(time: Duration) -> String {
    let number = time.as_secs_f64() * 1000.0;
    if number < 10.0 {
        format!("{number:.2} ms")
    } else {
        format!("{number:.1} ms")
    }
}

/// The processor's name and how many cores there are.
pub fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(':'))
        .map_or("unknown processor", |(_, name)| name.trim());
    format!("{model}, {cores} cores, {}", std::env::consts::OS)
}

/// What a program says to `--version`.
pub fn version(program: &str) -> String {
    Command::new(program)
        .arg("--version")
        .output()
        .ok()
        .filter(|done| done.status.success())
        .and_then(|done| String::from_utf8(done.stdout).ok())
        .map_or_else(
            || "unknown version".to_owned(),
            |text| text.trim().to_owned(),
        )
}

const OPEN: &str = "<!-- bench:lsp -->\n";
const CLOSE: &str = "<!-- /bench:lsp -->";

/// Replaces what stands between the markers of a document.
///
/// # Errors
/// One sentence when the document or its markers are missing.
pub fn write_between_markers(document: &Path, text: &str) -> Result<(), String> {
    let shown = document.display();
    let old = fs::read_to_string(document).map_err(|error| format!("{shown}: {error}"))?;
    let missing = || format!("{shown} needs the lines {} and {CLOSE}", OPEN.trim());
    let (before, rest) = old.split_once(OPEN).ok_or_else(missing)?;
    let (_, after) = rest.split_once(CLOSE).ok_or_else(missing)?;
    fs::write(document, format!("{before}{OPEN}{text}{CLOSE}{after}"))
        .map_err(|error| format!("{shown}: {error}"))
}
