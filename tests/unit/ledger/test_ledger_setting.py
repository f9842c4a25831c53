"""`[ledger]`: where the ledger is kept; settings hold no password, and no message repeats one."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.ledger.chain import is_begun
from orchestration.ledger.damage import LedgerDamaged
from orchestration.ledger.events_in_postgresql import ID_FILE
from orchestration.ledger.ledger import Ledger
from orchestration.settings import ConfigurationError, load_ledger_settings, load_settings

ADDRESS = "postgresql://cypp@db.example/cypp"


def _says(root: Path, text: str) -> None:
    root.mkdir(parents=True, exist_ok=True)
    (root / "settings.toml").write_text(f"[ledger]\n{text}\n")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('postgresql = "postgresql://cypp:hunter2@db.example/cypp"', "no password belongs here"),
        ('postgresql = "host=db.example password=hunter2"', "no password belongs here"),
        ('postgresql = "cypp hunter2"', 'write "service=NAME"'),
        ('postgresql = "postgresql://cypp@db.example/cypp?hunter2=1"', 'write "service=NAME"'),
        ('schema = "Robert\'); drop schema hunter2"', "ledger.schema: String should match"),
        ('postgres = "service=hunter2"', "ledger.postgres: Extra inputs are not permitted"),
    ],
)
def test_what_cannot_be_used_is_refused_without_being_quoted(
    tmp_path: Path, text: str, told: str
) -> None:
    _says(tmp_path, text)
    for load in (load_settings, load_ledger_settings):
        with pytest.raises(ConfigurationError) as refused:
            load(tmp_path)
        assert told in str(refused.value)
        assert "hunter2" not in str(refused.value)
    with pytest.raises(ConfigurationError):
        is_begun(tmp_path / "ledger")
    assert [path.name for path in tmp_path.iterdir()] == ["settings.toml"]


@pytest.mark.parametrize(
    ("place", "schema"),
    [
        ("data", "london"), ("region/areas/E09000003", "london_e09000003"), ("region/areas", "london"),
        ("areas/trial-2", "london"),
    ],
)  # fmt: skip
def test_each_area_of_a_region_has_a_schema_of_its_own(
    tmp_path: Path, place: str, schema: str
) -> None:
    _says(tmp_path / place, f'postgresql = "{ADDRESS}"\nschema = "london"')
    assert load_ledger_settings(tmp_path / place).schema_for(tmp_path / place) == schema


def test_ledger_in_its_file_is_read_whatever_else_is_wrong_with_the_settings(
    tmp_path: Path,
) -> None:
    Ledger(tmp_path / "ledger").set_fact("key_check", "abc")
    (tmp_path / "settings.toml").write_text("no TOML")
    assert Ledger(tmp_path / "ledger").fact("key_check") == "abc"


def test_no_second_ledger_is_begun_beside_one_in_its_file(tmp_path: Path) -> None:
    Ledger(tmp_path / "ledger").set_fact("key_check", "abc")
    _says(tmp_path, f'postgresql = "{ADDRESS}"')
    for look in (is_begun, Ledger):
        with pytest.raises(LedgerDamaged, match=r"ledger\.sqlite3: `cypp move-ledger` moves it"):
            look(tmp_path / "ledger")


def test_no_second_ledger_is_begun_beside_one_in_postgresql(tmp_path: Path) -> None:
    (tmp_path / ID_FILE).write_text("abc\n")
    for look in (is_begun, Ledger):
        with pytest.raises(LedgerDamaged, match=r"put `\[ledger\] postgresql` back"):
            look(tmp_path / "ledger")
    assert [path.name for path in tmp_path.iterdir()] == [ID_FILE]
