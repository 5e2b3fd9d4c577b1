//! A report as of `JUnit`: a suite for each file, a case for each finding. quick-junit writes it, as it
//! does for nextest.

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use crate::cli::arguments::FailOn;
use crate::cli::render::Results;
use crate::cli::render::listed::{self, Columns, Listed};
use crate::cli::trouble::Trouble;

/// The report, with a final line end. What fails the run is a failure, other findings are skipped
/// cases, a file without findings is one case that passes, and what could not be judged is an
/// error.
pub fn render(results: &Results, problems: &[Trouble], fail_on: FailOn) -> String {
    let mut report = Report::new("hotfix-ls");
    for file in &results.files {
        let path = file.target.shown.as_str();
        let mut suite = TestSuite::new(path);
        for finding in listed::of_file(file, Columns::Characters) {
            suite.add_test_case(case(&finding, fail_on));
        }
        // A file of which some could not be judged has an error below, and no case that passes.
        let in_full = problems.iter().all(|one| one.path.as_deref() != Some(path));
        if file.report.findings.is_empty() && in_full {
            let mut case = TestCase::new("no findings", TestCaseStatus::success());
            case.set_classname(path);
            suite.add_test_case(case);
        }
        if !suite.test_cases.is_empty() {
            report.add_test_suite(suite);
        }
    }
    if !problems.is_empty() {
        let mut suite = TestSuite::new("not judged");
        for problem in problems {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
            status.set_message(&problem.message);
            let mut case = TestCase::new("could be judged", status);
            case.set_classname(problem.path.as_deref().unwrap_or("hotfix-ls"));
            suite.add_test_case(case);
        }
        report.add_test_suite(suite);
    }
    // The writer fails only on what no text can hold, and takes such characters out itself.
    let mut text = report.to_string().unwrap_or_default();
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text
}

fn case(finding: &Listed<'_>, fail_on: FailOn) -> TestCase {
    let start = finding.range.start;
    let place = format!("{}:{}:{}", finding.path, start.line, start.column);
    let mut status = if fail_on.includes(finding.level) {
        TestCaseStatus::non_success(NonSuccessKind::Failure)
    } else {
        TestCaseStatus::skipped()
    };
    status.set_type(finding.rule);
    status.set_message(finding.message);
    status.set_description(format!("{place}: {}", finding.message));
    let name = format!("{} at {}:{}", finding.rule, start.line, start.column);
    let mut case = TestCase::new(name, status);
    case.set_classname(finding.path);
    case
}
