"""Reads what a suite itself expects: which lines of a case are to be marked.

Each function takes the case's text, the text of the file beside it, and the word that the suite uses
for the problem. It returns lines that count from 1.
"""

from __future__ import annotations

import re
from collections.abc import Callable

Reader = Callable[[str, str, str, str], set[int]]


def snapshot(name: str, _text: str, beside: str, word: str) -> set[int]:
    """ruff: `S110 …` and the place on the line below it."""
    place = re.compile(rf"^{word}\b[^\n]*\n\s*--> [^\n:]*:(\d+):", re.MULTILINE)
    return {int(line) for line in place.findall(beside)}


def messages(name: str, _text: str, beside: str, word: str) -> set[int]:
    """pylint: `missing-timeout:26:0:…`, one message a line."""
    return {int(line) for line in re.findall(rf"^{word}:(\d+):", beside, re.MULTILINE)}


def expected(name: str, _text: str, beside: str, word: str) -> set[int]:
    """CodeQL: `| case.py:4:10:4:25 | …`, one result a line."""
    file = re.escape(name.rsplit("/", 1)[-1])
    return {int(line) for line in re.findall(rf"^\| {file}:(\d+):", beside, re.MULTILINE)}


def trace(name: str, text: str, beside: str, word: str) -> set[int]:
    """infer: file, procedure, line counted from the procedure's own, kind of problem."""
    file = name.rsplit("/", 1)[-1]
    lines = text.split("\n")
    found = set()
    for one in beside.splitlines():
        parts = one.split(", ")
        if len(parts) < 4 or parts[0] != file or parts[3] != word:
            continue
        function = re.split(r"[.:]", parts[1])[-1]
        for number, line in enumerate(lines, 1):
            if re.match(rf"\s*(async )?def {re.escape(function)}\(", line):
                found.add(number + int(parts[2]))
    return found


def rule_comments(name: str, text: str, _beside: str, word: str) -> set[int]:
    """semgrep: a comment `ruleid: word` stands above the line."""
    found, waiting = set(), False
    for number, line in enumerate(text.split("\n"), 1):
        if re.search(rf"#\s*ruleid:\s*{re.escape(word)}\b", line):
            waiting = True
        elif waiting and line.strip() and not line.strip().startswith("#"):
            found.add(number)
            waiting = False
    return found


def own_comments(name: str, text: str, _beside: str, word: str) -> set[int]:
    """bugbear and CodeQL: the comment stands behind the code, on the line itself."""
    pattern = re.compile(rf"#\s*{word}")
    return {number for number, line in enumerate(text.split("\n"), 1) if pattern.search(line)}


def errors_below(name: str, text: str, _beside: str, word: str) -> set[int]:
    """pyright: "this should generate an error" above the line; the word narrows which lines count."""
    found, waiting, about = set(), False, ""
    for number, line in enumerate(text.split("\n"), 1):
        bare = line.strip()
        if bare.startswith("#"):
            about += f" {bare}"
            waiting = waiting or "generate" in bare and "error" in bare
            continue
        if waiting and bare and re.search(word, f"{about} | {bare}"):
            found.add(number)
        if bare or not waiting:
            waiting, about = False, ""
    return found


def error_comments(name: str, text: str, _beside: str, word: str) -> set[int]:
    """mypy: `# E: …` behind the line."""
    pattern = re.compile(rf"# E(:\d+)?: .*({word})")
    found, code = set(), 0
    for number, line in enumerate(text.split("\n"), 1):
        # A line of code may have several comments, one below the other.
        code = code if line.strip().startswith("# ") else number
        if pattern.search(line):
            found.add(code)
    return found


def nothing(name: str, _text: str, _beside: str, _word: str) -> set[int]:
    """A suite that marks no lines: all its labels are set by reading."""
    return set()


READERS: dict[str, Reader] = {
    "snapshot": snapshot,
    "messages": messages,
    "expected": expected,
    "trace": trace,
    "rule-comments": rule_comments,
    "own-comments": own_comments,
    "errors-below": errors_below,
    "error-comments": error_comments,
    "reading": nothing,
}
