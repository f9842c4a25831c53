"""A build that does not fit in memory spills into the private folder and goes on: every model after it, too."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.settings import DBT_FOLDER, ConfigurationError, EngineSettings
from orchestration.warehouse import dbt
from orchestration.warehouse.dbt import MEMORY_VARIABLE, memory_limit, tell_memory_limit
from tests.small_project import run_project, write_project


def test_models_after_the_first_spill_are_built(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Less than the models take.
    # Put back afterwards, whatever it was.
    monkeypatch.setenv(MEMORY_VARIABLE, "")
    tell_memory_limit(EngineSettings(memory="64MB"))
    files = {
        "profiles.yml": (DBT_FOLDER / "profiles.yml").read_text(),
        "models/first.sql": "select range as i, hash(range) as h from range(3000000) order by h",
        "models/second.sql": "select h, count(*) as n from {{ ref('first') }} group by h order by n",
        "models/third.sql": "select count(*) as n from {{ ref('second') }}",
    }
    write_project(tmp_path, files)
    for folder in ("warehouse", ".work"):
        (tmp_path / folder).mkdir()

    built = run_project(tmp_path)

    assert {name: status for name, (status, _) in built.items()} == dict.fromkeys(
        ("first", "second", "third"), "success"
    )


@pytest.mark.parametrize(
    ("gigabytes", "limit"), [(64, "5GB"), (10, "5GB"), (9, "4608MB"), (2, "1024MB")]
)
def test_small_machine_gives_half_of_its_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, gigabytes: int, limit: str
) -> None:
    sizes = {"SC_PAGE_SIZE": 4096, "SC_PHYS_PAGES": (gigabytes << 30) // 4096}
    monkeypatch.setattr(dbt.os, "sysconf", sizes.__getitem__)
    monkeypatch.setattr(dbt, "CONTAINER_LIMIT", tmp_path / "memory.max")
    assert memory_limit(EngineSettings()) == limit
    assert memory_limit(EngineSettings(memory="12GB")) == "12GB"


@pytest.mark.parametrize(
    ("gigabytes", "container", "at_once", "limit"),
    [
        (64, "max", 8, "4096MB"), (64, "max", 6, "5GB"), (16, "max", 8, "1024MB"), (64, None, 8, "4096MB"),
        (64, 8 << 30, 1, "4096MB"), (64, 8 << 30, 4, "1024MB"), (16, 64 << 30, 1, "5GB"), (4, 64 << 30, 2, "1024MB"),
    ],
)  # fmt: skip
def test_nights_side_by_side_share_half_of_the_machine_or_container(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    gigabytes: int,
    container: int | str | None,
    at_once: int,
    limit: str,
) -> None:
    sizes = {"SC_PAGE_SIZE": 4096, "SC_PHYS_PAGES": (gigabytes << 30) // 4096}
    monkeypatch.setattr(dbt.os, "sysconf", sizes.__getitem__)
    monkeypatch.setattr(dbt, "CONTAINER_LIMIT", tmp_path / "memory.max")
    if container is not None:
        (tmp_path / "memory.max").write_text(f"{container}\n")
    monkeypatch.setenv("CYPP_AT_ONCE", str(at_once))
    assert memory_limit(EngineSettings()) == limit
    assert memory_limit(EngineSettings(memory="12GB")) == "12GB"


@pytest.mark.parametrize("memory", ["5", "5 GB", "0GB", "5GiB", "-1GB"])
def test_memory_that_is_no_size_is_refused(memory: str) -> None:
    with pytest.raises(ValueError, match="memory"):
        EngineSettings(memory=memory)


@pytest.mark.parametrize("told", ["two", "0", "-1", "1.5"])
def test_nights_at_once_that_are_no_number_are_refused(
    monkeypatch: pytest.MonkeyPatch, told: str
) -> None:
    monkeypatch.setenv("CYPP_AT_ONCE", told)
    with pytest.raises(ConfigurationError, match="CYPP_AT_ONCE"):
        memory_limit(EngineSettings())
