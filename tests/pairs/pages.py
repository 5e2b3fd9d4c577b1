"""The tables of `docs/pairs.md`."""

from __future__ import annotations

import corpus
from judge import Answer, Score


def row(cells: list[str]) -> str:
    """A row of a Markdown table."""
    return "| " + " | ".join(cells) + " |"


def share(part: int, whole: int) -> str:
    """A count and its share."""
    return f"{part} ({part / max(whole, 1):.2f})"


def figures(scores: dict[str, Score]) -> str:
    """What is found of each problem, and what is marked after the fix."""
    head = ["problem", "rule", "pairs", "found", "found above hint", "still marked", "still marked above hint"]
    rows = [row(head), "|---|---|--:|--:|--:|--:|--:|"]
    for problem, score in scores.items():
        whole = len(score.answers)
        parts = (score.found(), score.found(True), score.still(), score.still(True))
        counts = [share(len(part), whole) for part in parts]
        rows.append(row([problem, f"`{corpus.RULES[problem]}`", str(whole), *counts]))
    return "\n".join(rows)


def lists(scores: dict[str, Score]) -> str:
    """Each miss and each place that is still marked, a line each."""
    lines = []
    for problem, score in scores.items():
        lines += [f"missed\t{problem}\t{one.pair.place}\t{one.pair.why}" for one in score.missed]
        for one in score.still():
            lines.append(f"still\t{problem}\t{one.pair.place}\t{one.after.level}\t{one.after.message}")
    return "\n".join(lines)


def place(answer: Answer) -> str:
    """A place, with a link to the fix."""
    pair = answer.pair
    link = f"https://github.com/{pair.repository}/commit/{pair.fix}"
    return f"`{pair.path}:{pair.line}` in [{pair.repository}]({link}): {pair.why}"


def misses(scores: dict[str, Score]) -> str:
    """What is missed, by problem."""
    parts = []
    for problem, score in scores.items():
        if score.missed:
            parts.append(f"### {problem}\n\n" + "\n".join(f"- {place(one)}" for one in score.missed))
    return "\n\n".join(parts) or "Nothing."


def still(scores: dict[str, Score]) -> str:
    """What is marked although it was mended."""
    lines = [
        f"- {problem}, {one.after.level}: {place(one)}"
        for problem, score in scores.items()
        for one in score.still()
    ]
    return "\n".join(lines) or "Nothing."


def page(scores: dict[str, Score]) -> str:
    """The page `docs/pairs.md`."""
    answers = [one for score in scores.values() for one in score.answers]
    projects = len({one.pair.repository for one in answers})
    return f"""# What the rules find in mistakes that were mended later

Written by `tests/pairs/run --clones FOLDER --write`. Do not edit this page.

{len(answers)} places out of the histories of {projects} public projects that a later commit mended: a timeout
was added, a file closed, a status checked, a race taken out, a guard against None or a missing key
put in. The file before the fix is judged as if all of it were new: the place is *found* when its rule
marks the statement at any confidence. The file after the fix must not be marked there any more: what
is *still marked* is the side of precision.

{figures(scores)}

The place is the statement of the line that the fix changed; of a race, its check with what hangs on
it; of an unchecked status, also the {corpus.USE_BELOW} lines below the request, because the first use is
marked. A fix may be partial: where it closes a file only on the good way, the mark that stays is
right.

The places are what maintainers mended, not what reviewers could see in the file alone: whether a value
can be None or a key can lack often stands in another file, or in an answer of another server. The
rules speak of what the file shows.

`tests/pairs/pairs.tsv` names each place: repository, commit of the fix, path, line before the fix,
problem, and why it was wrong. The code is read out of clones and is not part of this repository.

## What is missed

{misses(scores)}

## What is still marked after the fix

{still(scores)}
"""
