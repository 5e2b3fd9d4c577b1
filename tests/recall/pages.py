"""The tables of `docs/recall.md`."""

from __future__ import annotations

from collections import Counter

import corpus
from corpus import Case, Suite
from judge import LONGEST, Label, Score


def row(cells: list[str]) -> str:
    """A row of a Markdown table."""
    return "| " + " | ".join(cells) + " |"


def figures(scores: dict[str, Score]) -> str:
    """Precision and recall of each problem."""
    head = ["problem", "rule", "lines to mark", "precision", "recall", "shown: precision", "shown: recall"]
    rows = [row(head), "|---|---|--:|--:|--:|--:|--:|"]
    for problem, score in scores.items():
        if not score.wanted and not score.false:
            continue
        shares = (score.precision(), score.recall(), score.precision(True), score.recall(True))
        cells = [problem, f"`{corpus.RULES[problem]}`", str(score.wanted), *(f"{one:.2f}" for one in shares)]
        rows.append(row(cells))
    return "\n".join(rows)


def misses(scores: dict[str, Score]) -> str:
    """Each miss and each false alarm, a line each."""
    lines = []
    for problem, score in scores.items():
        lines += [f"missed\t{problem}\t{one.path}:{one.line}" for one in score.missed]
        lines += [
            f"false\t{problem}\t{one.path}:{one.first}\t{one.level}\t{one.message}"
            for one in score.false
        ]
    return "\n".join(lines)


def changed(labels: dict[str, list[Label]]) -> str:
    """The reasons why labels differ from what their suite says, the most frequent first."""
    reasons: Counter[str] = Counter()
    for given in labels.values():
        reasons.update(one.why for one in given if one.changed)
    rows = [row(["lines", "reason"]), "|--:|---|"]
    ordered = sorted(reasons.items(), key=lambda one: (-one[1], one[0]))
    rows += [row([str(count), why]) for why, count in ordered]
    return "\n".join(rows)


def sources(suites: list[Suite], cases: dict[str, list[Case]]) -> str:
    """The suites, their versions and what is taken from them."""
    rows = [row(["suite", "version", "files", "asked for"]), "|---|---|--:|---|"]
    for suite in suites:
        own = cases[suite.name]
        dated = f", {suite.date}" if suite.date else ""
        version = f"`{suite.repo}`, commit {suite.commit[:10]}{dated}"
        files = len({one.path for one in own})
        problems = ", ".join(dict.fromkeys(one.problem for one in own))
        rows.append(row([suite.name, version, str(files), problems]))
    return "\n".join(rows)


def places(scores: dict[str, Score]) -> str:
    """What is missed and what is marked without need, a line each."""
    lines = []
    for problem, score in scores.items():
        if score.missed:
            lines.append(f"- {problem}, missed: " + ", ".join(place(one.path, one.line) for one in score.missed))
        if score.false:
            marked = (f"{place(one.path, one.first)} ({one.level})" for one in score.false)
            lines.append(f"- {problem}, marked without need: " + ", ".join(marked))
    return "\n".join(lines)


def place(path: str, line: int) -> str:
    """A line of a suite's file, by the file's own name."""
    return f"`{path.rsplit('/', 1)[-1]}:{line}`"


def page(
    scores: dict[str, Score],
    suites: list[Suite],
    cases: dict[str, list[Case]],
    labels: dict[str, list[Label]],
) -> str:
    """The page `docs/recall.md`."""
    by_suite = sum(1 for given in labels.values() for one in given if one.changed)
    return f"""# What the rules find in other tools' test suites

Written by `tests/recall/run --clones FOLDER --write`. Do not edit this page.

Linters and type checkers publish the cases that their own rules must find, and must leave alone.
These cases were judged by the rules of hotfix-ls, each file as if all of it were new. A case
counts as found when the rule marks its line at any confidence; *shown* leaves hints out. Precision
is the share of marked lines that should be marked, recall the share of lines to mark that are. A
label counts as found too if it stands inside a finding of at most {LONGEST} lines.

{figures(scores)}

The rules were mended with these cases in sight: on cases that nobody here has seen the figures will
be lower. No public suite with labels for `check-then-act` was found; its cases stand in
`tests/rules/check-then-act.md` alone. The noise on real code is counted apart, on
[whole projects](precision.md).

## The suites

{sources(suites, cases)}

The files are read out of clones; none of them is part of this repository. `tests/recall/cases.tsv`
names each file with the git blob that its labels were made for, and `tests/recall/labels/` holds the
labels: path, line, what the suite says, what is expected. `tests/recall/run --derive` reads again
what the suites themselves expect: ruff's snapshots, pylint's text file beside the case, semgrep's,
bugbear's, CodeQL's, pyright's and mypy's comments, infer's list of expected results. bandit gives
counts only; its lines were set by reading. Of mypy, only programs that name None are judged.

Left out: CodeQL's cases for handlers, whose files have moved. Its repository is large; one that holds
only the blob of the case will do.

## Where a label was changed

A suite asks for what its own rule says, which is not always what ours says. Each line on which the
two disagreed was read. {by_suite} labels were changed, for these reasons:

{changed(labels)}

## What is missed, and what is marked without need

{places(scores)}
"""
