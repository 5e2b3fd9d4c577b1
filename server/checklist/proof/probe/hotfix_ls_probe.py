"""Tells hotfix-ls what each test did: one JSON object a line, written as it happens."""

import json
import os
import sys

import pytest

REPORT = os.environ.get("HOTFIX_LS_REPORT")
ROOT = os.environ.get("HOTFIX_LS_ROOT")


def _write(**event):
    if REPORT:
        with open(REPORT, "a", encoding="utf-8") as out:
            out.write(json.dumps(event) + "\n")


def _kind(excinfo):
    if excinfo.errisinstance(ImportError):
        return "import"
    if excinfo.errisinstance(AssertionError) or excinfo.typename == "Failed":
        return "assertion"
    return "error"


def _short(text):
    lines = str(text).strip().splitlines()
    return lines[0][:500] if lines else ""


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    if call.excinfo is not None:
        report = outcome.get_result()
        # Plain attributes travel from xdist's workers to the process that writes.
        report.hotfix_ls = [_kind(call.excinfo), call.excinfo.typename, _short(call.excinfo.value)]


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_logreport(report):
    if os.environ.get("PYTEST_XDIST_WORKER"):
        return
    kind, name, message = getattr(report, "hotfix_ls", None) or ["error", "", ""]
    outcome = report.outcome
    if hasattr(report, "wasxfail"):
        outcome = "skipped"
    if outcome == "passed" and report.when != "call":
        return
    if outcome == "failed":
        outcome = kind if report.when == "call" or kind == "import" else "error"
    _write(
        test=report.nodeid,
        outcome=outcome,
        when=report.when,
        exception=name,
        message=message,
    )


@pytest.hookimpl(tryfirst=True)
def pytest_collectreport(report):
    if os.environ.get("PYTEST_XDIST_WORKER") or not report.failed:
        return
    lines = [line.strip() for line in str(report.longrepr).splitlines() if line.strip()]
    errors = [line[2:].strip() for line in lines if line.startswith("E ")]
    message = (errors or lines or [""])[-1]
    _write(collect=report.nodeid, message=message[:500])


def pytest_collection_finish(session):
    if not os.environ.get("PYTEST_XDIST_WORKER"):
        _write(collected=len(session.items))


def pytest_sessionfinish(session, exitstatus):
    # xdist imports in its workers and collects nothing in the process that starts them.
    _write(leaks=_leaks())
    if not os.environ.get("PYTEST_XDIST_WORKER"):
        _write(collected=session.testscollected)


def _leaks():
    """Modules that came from the user's work tree instead of the copy."""
    if not ROOT:
        return []
    inside = os.path.join(os.path.realpath(ROOT), "")
    prefix = os.path.join(os.path.realpath(sys.prefix), "")
    leaks = []
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if not isinstance(file, str):
            continue
        file = os.path.realpath(file)
        if file.startswith(inside) and not file.startswith(prefix) and "site-packages" not in file:
            leaks.append(name)
    return sorted(leaks)[:20]
