"""The commits that are replayed, and the clones that hold them.

`commits.tsv` lists 981 commits of 16 public projects: repository, parent, commit, nature. They are
facts from the projects' own histories. A `hotfix` is a fix that the maintainers shipped on a stable
line; the others (features, refactorings, API changes, dependency bumps, reformats) come from the
development line. The nature follows from the release line, the news fragment, a prefix, a trailer or
a bot's name, never from reading the diff: some 5 to 10 % of the labels are doubtful. `matched` marks
commits that were chosen so that both kinds of one project change the same amount of code.
"""

from __future__ import annotations

import csv
import subprocess
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
CACHE = ROOT / ".cache" / "replay"

# Where a project is cloned from; --from replaces it.
ADDRESS = "https://github.com/{owner}/{name}"

NATURES = ("hotfix", "feature", "refactor", "api-change", "dependency-bump", "reformat")


@dataclass(frozen=True)
class Commit:
    """One commit of the sample."""

    repo: str
    base: str
    head: str
    nature: str
    matched: bool

    @property
    def project(self) -> str:
        """The repository's own name."""
        return self.repo.split("/")[1]

    @property
    def name(self) -> str:
        """How tables and labels name it."""
        return f"{self.project}@{self.head[:10]}"

    @property
    def is_hotfix(self) -> bool:
        """Whether the maintainers shipped it as a fix on a stable line."""
        return self.nature == "hotfix"


def commits(projects: list[str]) -> list[Commit]:
    """The commits of the named projects, or all."""
    with (HERE / "commits.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    found = [
        Commit(row["repo"], row["base"], row["head"], row["nature"], row["matched"] == "1") for row in rows
    ]
    known = {one.project for one in found}
    unknown = sorted(set(projects) - known)
    if unknown:
        raise SystemExit(f"no project {unknown[0]} in the sample: choose from {', '.join(sorted(known))}")
    return [one for one in found if not projects or one.project in projects]


def clone(repo: str, folder: Path, address: str) -> Path:
    """The clone of a project, made when it is missing. Nothing is checked out."""
    owner, name = repo.split("/")
    path = folder / name
    if (path / ".git").is_dir():
        return path
    folder.mkdir(parents=True, exist_ok=True)
    source = address.format(owner=owner, name=name)
    command = ["git", "clone", "--quiet", "--no-checkout"]
    # A folder lends its objects; from an address all of history comes.
    command += ["--shared"] if Path(source).is_dir() else []
    print(f"cloning {source}", flush=True)
    subprocess.run([*command, source, str(path)], check=True)
    return path
