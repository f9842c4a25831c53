"""Published files that only a key opens: nothing is written in the clear, and without the right key nothing at all."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from orchestration.cli import app
from orchestration.night.errors import NothingPublished
from orchestration.night.publishing import publish_all
from orchestration.night.steps import Request
from orchestration.operator.status import current_status
from orchestration.settings import ConfigurationError, DataFolder
from orchestration.upkeep.verify import verify
from orchestration.warehouse.opening import opened
from tests.commands import cypp
from tests.nights import run_night
from tests.story import Story, content, copy_data, query

TODAY = Request(datetime.now(UTC).date())
FIGURES = (
    "from marts.fct_indicator_values select * exclude (run_id, first_reported_value) order by all"
)


def _key(path: Path) -> Path:
    path.write_text(secrets.token_hex(32))
    path.chmod(0o600)
    return path


def _settings(folder: DataFolder, **files: Path) -> None:
    lines = [f'{name} = "{path}"' for name, path in files.items()]
    (folder.root / "settings.toml").write_text("\n".join(["[encryption]", *lines, ""]))


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with a key, apart from every data folder."""
    return _key(tmp_path_factory.mktemp("keys") / "warehouse.key")


@pytest.fixture(scope="module")
def night(story: Story, key: Path, tmp_path_factory: pytest.TempPathFactory) -> DataFolder:
    """The second night again, with a key; until then everything was in the clear."""
    folder = DataFolder(story.second.copy(tmp_path_factory.mktemp("encrypted") / "data"))
    _settings(folder, key_file=key)
    run_night(folder, TODAY)
    return folder


@pytest.fixture
def folder(night: DataFolder, tmp_path: Path) -> DataFolder:
    """A copy of a test's own."""
    return DataFolder(copy_data(night.root, tmp_path / "data"))


def _published(folder: DataFolder) -> Iterator[Path]:
    yield from (folder.warehouse_file, folder.figures_file, folder.candidate_file)
    yield folder.work / "serving.duckdb"


def _read(path: Path, key: str) -> list[tuple]:
    """As a reader does it, with DuckDB alone."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{path}' as warehouse (read_only, encryption_key '{key}')")
        connection.execute("use warehouse")
        return connection.execute(FIGURES).fetchall()


def test_readers_with_the_key_see_what_was_in_the_clear_before(
    night: DataFolder, story: Story, key: Path
) -> None:
    expected = query(story.second.warehouse, FIGURES)
    for path in (night.warehouse_file, night.figures_file):
        assert _read(path, key.read_text()) == expected
        with pytest.raises(duckdb.InvalidInputException, match="Wrong encryption key"):
            _read(path, secrets.token_hex(32))
    assert content(night.warehouse_file) == content(story.second.warehouse)


def test_nothing_is_published_in_the_clear(night: DataFolder, story: Story) -> None:
    [(child,), *_] = query(
        story.second.warehouse, "select child_key from marts.fct_counted_records"
    )
    assert child.encode() in story.second.warehouse.read_bytes()
    for path in _published(night):
        assert not [
            word for word in (child, "referrals_rate") if word.encode() in path.read_bytes()
        ]
    assert not list(night.warehouse.rglob("*.parquet"))
    assert sorted(path.name for path in night.warehouse.iterdir()) == ["figures.duckdb", "warehouse.duckdb"]  # fmt: skip
    assert verify(night, lambda *_: None).damage == []


def test_commands_open_what_is_published(folder: DataFolder) -> None:
    [(area, end)] = query_encrypted(folder)
    for command in (["status"], ["evidence", "referrals_rate", "--period", str(end), "--area", area]):  # fmt: skip
        ran = cypp(folder.root, *command)
        assert ("encrypted" in ran.err, "Traceback" in ran.err) == (False, False)
    assert ran.status == 0
    assert ran.out.count("\n") > 1


def query_encrypted(folder: DataFolder) -> list[tuple]:
    """A period of the home area in which something was counted."""
    with opened(folder.warehouse_file) as connection:
        return connection.execute(
            "select area_code, max(period_end) from marts.fct_indicator_values where indicator_id = 'referrals_rate'"
            " and status = 'ok' and breakdown = 'all' and basis = 'rolling12' group by all order by all limit 1"
        ).fetchall()


# ---------------------------------------------------------------- it fails closed


def _files(folder: DataFolder) -> dict[str, bytes]:
    """Every file, but for locks."""
    return {
        path.relative_to(folder.root).as_posix(): path.read_bytes()
        for path in folder.root.rglob("*")
        if path.is_file() and "lock" not in path.name
    }


def _no_key(folder: DataFolder, key: Path) -> None:
    (folder.root / "settings.toml").unlink()


def _another_key(folder: DataFolder, key: Path) -> None:
    _settings(folder, key_file=_key(folder.root.parent / "another.key"))


def _lost_key(folder: DataFolder, key: Path) -> None:
    _settings(folder, key_file=folder.root.parent / "lost.key")


def _key_for_all(folder: DataFolder, key: Path) -> None:
    copy = folder.root.parent / "open.key"
    copy.write_text(key.read_text())
    copy.chmod(0o644)
    _settings(folder, key_file=copy)


OPENS_NOTHING = "warehouse.duckdb is encrypted and settings.toml names no key that opens it"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (_no_key, OPENS_NOTHING), (_another_key, OPENS_NOTHING),
        (_lost_key, "lost.key is not the absolute path of a file of 64 hexadecimal digits"),
        (_key_for_all, "open.key can be read by everybody: run `chmod o="),
    ],
)  # fmt: skip
def test_without_the_right_key_one_sentence_and_nothing_is_touched(
    folder: DataFolder, key: Path, change: Callable[[DataFolder, Path], None], told: str
) -> None:
    change(folder, key)
    before = _files(folder)
    for command in (["run", "--force"], ["rebuild"]):
        ran = CliRunner().invoke(app, [*command, "--data-dir", str(folder.root)])
        assert (ran.exit_code, told in " ".join(ran.output.split())) == (2, True)
    assert _files(folder) == before
    status = current_status(folder)
    assert (status.needs_attention, [one for one in status.obstacles if told in one] != []) == (
        True,
        True,
    )


def test_command_that_only_reads_says_so_as_well(folder: DataFolder, key: Path) -> None:
    _no_key(folder, key)
    ran = cypp(folder.root, "report")
    assert (ran.status, OPENS_NOTHING in " ".join(ran.err.split()), "Traceback" in ran.err) == (
        2,
        True,
        False,
    )


def test_build_that_another_setting_made_is_not_published(folder: DataFolder, key: Path) -> None:
    """A run that was killed, then the settings were changed, then its last step is started again."""
    before = folder.warehouse_file.read_bytes()
    _settings(folder, key_file=_key(folder.root.parent / "new.key"), former_key_file=key)
    with pytest.raises(NothingPublished, match="start the job"):
        publish_all(folder)
    assert folder.warehouse_file.read_bytes() == before


@pytest.mark.faults
def test_key_is_changed_and_left_out_by_naming_the_former_one(
    folder: DataFolder, story: Story, key: Path
) -> None:
    _settings(folder, former_key_file=key)
    run_night(folder, TODAY)
    assert query(folder.warehouse_file, FIGURES) == query(story.second.warehouse, FIGURES)
    assert list(folder.parquet.resolve().rglob("*.parquet"))


def test_machine_that_cannot_encrypt_publishes_nothing(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orchestration.warehouse.opening.CRYPTO", Path("/not/there"))
    with pytest.raises(ConfigurationError, match="DuckDB cannot encrypt on this machine"):
        run_night(folder, TODAY)
