"""Rules that have changed look at every submission again."""

from __future__ import annotations

from pathlib import Path

from orchestration.checks.outdated import MARK, forget_outdated_results
from orchestration.settings import DataFolder


def test_results_go_when_the_rules_have_changed_and_stay_when_they_have_not(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    folder.create()
    result = folder.quality / "results" / "s.parquet"
    result.parent.mkdir()
    assert not forget_outdated_results(folder)
    result.touch()
    assert not forget_outdated_results(folder) and result.exists()
    (folder.work / MARK).write_text("other rules")
    assert forget_outdated_results(folder) and not result.exists()
