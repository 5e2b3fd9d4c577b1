"""The tables that people read."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass

import corpus
import judge


@dataclass
class Row:
    """What readers said of a rule's alarms outside tests."""

    judged: int = 0
    useful: int = 0


def precision(result: judge.Run, known: dict[tuple[str, str], judge.Label]) -> dict[str, Row]:
    """The labelled alarms of each rule that are still shown."""
    rows: dict[str, Row] = defaultdict(Row)
    for rule, place in {(one.rule, one.place) for one in result.findings if one.is_alarm}:
        label = known.get((rule, place))
        if label:
            rows[rule].judged += 1
            rows[rule].useful += label.useful
    return rows


def table(result: judge.Run, known: dict[tuple[str, str], judge.Label]) -> str:
    """Findings per 1,000 lines, and precision, as a Markdown table."""
    counts = Counter((one.rule, one.level) for one in result.findings if not one.in_test)
    judged = precision(result, known)
    rows = [
        "| Rule | warnings | informations | hints | judged | useful |",
        "|---|--:|--:|--:|--:|--:|",
    ]

    def line(name: str, amounts: list[int], row: Row) -> str:
        rates = " | ".join(f"{result.rate(amount):.3f}" if amount else "–" for amount in amounts)
        share = f"{100 * row.useful / row.judged:.0f} %" if row.judged else "–"
        return f"| {name} | {rates} | {row.judged or '–'} | {share} |"

    for rule in sorted({rule for rule, _ in counts}):
        amounts = [counts[rule, level] for level in judge.LEVELS]
        rows.append(line(f"`{rule}`", amounts, judged.get(rule, Row())))
    total = [sum(counts[rule, level] for rule, level in counts if level == wanted) for wanted in judge.LEVELS]
    every = Row(sum(row.judged for row in judged.values()), sum(row.useful for row in judged.values()))
    rows.append(line("**together**", total, every))
    return "\n".join(rows)


def page(result: judge.Run, known: dict[tuple[str, str], judge.Label]) -> str:
    """The page `docs/precision.md`."""
    names = [f"{name} {pin[0].split('==')[1]}" for name, pin in sorted(corpus.requirements().items())]
    in_tests = Counter(one.level for one in result.findings if one.in_test)
    apart = ", ".join(
        f"{1000 * in_tests[level] / max(result.test_lines, 1):.3f} {level}s" for level in judge.LEVELS
    )
    judged = precision(result, known)
    below = [rule for rule, row in sorted(judged.items()) if row.useful < 0.9 * row.judged]
    weak = ", ".join(f"`{rule}`" for rule in below) or "none"
    return f"""# How much of what is shown is noise

Written by `tests/noise/run all --write`. Do not edit this page: edit the rules or the labels.

Well-kept code is judged as if every line of it were new (`hotfix-ls check --all`). A hotfix changes
few lines, so in use there is far less to see; this is the hardest case. Measured on
{", ".join(names)} and the standard library of {corpus.STANDARD.replace("cpython-", "CPython ")}:
{result.lines:,} lines, and {result.test_lines:,} lines of tests, which are counted apart.

Findings per 1,000 lines. A warning is certain, an information likely, a hint possible. For each
rule a sample of warnings and informations was judged by reading the code around them: `useful` when
a reviewer of a hotfix should hear of it, `noise` when not. The labels with their reasons are in
`tests/noise/labels/`.

{table(result, known)}

Below the goal of 90 % on this code: {weak}.

In tests: {apart} per 1,000 lines.
"""
