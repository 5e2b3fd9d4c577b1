"""The program that is measured, and what it says of files of which all is new."""

from __future__ import annotations

import json
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True)
class Finding:
    """What the program marks in a file; lines from 1."""

    rule: str
    level: str
    path: str
    first: int
    last: int
    message: str


def build() -> Path:
    """The program, built from this tree."""
    command = ["cargo", "build", "--locked", "--quiet", "--release", "--bin", "hotfix-ls"]
    subprocess.run(command, cwd=ROOT, check=True)
    asked = ["cargo", "metadata", "--locked", "--no-deps", "--format-version", "1"]
    answer = subprocess.run(asked, cwd=ROOT, check=True, capture_output=True)
    return Path(json.loads(answer.stdout)["target_directory"]) / "release" / "hotfix-ls"


def judge(program: Path, files: dict[str, bytes], of: str) -> list[Finding]:
    """What the program finds in these files, each as if all of it were new."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            (Path(folder) / name).write_bytes(text)
        command = [str(program), "check", "--all", "--format", "json", "--fail-on", "never", *files]
        ran = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    # 2: some file is not valid Python; the others were judged.
    if ran.returncode not in (0, 2) or not ran.stdout:
        raise SystemExit(f"{program} failed on {of}: {ran.stderr.decode()[-2000:]}")
    return [
        Finding(
            one["rule"],
            one["severity"],
            one["path"],
            one["range"]["start"]["line"],
            one["range"]["end"]["line"],
            one["message"],
        )
        for one in json.loads(ran.stdout)["findings"]
    ]
