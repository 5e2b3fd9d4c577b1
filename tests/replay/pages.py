"""The tables of `docs/replay.md`."""

from __future__ import annotations

from collections import Counter

import corpus
from judge import Answer, Finding

# How a finding begins that only says what the release notes say.
NOTED = "the release notes"

# The rule that says what a commit is.
RECOGNISED = {
    "feature": ("new-feature",),
    "refactor": ("refactoring",),
    "api-change": ("api-change",),
    "dependency-bump": ("dependency-change",),
    "reformat": ("reformatting",),
}

ALARMS = ("warning", "information")


class Tables:
    """The answers by nature, and what to say of them."""

    def __init__(self, answers: list[Answer], groups: dict[str, str]) -> None:
        self.answers = answers
        self.groups = groups
        self.by_nature = {
            nature: [one for one in answers if one.commit.nature == nature] for nature in corpus.NATURES
        }

    def in_group(self, *groups: str) -> list[str]:
        """The rules of these chapters."""
        return [rule for rule, group in self.groups.items() if group in groups]

    def patterns(self) -> list[str]:
        """The rules that judge the code itself, not the scope of the change."""
        return self.in_group("Hotfix patterns", "Error handling", "Guards and shortcuts")

    def pattern_warnings(self) -> list[tuple[Answer, Finding]]:
        """The pattern findings of warning level on real hotfixes."""
        rules = self.patterns()
        return [
            (answer, finding)
            for answer in self.by_nature["hotfix"]
            for finding in answer.of(rules, "warning")
        ]

    def warnings_each(self) -> float:
        """Pattern findings of warning level for each real hotfix."""
        return len(self.pattern_warnings()) / max(len(self.by_nature["hotfix"]), 1)

    def quiet_hotfixes(self) -> float:
        """The share of real hotfixes without a warning of scope or rollback."""
        rules = self.in_group("Scope", "Rollback")
        return share(self.by_nature["hotfix"], lambda one: not one.of(rules, "warning"))

    def recognised(self, nature: str, *severities: str) -> float:
        """The share of a nature's commits that the right rule names."""
        return share(self.by_nature[nature], lambda one: bool(one.of(RECOGNISED[nature], *severities)))

    def error_like(self, natures: list[str]) -> float:
        """The share with a sign that a real hotfix hardly ever has."""
        return share([one for nature in natures for one in self.by_nature[nature]], is_error_like)

    def findings(self) -> str:
        """Findings per commit, by rule and nature."""
        head = ["Rule", *(f"{nature} ({len(self.by_nature[nature])})" for nature in corpus.NATURES)]
        rows = [row(head), "|---|" + "--:|" * len(corpus.NATURES)]
        for rule in self.groups:
            cells = []
            for nature in corpus.NATURES:
                answers = self.by_nature[nature]
                alarmed = share(answers, lambda one: bool(one.of([rule], *ALARMS)))
                named = share(answers, lambda one: bool(one.of([rule])))
                cells.append(f"{percent(alarmed)} / {percent(named)}" if named else "–")
            if any(cell != "–" for cell in cells):
                rows.append(row([f"`{rule}`", *cells]))
        return "\n".join(rows)

    def levels(self) -> str:
        """Findings of each level for each commit."""
        rows = [row(["Findings per commit", *corpus.NATURES]), "|---|" + "--:|" * len(corpus.NATURES)]
        patterns, others = self.patterns(), self.in_group("Scope", "Rollback")
        for name, rules in (("code", patterns), ("scope and rollback", others)):
            for level in ("warning", "information", "hint"):
                cells = []
                for nature in corpus.NATURES:
                    answers = self.by_nature[nature]
                    count = sum(len(one.of(rules, level)) for one in answers)
                    cells.append(f"{count / max(len(answers), 1):.2f}")
                rows.append(row([f"{name}, {level}", *cells]))
        return "\n".join(rows)

    def recognition(self) -> str:
        """What is recognised as what it is."""
        head = ["Nature", "commits", "rule", "named at all", "without release notes", "warning or information"]
        rows = [row(head), "|---|--:|---|--:|--:|--:|"]
        for nature, rules in RECOGNISED.items():
            names = ", ".join(f"`{rule}`" for rule in rules)
            by_code = share(self.by_nature[nature], lambda one, rules=rules: in_code(one, rules))
            cells = [
                percent(self.recognised(nature)),
                percent(by_code),
                percent(self.recognised(nature, *ALARMS)),
            ]
            rows.append(row([nature, str(len(self.by_nature[nature])), names, *cells]))
        return "\n".join(rows)

    def problems(self) -> Counter[str]:
        """What could not be judged, by its sentence."""
        return Counter(problem for one in self.answers for problem in one.problems)


def in_code(answer: Answer, rules: tuple[str, ...]) -> bool:
    """Whether a rule names the change by its code, whatever its release notes say."""
    return any(not one.message.lower().startswith(NOTED) for one in answer.of(rules))


def is_error_like(answer: Answer) -> bool:
    """Whether the change has a sign that a real hotfix hardly ever has: hardly anything but the form
    changes, assertions or a source file go away, or what callers rely on breaks."""
    facts = answer.facts
    fewer = facts.get("assertions-added", 0) < facts.get("assertions-removed", 0)
    warned = answer.of(["reformatting", "api-change"], "warning")
    return bool(warned or fewer or facts.get("only-form", 0) or facts.get("files-deleted", 0))


def share(answers: list[Answer], holds) -> float:
    """The share of the answers for which it holds."""
    return sum(map(holds, answers)) / max(len(answers), 1)


def percent(value: float) -> str:
    """A share in whole percent; a little more than nothing is told from nothing."""
    if 0 < value < 0.005:
        return "<1 %"
    return f"{100 * value:.0f} %"


def row(cells: list[str]) -> str:
    """A row of a Markdown table."""
    return "| " + " | ".join(cells) + " |"


def goal(holds: bool) -> str:
    """Whether a goal is met, in a word."""
    return "met" if holds else "**missed**"


def page(tables: Tables) -> str:
    """The page `docs/replay.md`."""
    others = [nature for nature in corpus.NATURES if nature != "hotfix"]
    hotfixes = len(tables.by_nature["hotfix"])
    each, quiet = tables.warnings_each(), tables.quiet_hotfixes()
    ours, theirs = tables.error_like(["hotfix"]), tables.error_like(others)
    alarmed = {answer.commit.name for answer, _ in tables.pattern_warnings()}
    goals = [
        row(["Goal", "wanted", "measured", ""]),
        "|---|--:|--:|---|",
        row(["Warnings about the code itself for each real hotfix", "≤ 0.30", f"{each:.2f}", goal(each <= 0.3)]),
        row(["Real hotfixes without a warning of scope or rollback", "≥ 85 %", percent(quiet), goal(0.85 <= quiet)]),
        row(["Real hotfixes with an error-like sign", "≤ 8 %", percent(ours), goal(ours <= 0.08)]),
        row(["Other commits with an error-like sign", "≥ 40 %", percent(theirs), goal(0.4 <= theirs)]),
    ]
    for nature in RECOGNISED:
        measured = tables.recognised(nature)
        goals.append(row([f"{nature} recognised as what it is", "≥ 80 %", percent(measured), goal(0.8 <= measured)]))
    listed = "\n".join(goals)
    return f"""# What is said of real commits

Written by `tests/replay/run --clones FOLDER --write`. Do not edit this page.

{len(tables.answers)} commits of 16 public projects, each judged against its parent with
`hotfix-ls check --base PARENT --head COMMIT` and the default settings. {hotfixes} of them are fixes that the
maintainers shipped on a stable line; the others come from the development line. What a commit is
follows from its release line, news fragment, prefix, trailer or author, never from its diff, so some
5 to 10 % of the labels are doubtful.

{listed}

An error-like sign: hardly anything but the form of the code changes (the fact `only-form`, or a warning of
`reformatting`), assertions become fewer, a production file goes away, or a warning of `api-change`.

The {len(tables.pattern_warnings())} warnings about the code of real hotfixes stand in {len(alarmed)} commits.

## What is recognised

{tables.recognition()}

The release notes of a change (news fragments, notes of reno, entries of a changelog) are part of it,
and the rules read them. Some labels of the sample come from the same notes: one column leaves them
out.

Not every commit shows in its code what its label says: a "feature" may be one new condition in an
existing function, a "refactor" a rewritten function.

## Commits with a finding

The share with a warning or an information / with any finding.

{tables.findings()}

## Findings for each commit

{tables.levels()}
"""
