"""Backups of a system at work: each, put back in an empty folder and rebuilt, gives what the night published."""

from __future__ import annotations

import secrets
import time
from pathlib import Path

import pytest

from tests.commands import CYPP, WITHOUT_DAGSTER, begin, cypp, finish
from tests.story import Story, content, send_again

pytestmark = pytest.mark.faults


def test_backups_taken_while_a_night_works_give_what_it_published(
    story: Story, tmp_path: Path
) -> None:
    data, key = story.first.copy(tmp_path / "data"), tmp_path / "key"
    key.write_text(secrets.token_hex(32))
    send_again(data / "landing")
    night, files = begin((*CYPP, "run", "--data-dir", str(data))), []
    while night.poll() is None:
        files.append(tmp_path / f"backup{len(files)}")
        assert cypp(data, "backup", str(files[-1]), "--encrypt", str(key)).status == 0
        time.sleep(1)
    assert finish(night).status == 0
    expected = content(story.second.warehouse)
    assert content(data / "warehouse" / "warehouse.duckdb") == expected

    # One before anything new is taken in, one amid the night, one as it ends.
    for file in dict.fromkeys((files[0], files[len(files) // 2], files[-1])):
        elsewhere = tmp_path / f"of {file.name}"
        assert cypp(elsewhere, "restore", str(file), "--encrypt", str(key)).status == 0
        rebuilt = cypp(elsewhere, "rebuild", command=WITHOUT_DAGSTER)
        assert (rebuilt.status, "Content hash of the published tables" in rebuilt.out) == (0, True)
        assert content(elsewhere / "warehouse" / "warehouse.duckdb") == expected
        assert cypp(elsewhere, "verify").status == 0


def test_rebuild_says_that_the_tables_are_the_same(story: Story, tmp_path: Path) -> None:
    data = story.second.copy(tmp_path / "data")
    rebuilt = cypp(data, "rebuild")
    assert (rebuilt.status, "(the same as before)" in rebuilt.out) == (0, True)
    assert content(data / "warehouse" / "warehouse.duckdb") == content(story.second.warehouse)
