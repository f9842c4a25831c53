"""Results of checks that the code has outlived: with another rule, contract or owner everything is checked again."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

import expectations.suites
from orchestration.checks import evaluation, rows
from orchestration.settings import DataFolder

MARK = "checked_by"


@cache
def _checks_fingerprint() -> str:
    digest = hashlib.sha256()
    folder = Path(expectations.suites.__file__).parent
    ours = [Path(module.__file__) for module in (rows, evaluation)]
    for path in sorted([*folder.rglob("*.py"), *folder.rglob("*.yml"), *ours]):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def forget_outdated_results(folder: DataFolder) -> bool:
    """Remove the results that other checks gave; says whether there were any to remove."""
    mark = folder.work / MARK
    if mark.exists() and mark.read_text() == _checks_fingerprint():
        return False
    found = sorted((folder.quality / "results").glob("*.parquet"))
    for path in found:
        path.unlink()
    # After the removal: a run that is killed in between begins it again.
    mark.write_text(_checks_fingerprint())
    return bool(found)
