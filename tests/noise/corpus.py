"""The code that the noise is measured on: pinned packages and the standard library.

Everything is kept in `.cache/noise`. The packages are source distributions, each checked by the
hash in `requirements.txt`; nothing of them is run by this program.
"""

from __future__ import annotations

import platform
import re
import subprocess
import sys
import sysconfig
import tarfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
CACHE = ROOT / ".cache" / "noise"

# Enough code for a quick run, and the same on every machine.
SAMPLE = ("attrs", "flask", "requests")

# The standard library is whatever this Python brings along, so labels name its full version.
STANDARD = f"cpython-{platform.python_version()}"

# Not code that people keep: packages of others, and files that are broken on purpose.
LEFT_OUT = re.compile(
    r"(^|/)(site-packages|lib-dynload|__pycache__|\.[^/]*)/"
    r"|/tests?/(data|encoded_modules|tokenizedata|cjkencodings)/"
    r"|/test/(bad|badsyntax_)[^/]*\.py$"
)

# The same places as the default of the setting `tests`.
TESTS = re.compile(r"(^|/)(tests?|testing)/|(^|/)(test_[^/]*|[^/]*_test|tests|conftest)\.py$")


def requirements() -> dict[str, list[str]]:
    """The lines that pin each package, by its name."""
    pins: dict[str, list[str]] = {}
    text = (HERE / "requirements.txt").read_text(encoding="utf-8").replace("\\\n", " ")
    for line in text.splitlines():
        if line.strip() and not line.startswith("#"):
            pins[line.split("==")[0].strip()] = line.split()
    return pins


def fetch(name: str, pin: list[str]) -> Path:
    """The unpacked source of a package; it is downloaded at most once."""
    version = pin[0].split("==")[1]
    folder = CACHE / "src" / f"{name}-{version}"
    if folder.is_dir():
        return folder
    downloads = CACHE / "sdists"
    downloads.mkdir(parents=True, exist_ok=True)
    archive = downloads / f"{name}-{version}.tar.gz"
    if not archive.exists():
        wanted = CACHE / f"{name}.txt"
        wanted.write_text(" ".join(pin) + "\n", encoding="utf-8")
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
        command += ["--no-deps", "--no-binary", name, "--require-hashes"]
        subprocess.run([*command, "--dest", str(downloads), "-r", str(wanted)], check=True)
    unpacked = CACHE / "unpacked"
    unpacked.mkdir(parents=True, exist_ok=True)
    with tarfile.open(archive) as opened:
        members = [one for one in opened.getmembers() if one.isdir() or one.isfile()]
        if any(one.name.startswith("/") or ".." in one.name.split("/") for one in members):
            raise SystemExit(f"{archive.name} has paths that lead out of its folder: delete it")
        opened.extractall(unpacked, members=members)
    folder.parent.mkdir(parents=True, exist_ok=True)
    (unpacked / folder.name).rename(folder)
    return folder


def folders(only_sample: bool) -> dict[str, Path]:
    """The folders of the corpus, by the name that the labels use."""
    pins = requirements()
    names = SAMPLE if only_sample else sorted(pins)
    found = {}
    for name in names:
        folder = fetch(name, pins[name])
        found[folder.name] = folder
    if not only_sample:
        found[STANDARD] = Path(sysconfig.get_path("stdlib"))
    return found


def files(folder: Path) -> list[str]:
    """The Python files of a folder, relative to it."""
    paths = (path.relative_to(folder).as_posix() for path in folder.rglob("*.py"))
    return sorted(path for path in paths if not LEFT_OUT.search("/" + path))


def is_test(path: str) -> bool:
    """Whether the path holds tests."""
    return TESTS.search(path) is not None
