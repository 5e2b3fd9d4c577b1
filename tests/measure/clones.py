"""Clones of public repositories: bare or not, nothing is checked out."""

from __future__ import annotations

import subprocess
from pathlib import Path

# Where a repository is cloned from; --from replaces it.
ADDRESS = "https://github.com/{owner}/{name}"


class Clone:
    """The clone of one repository, made when it is missing."""

    def __init__(self, repo: str, folder: Path, address: str) -> None:
        self.repo = repo
        self.path = self.find(folder) or self.make(folder, address)

    def find(self, folder: Path) -> Path | None:
        """A clone at FOLDER/OWNER+NAME/repo, or FOLDER/NAME with or without a work tree."""
        owner, name = self.repo.split("/")
        places = (folder / f"{owner}+{name}" / "repo", folder / name / ".git", folder / name)
        return next((place for place in places if (place / "objects").is_dir()), None)

    def make(self, folder: Path, address: str) -> Path:
        """Clones the repository."""
        owner, name = self.repo.split("/")
        source, path = address.format(owner=owner, name=name), folder / name
        folder.mkdir(parents=True, exist_ok=True)
        print(f"cloning {source}", flush=True)
        subprocess.run(["git", "clone", "--quiet", "--bare", source, str(path)], check=True)
        return path

    def git(self, *arguments: str) -> bytes | None:
        """What git answers, or None where it refuses."""
        command = ["git", "--git-dir", str(self.path), *arguments]
        ran = subprocess.run(command, capture_output=True, check=False)
        return ran.stdout if ran.returncode == 0 else None
