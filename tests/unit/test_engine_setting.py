"""`[engine]`: what cannot be had is said in a sentence before anything is touched."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from orchestration.dagster import transformation
from orchestration.dagster.resources import Data
from orchestration.engine import session
from orchestration.engine.session import refuse_without_session
from orchestration.night.errors import NothingPublished
from orchestration.settings import (
    ConfigurationError,
    DataFolder,
    EngineSettings,
    load_settings,
)
from tests.commands import cypp

SPARK = EngineSettings(name="spark")


def _has_nothing(_name: str) -> None:
    return None


def _has(name: str) -> str:
    return name


def test_duckdb_asks_nothing(tmp_path: Path) -> None:
    refuse_without_session(DataFolder(tmp_path), load_settings(tmp_path).engine)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("needed", "found", "told"),
    [
        (("no_such_package",), _has, r"install `cypp\[spark\]`"),
        (("no_such_package.of_it",), _has, r"install `cypp\[spark\]`"),
        (("json",), _has_nothing, "install `openjdk-17-jre-headless`"),
    ],
)
def test_what_is_not_installed_is_named(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    needed: tuple[str, ...],
    found: Callable[[str], str | None],
    told: str,
) -> None:
    monkeypatch.setattr(session, "NEEDED", needed)
    monkeypatch.setattr(session.shutil, "which", found)
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(ConfigurationError, match=told):
        refuse_without_session(DataFolder(tmp_path), SPARK)


def test_a_session_that_cannot_be_begun_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(session, "NEEDED", ("json",))
    monkeypatch.setattr(session.shutil, "which", _has)
    monkeypatch.setattr(session, "PROCESS", ("false",))
    with pytest.raises(ConfigurationError, match="whether its cluster can be reached"):
        refuse_without_session(DataFolder(tmp_path), SPARK)


def test_run_without_the_engine_touches_nothing(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text(
        '[engine]\nname = "spark"\n[engine.spark]\n"spark.master" = "no such"\n', encoding="utf-8"
    )
    ran = cypp(tmp_path, "run")
    assert (ran.status, ran.out) == (2, "")
    assert "Wrong configuration, nothing touched: " in ran.err
    assert [path.name for path in tmp_path.rglob("*")] == ["settings.toml"]


def test_a_session_that_is_gone_when_the_run_has_begun_fails_the_run(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(session, "NEEDED", ("no_such_package",))
    data = Data(DataFolder(tmp_path), load_settings(tmp_path).model_copy(update={"engine": SPARK}))
    build: Any = transformation._build_on_spark
    with pytest.raises(NothingPublished, match=r"install `cypp\[spark\]`"):
        build(None, data)


def test_what_another_engine_has_built_does_not_stay(tmp_path: Path) -> None:
    data = Data(DataFolder(tmp_path), load_settings(tmp_path))
    (data.folder.raw / "run").mkdir(parents=True)
    (data.folder.raw / "run" / "run.parquet").touch()
    for left in (data.folder.spark / "warehouse", data.folder.work / "seeds"):
        left.mkdir(parents=True)
    begin: Any = transformation._ready_to_build
    begin(SimpleNamespace(is_subset=False), data)
    assert list(data.folder.work.iterdir()) == []
