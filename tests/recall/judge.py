"""The labels, what the program finds in the cases, and what of it should be there."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import corpus
import derive
from corpus import Case, Clone
from measure import program

LABELS = corpus.HERE / "labels"
HEAD = ("path", "line", "problem", "suite", "expected", "why")

# A label counts as found too if it stands inside a finding of at most so many lines.
LONGEST = 4


@dataclass(frozen=True)
class Label:
    """Whether a line is to be marked, by its suite and by us."""

    path: str
    line: int
    problem: str
    suite: bool
    expected: bool
    why: str

    @property
    def key(self) -> tuple[str, int, str]:
        """The place and the problem."""
        return (self.path, self.line, self.problem)

    @property
    def changed(self) -> bool:
        """Whether we want something else than the suite."""
        return self.suite != self.expected


@dataclass(frozen=True)
class Finding(program.Finding):
    """What the program marks in a case; lines of the suite's file, from 1."""

    def covers(self, line: int) -> bool:
        """Whether a label on that line is found by it."""
        return self.first == line or (self.first <= line <= self.last and self.last - self.first < LONGEST)


@dataclass
class Score:
    """The labels of one problem, and the findings about it."""

    problem: str
    found: list[tuple[Label, Finding]] = field(default_factory=list)
    missed: list[Label] = field(default_factory=list)
    false: list[Finding] = field(default_factory=list)

    @property
    def wanted(self) -> int:
        """How many lines are to be marked."""
        return len(self.found) + len(self.missed)

    def recall(self, shown: bool = False) -> float:
        """The share of the lines to mark that are marked; shown: by more than a hint."""
        return len([1 for _, one in self.found if not shown or one.level != "hint"]) / max(self.wanted, 1)

    def precision(self, shown: bool = False) -> float:
        """The share of the marked lines that are to be marked."""
        right = len([1 for _, one in self.found if not shown or one.level != "hint"])
        wrong = len([1 for one in self.false if not shown or one.level != "hint"])
        return right / max(right + wrong, 1) if right + wrong else 1.0


def labels(suite: str) -> list[Label]:
    """The labels of a suite."""
    path = LABELS / f"{suite}.tsv"
    if not path.exists():
        return []
    found, seen = [], set()
    for number, row in enumerate(corpus.table(path), 2):
        one = Label(
            row["path"],
            int(row["line"]),
            row["problem"],
            row["suite"] == "yes",
            row["expected"] == "yes",
            row["why"],
        )
        if one.key in seen or one.problem not in corpus.RULES or one.changed and not one.why:
            raise SystemExit(f"{path.name}:{number}: one label a line and problem; say why it was changed")
        seen.add(one.key)
        found.append(one)
    return found


def write(suite: str, found: list[Label]) -> None:
    """Writes the labels of a suite."""
    word = {True: "yes", False: "no"}
    lines = ["\t".join(HEAD)]
    for one in sorted(found, key=lambda one: one.key):
        said = (word[one.suite], word[one.expected], one.why)
        lines.append("\t".join((one.path, str(one.line), one.problem, *said)))
    LABELS.mkdir(exist_ok=True)
    (LABELS / f"{suite}.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def derived(case: Case, clone: Clone, text: bytes) -> set[int]:
    """The lines that the suite itself expects to be marked."""
    beside = clone.read(case.beside).decode("utf-8", "replace") if case.beside else ""
    return derive.READERS[case.reader](case.path, text.decode("utf-8", "replace"), beside, case.word)


def renew(suite: str, cases: list[Case], clone: Clone) -> None:
    """Takes the suite's own expectations from the clone again. What we changed stays."""
    kept = {one.key: one for one in labels(suite) if one.why}
    found = dict(kept)
    for case in cases:
        for line in derived(case, clone, clone.case(case)):
            ours = kept.get((case.path, line, case.problem))
            one = Label(
                case.path,
                line,
                case.problem,
                True,
                ours.expected if ours else True,
                ours.why if ours else "",
            )
            found[one.key] = one
    write(suite, list(found.values()))


def judge(measured: Path, cases: list[Case], clone: Clone) -> list[Finding]:
    """What the program finds in the cases of a suite, each as if all of it were new."""
    files: dict[str, bytes] = {}
    origin: dict[str, tuple[str, int]] = {}
    for case in {case.path: case for case in cases}.values():
        for piece in corpus.pieces(case, clone.case(case)):
            # A name that no test has: several rules are silent in tests.
            name = f"case_{len(origin)}.py"
            files[name] = piece.text
            origin[name] = (case.path, piece.offset)
    found = []
    for one in program.judge(measured, files, clone.suite.name):
        path, offset = origin[one.path]
        found.append(Finding(one.rule, one.level, path, one.first + offset, one.last + offset, one.message))
    return found


def compare(scores: dict[str, Score], cases: list[Case], given: list[Label], found: list[Finding]) -> None:
    """Adds one suite to the scores."""
    asked: dict[tuple[str, str], list[str]] = {}
    for case in cases:
        asked.setdefault((case.path, corpus.RULES[case.problem]), []).append(case.problem)
    right: set[Finding] = set()
    for label in given:
        rule = corpus.RULES[label.problem]
        hits = [one for one in found if one.rule == rule and one.path == label.path and one.covers(label.line)]
        if label.expected:
            score = scores[label.problem]
            if hits:
                hit = min(hits, key=lambda one: (one.level == "hint", one.first != label.line))
                score.found.append((label, hit))
            else:
                score.missed.append(label)
            right.update(hits)
    for one in found:
        problems = asked.get((one.path, one.rule))
        if problems and one not in right:
            scores[problems[0]].false.append(one)
