"""The tables of `docs/recall.md`."""

from __future__ import annotations

import corpus
from judge import Score


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
        lines += [f"false\t{problem}\t{one.path}:{one.first}\t{one.level}\t{one.message}" for one in score.false]
    return "\n".join(lines)
