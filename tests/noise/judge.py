"""Runs the program over the corpus and reads the labels that people gave."""

from __future__ import annotations

import hashlib
import json
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import corpus

LABELS = corpus.HERE / "labels"
LEVELS = ("warning", "information", "hint")


@dataclass(frozen=True)
class Finding:
    """One finding, at a place like `flask-3.1.3/src/flask/app.py:12`."""

    rule: str
    level: str
    place: str
    message: str
    source: str
    in_test: bool

    @property
    def is_alarm(self) -> bool:
        """Whether an editor shows it without being asked."""
        return self.level != "hint"


@dataclass
class Run:
    """What the program found."""

    findings: list[Finding] = field(default_factory=list)
    lines: int = 0
    test_lines: int = 0

    def rate(self, count: int) -> float:
        """Findings per 1,000 lines outside tests."""
        return 1000 * count / max(self.lines, 1)


@dataclass(frozen=True)
class Label:
    """What a reader thought of a finding."""

    rule: str
    place: str
    useful: bool
    why: str


def run(program: Path, folders: dict[str, Path]) -> Run:
    """Judges every file of the folders as if all of it were new."""
    result = Run()
    for name, folder in folders.items():
        paths = corpus.files(folder)
        texts = {}
        for path in paths:
            texts[path] = (folder / path).read_bytes().decode("utf-8", "replace").split("\n")
            if corpus.is_test(path):
                result.test_lines += len(texts[path]) - 1
            else:
                result.lines += len(texts[path]) - 1
        command = [str(program), "check", "--all", "--format", "json", "--fail-on", "never"]
        ran = subprocess.run([*command, *paths], cwd=folder, capture_output=True, check=False)
        # 2: some file is not valid Python or not UTF-8; the others were judged.
        if ran.returncode not in (0, 2) or not ran.stdout:
            raise SystemExit(f"{program} failed on {name}: {ran.stderr.decode()[-2000:]}")
        for one in json.loads(ran.stdout)["findings"]:
            path, line = one["path"], one["range"]["start"]["line"]
            result.findings.append(
                Finding(
                    one["rule"],
                    one["severity"],
                    f"{name}/{path}:{line}",
                    one["message"],
                    texts[path][line - 1].strip(),
                    corpus.is_test(path),
                )
            )
    return result


def labels() -> dict[tuple[str, str], Label]:
    """The labels by rule and place. Lines are `file:line<TAB>useful|noise<TAB>why`."""
    found = {}
    for path in sorted(LABELS.glob("*.tsv")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            parts = line.split("\t")
            if len(parts) != 3 or parts[1] not in ("useful", "noise") or not parts[2]:
                raise SystemExit(f"{path.name}:{number}: write file:line, useful or noise, and why")
            key = (path.stem, parts[0])
            if key in found:
                raise SystemExit(f"{path.name}:{number}: {parts[0]} has two labels: keep one")
            found[key] = Label(path.stem, parts[0], parts[1] == "useful", parts[2])
    return found


def sample(findings: list[Finding], size: int = 30) -> list[Finding]:
    """The same few findings on every run: those with the smallest hash of rule and place."""

    def key(one: Finding) -> tuple[bool, str]:
        return not one.is_alarm, hashlib.sha256(f"{one.rule} {one.place}".encode()).hexdigest()

    return sorted(findings, key=key)[:size]
