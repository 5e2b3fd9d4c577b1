"""Replays commits: `hotfix-ls check --base PARENT --head COMMIT`, the answers kept."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import corpus
from corpus import Commit

# A commit that takes longer is counted as a failure.
PATIENCE_SECONDS = 300


@dataclass(frozen=True)
class Finding:
    """What the program says about a commit."""

    rule: str
    severity: str
    path: str
    line: int
    message: str


@dataclass(frozen=True)
class Answer:
    """What the program says of a commit."""

    commit: Commit
    findings: tuple[Finding, ...]
    problems: tuple[str, ...]
    facts: dict[str, int]

    def of(self, rules: Iterable[str], *severities: str) -> list[Finding]:
        """The findings of these rules, of these severities or of any."""
        names = set(rules)
        return [
            one
            for one in self.findings
            if one.rule in names and (not severities or one.severity in severities)
        ]


def groups(program: Path) -> dict[str, str]:
    """The chapter of each rule."""
    ran = subprocess.run([program, "rules", "--format", "json"], check=True, capture_output=True)
    return {rule["name"]: rule["group"] for rule in json.loads(ran.stdout)}


def replay(program: Path, commits: list[Commit], clones: dict[str, Path]) -> list[Answer]:
    """Every commit's answer. Those that this very program gave before are taken from the cache."""
    mark = hashlib.sha256(program.read_bytes()).hexdigest()[:16]
    kept = corpus.CACHE / f"answers-{mark}.jsonl"
    kept.parent.mkdir(parents=True, exist_ok=True)
    known = {}
    if kept.exists():
        for line in kept.read_text(encoding="utf-8").splitlines():
            one = json.loads(line)
            known[one["name"]] = one["answer"]
    left = [commit for commit in commits if commit.name not in known]
    # The largest projects first would leave one thread alone at the end; the order does not matter.
    with kept.open("a", encoding="utf-8") as file, ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        answers = pool.map(lambda commit: ask(program, commit, clones[commit.repo]), left)
        for number, (commit, answer) in enumerate(zip(left, answers), 1):
            known[commit.name] = answer
            file.write(json.dumps({"name": commit.name, "answer": answer}) + "\n")
            if number % 50 == 0:
                print(f"{number} of {len(left)} commits", flush=True)
    return [read(commit, known[commit.name]) for commit in commits]


def ask(program: Path, commit: Commit, clone: Path) -> dict:
    """The program's answer as it prints it."""
    command = [str(program), "check", "--base", commit.base, "--head", commit.head]
    command += ["--format", "json", "--fail-on", "never"]
    try:
        ran = subprocess.run(command, cwd=clone, capture_output=True, timeout=PATIENCE_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return {"findings": [], "problems": [{"message": f"no answer in {PATIENCE_SECONDS} s"}]}
    # 2: some file is not valid Python or not UTF-8; the others were judged.
    if ran.returncode not in (0, 2) or not ran.stdout:
        raise SystemExit(f"{program} failed on {commit.name}: {ran.stderr.decode()[-2000:]}")
    answer = json.loads(ran.stdout)
    for one in answer["findings"]:
        # The fixes' texts are most of the answer and are not counted.
        one.pop("fixes")
        one.pop("related")
    return answer


def read(commit: Commit, answer: dict) -> Answer:
    """The answer in types."""
    findings = tuple(
        Finding(one["rule"], one["severity"], one["path"], one["range"]["start"]["line"], one["message"])
        for one in answer["findings"]
    )
    problems = tuple(one["message"] for one in answer["problems"])
    return Answer(commit, findings, problems, answer.get("facts") or {})
