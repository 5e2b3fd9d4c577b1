"""What the program says of each side of the pairs."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import corpus
from corpus import Pair, Sides
from measure import clones, program
from measure.program import Finding


@dataclass(frozen=True)
class Answer:
    """What the rule says of a wrong place and of what was made of it."""

    pair: Pair
    before: Finding | None
    after: Finding | None


@dataclass
class Score:
    """The answers about one problem."""

    problem: str
    answers: list[Answer] = field(default_factory=list)

    def found(self, shown: bool = False) -> list[Answer]:
        """The wrong places that are marked; shown: by more than a hint."""
        return [one for one in self.answers if counts(one.before, shown)]

    def still(self, shown: bool = False) -> list[Answer]:
        """The mended places that are marked all the same."""
        return [one for one in self.answers if counts(one.after, shown)]

    @property
    def missed(self) -> list[Answer]:
        """The wrong places that nothing marks."""
        return [one for one in self.answers if one.before is None]


def counts(finding: Finding | None, shown: bool) -> bool:
    """Whether a finding is there, and more than a hint where that is asked."""
    return finding is not None and (not shown or finding.level != "hint")


def best(findings: list[Finding], rule: str, lines: range) -> Finding | None:
    """The surest finding of the rule that begins on one of these lines."""
    order = ("error", "warning", "information", "hint")
    hits = [one for one in findings if one.rule == rule and one.first in lines]
    return min(hits, key=lambda one: (order.index(one.level), one.first), default=None)


def judge(measured: Path, pairs: list[Pair], found: dict[str, clones.Clone]) -> dict[str, Score]:
    """The scores of all problems, a repository at a time."""
    scores = {problem: Score(problem) for problem in corpus.RULES}
    for repository in sorted({pair.repository for pair in pairs}):
        own = [pair for pair in pairs if pair.repository == repository]
        both = [corpus.sides(pair, found[repository]) for pair in own]
        for answer in ask(measured, repository, own, both):
            scores[answer.pair.problem].answers.append(answer)
    return {problem: score for problem, score in scores.items() if score.answers}


def ask(measured: Path, repository: str, pairs: list[Pair], both: list[Sides]) -> list[Answer]:
    """The answers about one repository."""
    # Names that no test has: several rules are silent in tests. The two sides are judged apart, so
    # that neither lends the other what it knows.
    before = {f"pair_{number}.py": one.before for number, one in enumerate(both)}
    after = {f"pair_{number}.py": one.after for number, one in enumerate(both)}
    old = program.judge(measured, before, repository)
    new = program.judge(measured, after, repository)
    answers = []
    for number, (pair, one) in enumerate(zip(pairs, both)):
        name = f"pair_{number}.py"
        answers.append(
            Answer(
                pair,
                best([finding for finding in old if finding.path == name], pair.rule, one.wrong),
                best([finding for finding in new if finding.path == name], pair.rule, one.mended),
            )
        )
    return answers
