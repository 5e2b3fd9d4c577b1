"""The pairs: a wrong place that a project mended later, before and after its fix.

`pairs.tsv` holds facts out of public histories: the problem, the repository, the commit that fixed it,
the path, the line of the wrong place before the fix, and why it was wrong in a few words of our own.
No code of the projects is kept here. Every diff was read before it became a fact; a doubtful one was
left out, and so was a file that is not valid Python 3 on both sides.
"""

from __future__ import annotations

import ast
import csv
import re
import warnings
from dataclasses import dataclass
from pathlib import Path

from measure import clones

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent

# The rule that finds each problem, in the order of the page.
RULES = {
    "missing timeout": "request-without-timeout",
    "unchecked status": "unchecked-response",
    "never-closed resource": "unclosed-resource",
    "check-then-act": "check-then-act",
    "access to None": "none-access",
    "missing key": "missing-key",
}

# An unchecked answer is marked where it is used first: at most so many lines below its request.
USE_BELOW = 12


class Missing(Exception):
    """A clone does not hold what is asked for."""


@dataclass(frozen=True)
class Pair:
    """One wrong place, and the commit that mended it."""

    problem: str
    repository: str
    fix: str
    path: str
    line: int
    why: str

    @property
    def rule(self) -> str:
        """The rule that is asked for the place."""
        return RULES[self.problem]

    @property
    def place(self) -> str:
        """The place in one word."""
        return f"{self.repository}@{self.fix[:10]}:{self.path}:{self.line}"


@dataclass(frozen=True)
class Sides:
    """A pair's file before and after the fix, and the lines of the place on both sides, from 1."""

    before: bytes
    after: bytes
    wrong: range
    mended: range


def pairs(problems: list[str]) -> list[Pair]:
    """The pairs of the named problems, or all."""
    with (HERE / "pairs.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    found, seen = [], set()
    for number, row in enumerate(rows, 2):
        one = Pair(**{**row, "line": int(row["line"])})
        key = (one.problem, one.repository, one.fix, one.path, one.line)
        if one.problem not in RULES or not one.why or key in seen:
            raise SystemExit(f"pairs.tsv:{number}: a known problem, a place once, and why")
        seen.add(key)
        found.append(one)
    unknown = sorted(set(problems) - set(RULES))
    if unknown:
        raise SystemExit(f"no problem {unknown[0]!r}: choose from {', '.join(RULES)}")
    return [one for one in found if not problems or one.problem in problems]


def read(clone: clones.Clone, commit: str, path: str) -> bytes:
    """A file at a commit."""
    text = clone.git("show", f"{commit}:{path}")
    if text is None:
        raise Missing(f"{clone.repo} has no {path} at {commit}")
    return text


def sides(pair: Pair, clone: clones.Clone) -> Sides:
    """A pair's two files, read out of the clone."""
    before = read(clone, f"{pair.fix}^", pair.path)
    after = read(clone, pair.fix, pair.path)
    wrong = near(before, pair)
    return Sides(before, after, wrong, moved(clone, pair, wrong))


def near(text: bytes, pair: Pair) -> range:
    """The lines that count as the place: its statement, and what belongs to it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = ast.parse(text)
    around = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.stmt) and node.lineno <= pair.line <= (node.end_lineno or node.lineno)
    ]
    if not around:
        raise Missing(f"no statement at {pair.place}")
    statement = max(around, key=lambda node: (node.lineno, -(node.end_lineno or 0)))
    last = statement.end_lineno or statement.lineno
    body = getattr(statement, "body", None)
    if body and pair.problem != "check-then-act":
        # The head alone: what stands in a block is a place of its own. A race is its check and its act.
        last = max(statement.lineno, body[0].lineno - 1)
    if pair.problem == "unchecked status":
        scope = [node for node in around if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
        end = min((node.end_lineno or last for node in scope), default=last + USE_BELOW)
        last = max(last, min(end, last + USE_BELOW))
    return range(statement.lineno, last + 1)


def moved(clone: clones.Clone, pair: Pair, lines: range) -> range:
    """Where these lines stand after the fix: what took their place."""
    command = ("diff", "--unified=0", "--no-color", "--no-ext-diff", f"{pair.fix}^", pair.fix, "--", pair.path)
    text = clone.git(*command)
    if not text:
        raise Missing(f"{clone.repo} has no change of {pair.path} in {pair.fix}")
    first, last = 0, 0
    stands = {line: line for line in lines}
    for hunk in re.finditer(rb"^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@", text, re.MULTILINE):
        old, gone, new, come = (int(part) if part is not None else 1 for part in hunk.groups())
        # Of an empty side git names the line above it.
        begin, end = (old, old + gone) if gone else (old + 1, old + 1)
        for line in lines:
            if line >= end:
                stands[line] = line + new + come + (0 if come else 1) - end
            elif line >= begin:
                stands.pop(line, None)
        between = gone == 0 and lines.start < begin < lines.stop
        if come and (between or (begin < lines.stop and end > lines.start)):
            first, last = min(first or new, new), max(last, new + come - 1)
    places = list(stands.values()) + ([first, last] if last else [])
    return range(min(places), max(places) + 1) if places else range(0)
