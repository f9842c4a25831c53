"""A night of the tests makes the marts that dbt makes, so what holds after it holds after dbt."""

from __future__ import annotations

from pathlib import Path

from orchestration.settings import DataFolder
from tests.nights import build
from tests.story import Story, content


def test_statements_of_dbt_make_what_dbt_makes(story: Story, tmp_path: Path) -> None:
    folder = DataFolder(story.second.copy(tmp_path / "data"))
    made_by_dbt = content(folder.building_file)

    build(folder)

    assert len(made_by_dbt) > 15
    assert content(folder.building_file) == made_by_dbt
