"""The suites, their cases, and the clones that hold them.

`suites.tsv` pins each suite to a commit, `cases.tsv` names the files that are judged: the problem, the
git blob that the labels were made for, and where the suite says what it expects. Nothing of a suite's
code is kept here. A clone is asked for the blob first, so that any clone with the history will do.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from pathlib import Path

from measure import clones

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent

# The rule that finds each problem, in the order of the page.
RULES = {
    "missing timeout": "request-without-timeout",
    "unchecked status": "unchecked-response",
    "broad handler": "swallowed-exception",
    "silent handler": "swallowed-exception",
    "silent handler for one class": "swallowed-exception",
    "raise without from": "raise-without-from",
    "never-closed resource": "unclosed-resource",
    "missing key": "missing-key",
    "access to None": "none-access",
}


class Missing(Exception):
    """A clone does not hold what is asked for."""


@dataclass(frozen=True)
class Suite:
    """One tool's public cases."""

    name: str
    repo: str
    commit: str
    date: str


@dataclass(frozen=True)
class Case:
    """One file of a suite, asked for one problem."""

    suite: str
    path: str
    problem: str
    blob: str
    # How the suite writes down what it expects: a reader of derive.py, its file and its word.
    reader: str
    beside: str
    word: str


@dataclass(frozen=True)
class Piece:
    """A piece of a file that is judged alone, and the line of the file that it begins on (from 0)."""

    text: bytes
    offset: int


def table(path: Path) -> list[dict[str, str]]:
    """The rows of a table with a head."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def suites(names: list[str]) -> list[Suite]:
    """The named suites, or all."""
    rows = table(HERE / "suites.tsv")
    found = [Suite(row["suite"], row["repository"], row["commit"], row["date"]) for row in rows]
    unknown = sorted(set(names) - {one.name for one in found})
    if unknown:
        raise SystemExit(f"no suite {unknown[0]}: choose from {', '.join(one.name for one in found)}")
    return [one for one in found if not names or one.name in names]


def cases() -> list[Case]:
    """All cases, in the order of the table."""
    return [Case(**row) for row in table(HERE / "cases.tsv")]


class Clone(clones.Clone):
    """The clone of a suite."""

    def __init__(self, suite: Suite, folder: Path, address: str) -> None:
        super().__init__(suite.repo, folder, address)
        self.suite = suite

    def read(self, path: str) -> bytes:
        """A file at the pinned commit, or at the newest one of the clone."""
        for commit in (self.suite.commit, "HEAD"):
            content = self.git("show", f"{commit}:{path}")
            if content is not None:
                return content
        raise Missing(f"{self.suite.name} has no {path}")

    def blob(self, path: str) -> str:
        """The id of a file's content at the pinned commit, or at the newest one."""
        for commit in (self.suite.commit, "HEAD"):
            name = self.git("rev-parse", "--verify", "--quiet", f"{commit}:{path}")
            if name is not None:
                return name.decode().strip()
        raise Missing(f"{self.suite.name} has no {path}")

    def case(self, case: Case) -> bytes:
        """The text that a case's labels were made for."""
        content = self.git("cat-file", "blob", case.blob)
        if content is None:
            raise Missing(
                f"{self.suite.name} has another version of {case.path}: "
                "write its blob into cases.tsv, run --derive and read the changes"
            )
        return content


def pieces(case: Case, text: bytes) -> list[Piece]:
    """What of a case is judged: the file, or each program of a list of test cases."""
    if not case.path.endswith(".test"):
        return [Piece(text, 0)]
    found: list[Piece] = []
    lines: list[bytes] | None = None
    for number, line in enumerate(text.splitlines(keepends=True)):
        part = re.match(rb"\[([a-z]+)", line)
        if part and part[1] == b"case":
            lines, start = [], number + 1
            found.append(Piece(b"", start))
        elif part and re.match(rb"\[\w[^\]]*\]\s*$", line) and lines is not None:
            # What follows is another file, or what the type checker prints.
            lines = None
        elif lines is not None:
            lines.append(line)
            found[-1] = Piece(b"".join(lines), start)
    return [piece for piece in found if b"None" in piece.text]
