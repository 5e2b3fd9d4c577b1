"""Runs unittest for hotfix-ls where pytest is not installed, and tells what each test did."""

import importlib
import json
import os
import sys
import unittest

REPORT = os.environ.get("HOTFIX_LS_REPORT")
ROOT = os.environ.get("HOTFIX_LS_ROOT")


def write(**event):
    if REPORT:
        with open(REPORT, "a", encoding="utf-8") as out:
            out.write(json.dumps(event) + "\n")


def short(text):
    lines = str(text).strip().splitlines()
    return lines[0][:500] if lines else ""


class Result(unittest.TextTestResult):
    """Writes each outcome as it happens."""

    def tell(self, test, outcome, error=None):
        name, message = "", ""
        if error is not None:
            name, message = error[0].__name__, short(error[1])
            if issubclass(error[0], ImportError):
                outcome = "import"
        identity = test.id()
        if type(test).__name__ == "_FailedTest" or type(test).__name__ == "_ErrorHolder":
            write(collect=identity, message="%s: %s" % (name, last(message, error)))
            return
        write(
            test=place(test),
            outcome=outcome,
            when="call",
            exception=name,
            message=message,
        )

    def addSuccess(self, test):
        super().addSuccess(test)
        self.tell(test, "passed")

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.tell(test, "assertion", err)

    def addError(self, test, err):
        super().addError(test, err)
        self.tell(test, "error", err)

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.tell(test, "skipped")

    def addExpectedFailure(self, test, err):
        super().addExpectedFailure(test, err)
        self.tell(test, "skipped")

    def addUnexpectedSuccess(self, test):
        super().addUnexpectedSuccess(test)
        self.tell(test, "assertion")

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            failed = issubclass(err[0], test.failureException)
            self.tell(test, "assertion" if failed else "error", err)


def last(message, error):
    lines = [line.strip() for line in str(error[1]).splitlines() if line.strip()] if error else []
    return (lines or [message])[-1][:500]


def leaks():
    inside = os.path.join(os.path.realpath(ROOT or os.sep), "")
    prefix = os.path.join(os.path.realpath(sys.prefix), "")
    found = []
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if not ROOT or not isinstance(file, str):
            continue
        file = os.path.realpath(file)
        if file.startswith(inside) and not file.startswith(prefix) and "site-packages" not in file:
            found.append(name)
    return sorted(found)[:20]


def main(ids):
    sys.path[0] = os.getcwd()
    suite = unittest.TestSuite()
    if not ids:
        suite.addTest(unittest.defaultTestLoader.discover("."))
    for identity in ids:
        path, *names = identity.split("::")
        module = os.path.splitext(path)[0].replace("/", ".")
        if names and needs_pytest(module, names[0]):
            why = "No module named 'pytest', which this test needs"
            write(collect=identity, message=why)
            continue
        loaded = unittest.defaultTestLoader.loadTestsFromName(".".join([module, *names]))
        suite.addTest(loaded)
    write(collected=suite.countTestCases())
    result = unittest.TextTestRunner(resultclass=Result).run(suite)
    write(leaks=leaks())
    return 0 if result.wasSuccessful() else 1


def needs_pytest(module, name):
    """Whether unittest would not take it for a test: it would run a function while it looks."""
    try:
        found = getattr(importlib.import_module(module), name, None)
    except BaseException:
        # The loader says what is wrong with the module.
        return False
    is_case = isinstance(found, type) and issubclass(found, unittest.TestCase)
    return found is not None and not is_case


def place(test):
    """The id as pytest writes it: the file, then the names."""
    identity = test.id()
    module = type(test).__module__
    file = getattr(sys.modules.get(module), "__file__", None)
    if not file or not identity.startswith(module + "."):
        return identity
    path = os.path.relpath(os.path.realpath(file), os.path.realpath(os.getcwd()))
    return "::".join([path.replace(os.sep, "/"), *identity[len(module) + 1 :].split(".")])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
