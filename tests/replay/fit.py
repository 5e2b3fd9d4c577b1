#!/usr/bin/env python3
"""Fits the weights of the risk score and says how well it tells hotfixes from other commits.

    tests/replay/fit.py .cache/replay/answers-….jsonl            the figures
    tests/replay/fit.py .cache/replay/answers-….jsonl --write    also server/analysis/risk/weights.rs

Needs the packages of tests/replay/requirements.txt. The answers come from tests/replay/run. For the
figures each project is judged by weights that were fitted without it.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

sys.path.insert(0, str(Path(__file__).resolve().parent))

import corpus

# What the score looks at. What says nothing of real commits (no test touched, no comment, no log
# line) is left out.
SHAPE = """
lines-added lines-removed hunks definitions public-functions public-classes public-methods
public-removed private-definitions moved-definitions parameters-added parameters-removed
signatures-typed bases-changed statements-moved statements-typed statements-valued
statements-renamed repeats imports-added imports-removed deprecations-added deprecations-removed
options-added attributes-added attributes-removed constants-added constants-removed
docstrings-added compat-removed conditions-added guards-added handlers-added assertions-added
assertions-removed tests-added test-lines manifests layout-hunks files-added files-deleted all-files
form-hunks only-layout only-form no-production
""".split()

# What the change's own release notes call it. Some labels of the sample come from the same notes, so
# the figures are told without them as well.
NOTES = "notes-new notes-gone notes-fixed notes-inside".split()

FACTS = SHAPE + NOTES

# How strongly large weights are held back: a smaller number holds more.
STRENGTH = 0.01


def model():
    """The model: both kinds of commits weigh the same."""
    regression = LogisticRegression(C=STRENGTH, class_weight="balanced", max_iter=5000)
    return make_pipeline(StandardScaler(), regression)


def read(path: Path) -> tuple[list[corpus.Commit], np.ndarray]:
    """The commits with their facts, as logarithms."""
    known = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        one = json.loads(line)
        known[one["name"]] = one["answer"].get("facts") or {}
    commits = [commit for commit in corpus.commits([]) if commit.name in known]
    rows = [[known[commit.name].get(fact, 0) for fact in FACTS] for commit in commits]
    return commits, np.log1p(np.array(rows, float))


def figures(commits: list[corpus.Commit], facts: np.ndarray) -> None:
    """Prints what the score is worth on projects that it has not seen."""
    other = np.array([not commit.is_hotfix for commit in commits])
    project = np.array([commit.project for commit in commits])
    matched = np.array([commit.matched for commit in commits])
    score = np.zeros(len(commits))
    for name in sorted(set(project)):
        left = project == name
        fitted = model().fit(facts[~left], other[~left])
        score[left] = fitted.predict_proba(facts[left])[:, 1]
    print(f"AUC over {len(commits)} commits: {roc_auc_score(other, score):.3f}")
    print(f"AUC on the {matched.sum()} size-matched ones: {roc_auc_score(other[matched], score[matched]):.3f}")
    bound = np.quantile(score[~other], 0.9)
    print(f"with 10 % of hotfixes flagged: {100 * (score[other] > bound).mean():.0f} % of the others")
    for nature in corpus.NATURES[1:]:
        mine = np.array([commit.is_hotfix or commit.nature == nature for commit in commits])
        print(f"AUC against {nature}: {roc_auc_score(other[mine], score[mine]):.3f}")


def weights(commits: list[corpus.Commit], facts: np.ndarray) -> str:
    """The weights as Rust."""
    other = np.array([not commit.is_hotfix for commit in commits])
    fitted = model().fit(facts, other)
    scaler, regression = fitted[0], fitted[1]
    each = regression.coef_[0] / scaler.scale_
    start = regression.intercept_[0] - float((each * scaler.mean_).sum())
    rows = "\n".join(
        f"    (Fact::{''.join(part.title() for part in fact.split('-'))}, {weight:.4f}),"
        for fact, weight in zip(FACTS, each)
    )
    return f"""//! The weights of the risk score. Written by `tests/replay/fit.py --write`: do not edit.

use crate::compare::shape::Fact;

/// What an empty change scores, as the logarithm of the odds.
pub(super) const START: f64 = {start:.4f};

/// What the logarithm of one plus each count adds to it.
pub(super) const WEIGHTS: &[(Fact, f64)] = &[
{rows}
];
"""


def main() -> int:
    """Runs the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("answers", type=Path)
    parser.add_argument("--write", action="store_true", help="write the weights")
    given = parser.parse_args()
    commits, facts = read(given.answers)
    print("Without the release notes:")
    figures(commits, facts[:, : len(SHAPE)])
    print("\nWith them, as the program does:")
    figures(commits, facts)
    if given.write:
        path = corpus.ROOT / "server" / "analysis" / "risk" / "weights.rs"
        path.write_text(weights(commits, facts), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
