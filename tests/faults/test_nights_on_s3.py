"""Whole nights whose archive and raw are in an object store, as `cypp` runs them: what readers see is the same."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from orchestration.settings import DataFolder
from tests.commands import cypp
from tests.object_store import BUCKET, settings_of, store
from tests.story import Story, content, copy_data, query, send_again

pytestmark = pytest.mark.faults


def test_nights_on_a_store_publish_what_those_in_the_data_folder_do(
    story: Story, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    copy_data(story.first.data / "landing", data / "landing")
    # With another key every child would have another.
    (data / "restricted").mkdir()
    shutil.copy(story.first.data / "restricted" / "hmac.key", data / "restricted" / "hmac.key")
    with (data / "settings.toml").open("w") as settings:
        kept = story.first.data / "settings.toml"
        settings.write(f"{kept.read_text() if kept.exists() else ''}\n{settings_of('nights')}")
    with store() as files:
        first = cypp(data, "run")
        assert (first.status, first.err) == (0, first.err), first.err
        send_again(data / "landing")
        assert cypp(data, "run").status == 0
        warehouse = data / "warehouse" / "warehouse.duckdb"
        assert content(warehouse) == content(story.second.warehouse)
        assert not [*(data / "archive").rglob("*"), *(data / "raw").glob("annex_a")]
        assert len(files.find(f"{BUCKET}/nights/raw")) > len(files.find(f"{BUCKET}/nights/archive"))
        assert cypp(data, "verify").status == 0
        [[indicator, day]] = query(
            warehouse,
            "select indicator_id, max(period_end) from marts.fct_indicator_evidence"
            " group by 1 order by count(*) desc, 1 limit 1",
        )
        asked = (
            "evidence",
            indicator,
            "--period",
            f"{day:%Y-%m-%d}",
            "--identified",
            "--by",
            "Ada",
        )
        told = cypp(data, *asked)
        assert (told.status, told.out) == (0, cypp(story.second.data, *asked).out)
        assert len(told.out.splitlines()) > 1
    away = cypp(data, "run", "--force")
    assert (away.status, "object store does not answer" in away.err + away.out) == (1, True)
    assert content(warehouse) == content(story.second.warehouse)
    assert not DataFolder(data).work.joinpath("archive").exists()
