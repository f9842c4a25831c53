"""A run with nothing new leaves what stands; whatever decides a figure or a page is news."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from orchestration.intake.landing import landing_state
from orchestration.ledger.ledger import Acceptance, Ledger
from orchestration.night import unchanged
from orchestration.night.steps import Request, state_of
from orchestration.settings import DataFolder, load_settings
from orchestration.warehouse import serving
from tests import extracts
from tests.extracts import BARNET, CAMDEN
from tests.story import Story, content, run_ids

TODAY = datetime.now(UTC).date()


def test_with_nothing_new_the_run_that_serves_stands(story: Story) -> None:
    warehouse = story.data / "warehouse" / "warehouse.duckdb"

    assert story.idle.status == 0
    [served] = run_ids(story.second.warehouse)
    assert f"Nothing new since run {served}" in story.idle.out
    assert content(warehouse) == content(story.second.warehouse)
    assert Ledger(story.data / "ledger").runs() == Ledger(story.second.data / "ledger").runs()


def test_copied_folder_is_news(story: Story, tmp_path: Path) -> None:
    """It was filled just now: whoever copied it may have changed it."""
    assert _standing(story.second.copy(tmp_path / "data"), Request(TODAY)) is None


def _as_if_published_here(data: Path) -> None:
    """Note the state of a copied folder as that of the run that serves."""
    folder = DataFolder(data)
    [served] = run_ids(data / "warehouse" / "warehouse.duckdb")
    unchanged.remember(folder, served, _state(folder, Request(TODAY)))


def _state(folder: DataFolder, request: Request) -> str:
    return state_of(
        request, load_settings(folder.root), Ledger(folder.ledger), landing_state(folder.landing)
    )


def _standing(data: Path, request: Request) -> str | None:
    folder = DataFolder(data)
    served = serving.serving_run_id(folder, Ledger(folder.ledger))
    return unchanged.standing_run(folder, _state(folder, request), served)


def _correct_one_as_long_and_as_old(data: Path) -> None:
    # A figure corrected, in an archive that keeps whole seconds of when each file was written.
    [file] = (data / "landing" / BARNET / "ssda903" / "2025-03").glob("episodes.csv")
    stat = file.stat()
    file.write_bytes(file.read_bytes().replace(b"/2024", b"/2023", 1))
    os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert (file.stat().st_size, file.stat().st_mtime_ns) == (stat.st_size, stat.st_mtime_ns)


def _send_one_more(data: Path) -> None:
    extracts.write_submission(data / "landing", CAMDEN, "annex_a", "2025-04")


def _touch_nothing(_: Path) -> None:
    pass


def _change_settings(data: Path) -> None:
    (data / "settings.toml").write_text("[gate]\nvolume_min_rows = 60\n")


def _lose_pages(data: Path) -> None:
    shutil.rmtree((data / "outputs").resolve())


def _lose_parquet(data: Path) -> None:
    shutil.rmtree((data / "warehouse" / "parquet").resolve())


def _accept(data: Path) -> None:
    until = date(2030, 1, 1)
    acceptance = Acceptance("any", BARNET, "a person", "a reason", until, datetime.now(UTC))
    Ledger(data / "ledger").accept(acceptance)


def _damage_warehouse_and_copy(data: Path) -> None:
    for path in (data / "warehouse" / "warehouse.duckdb", data / ".work" / serving.KEPT_FILE):
        path.chmod(0o644)
        path.write_bytes(b"\0" * 4096)


def _change_a_page(data: Path) -> None:
    page = min((data / "outputs").resolve().rglob("committee.html"))
    page.write_bytes(page.read_bytes().replace(b"1", b"2", 1))


@pytest.mark.parametrize(
    ("change", "request_"),
    [
        (_send_one_more, Request(TODAY)),
        (_correct_one_as_long_and_as_old, Request(TODAY)),
        (_change_settings, Request(TODAY)),
        (_lose_pages, Request(TODAY)),
        (_lose_parquet, Request(TODAY)),
        (_accept, Request(TODAY)),
        (_damage_warehouse_and_copy, Request(TODAY)),
        (_change_a_page, Request(TODAY)),
        (_touch_nothing, Request(date(2025, 2, 28))),
        (_touch_nothing, Request(TODAY, datetime(2025, 1, 1, tzinfo=UTC))),
    ],
)  # fmt: skip
def test_any_change_is_news(
    change: Callable[[Path], None], request_: Request, story: Story, tmp_path: Path
) -> None:
    data = story.second.copy(tmp_path / "data")
    _as_if_published_here(data)
    assert _standing(data, Request(TODAY)) is not None

    change(data)

    assert _standing(data, request_) is None
