"""Who may read what is published: a group the warehouse, everybody the public pages; nothing about a child in figures.duckdb."""

from __future__ import annotations

import grp
import os
import shutil
from pathlib import Path

import duckdb
import pytest

from orchestration.intake.keys import KeyFileError, load_or_make_secret
from orchestration.settings import ConfigurationError, DataFolder, load_settings
from orchestration.warehouse import access
from orchestration.warehouse.publish import write_figures
from orchestration.warehouse.schemas import published_tables, tables_of_figures
from tests.empty_project import Build

CANARY = "canary-of-a-child-0123456789"
OF_A_CHILD = {"child_key", "record_key", "case_key", "issue_key"}
OWN_GROUP = grp.getgrgid(os.getegid()).gr_name


def modes(place: Path) -> dict[str, str]:
    """The mode of a folder and of everything in it."""
    found = [place, *place.rglob("*")]
    return {str(path.relative_to(place)): f"{path.stat().st_mode & 0o777:o}" for path in found}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    made = tmp_path / "parquet"
    (made / "evidence").mkdir(parents=True)
    (made / "evidence" / "a.parquet").touch()
    return made


def _settings(folder: Path, group: str) -> None:
    (folder / "settings.toml").write_text(f'[access]\ngroup = "{group}"\n')


def test_group_of_the_settings_may_read_and_nobody_may_write(place: Path, tmp_path: Path) -> None:
    _settings(tmp_path, OWN_GROUP)
    group_id = load_settings(tmp_path).access.group_id

    access.open_to_group(place, group_id)

    assert modes(place) == {".": "750", "evidence": "750", "evidence/a.parquet": "440"}
    assert {path.stat().st_gid for path in (place, *place.rglob("*"))} == {group_id}


def test_without_a_group_only_the_owner_may_read(place: Path, tmp_path: Path) -> None:
    access.open_to_group(place, load_settings(tmp_path).access.group_id)

    assert modes(place) == {".": "700", "evidence": "700", "evidence/a.parquet": "400"}


def test_group_that_is_not_there_or_not_the_accounts_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _settings(tmp_path, "no-such-group")
    with pytest.raises(ConfigurationError, match=r"access\.group: .*no group no-such-group"):
        load_settings(tmp_path)
    _settings(tmp_path, OWN_GROUP)
    monkeypatch.setattr(os, "geteuid", lambda: 1001)
    monkeypatch.setattr(os, "getegid", lambda: 1001)
    monkeypatch.setattr(os, "getgroups", list)
    with pytest.raises(ConfigurationError, match="is not a member of the group"):
        load_settings(tmp_path)


@pytest.mark.parametrize("root_mode", [0o700, 0o755])
def test_everybody_may_read_the_public_pages_and_pass_to_them(
    tmp_path: Path, root_mode: int
) -> None:
    folder = DataFolder(tmp_path / "data")
    outputs = folder.root / ".outputs-r1"
    for name in ("public/charts", "restricted/owners"):
        (outputs / "2025-03" / name).mkdir(parents=True)
        (outputs / "2025-03" / name / "a.html").touch(mode=0o600)
    for path in (outputs, *outputs.rglob("*")):
        path.chmod(0o700 if path.is_dir() else 0o600)
    folder.root.chmod(root_mode)

    access.open_public(folder, outputs)

    assert modes(outputs) == {
        ".": "711", "2025-03": "711", "2025-03/public": "755", "2025-03/public/charts": "755",
        "2025-03/public/charts/a.html": "644", "2025-03/restricted": "700",
        "2025-03/restricted/owners": "700", "2025-03/restricted/owners/a.html": "600",
    }  # fmt: skip
    assert folder.root.stat().st_mode & 0o777 == root_mode | 0o011


# ---------------------------------------------------------------- figures.duckdb


def _columns(marts: Path) -> dict[str, list[tuple[object, ...]]]:
    with duckdb.connect(str(marts), read_only=True) as connection:
        rows = connection.execute(
            "select table_name, column_name, data_type, is_nullable, comment from duckdb_columns()"
            " where schema_name = 'marts' order by table_name, column_index"
        ).fetchall()
    found: dict[str, list[tuple[object, ...]]] = {}
    for table, *column in rows:
        found.setdefault(table, []).append(tuple(column))
    return found


def test_what_has_a_key_of_a_child_or_a_record_is_declared_to_be_about_children(
    project: Build,
) -> None:
    columns = {table: {name for name, *_ in found} for table, found in _columns(project.marts).items()}  # fmt: skip
    about_children = {table for table, names in columns.items() if names & OF_A_CHILD}

    assert set(columns) == set(published_tables())
    assert about_children == set(published_tables()) - set(tables_of_figures())
    assert about_children == {
        "fct_counted_records", "fct_indicator_evidence", "fct_dq_issues", "fct_managers_lists",
    }  # fmt: skip


def test_figures_are_the_other_tables_whole_and_hold_nothing_of_a_child(
    project: Build, tmp_path: Path
) -> None:
    marts, figures = tmp_path / "build.duckdb", tmp_path / "figures.duckdb"
    shutil.copyfile(project.marts, marts)
    figures.write_bytes(b"left by a run that was killed")
    with duckdb.connect(str(marts)) as connection:
        connection.execute(
            "insert into marts.fct_counted_records by name select 'referrals_rate' as indicator_id, 'E09000003' as area_code,"
            f" '{CANARY}' || range as record_key, '{CANARY}' as child_key, date '2025-03-01' as event_date,"
            " date '2025-03-01' as counted_on, true as in_numerator, 'annex_a' as source, 'empty' as run_id from range(5000)"
        )

    write_figures(marts, figures)

    whole, copied = _columns(marts), _columns(figures)
    assert copied == {table: whole[table] for table in tables_of_figures()}
    assert any(comment for columns in copied.values() for *_, comment in columns)
    with duckdb.connect(str(figures), read_only=True) as connection:
        connection.execute(f"attach '{marts}' as whole (read_only)")
        for table in tables_of_figures():
            differing = f"(from whole.marts.{table} except all from marts.{table})"
            assert connection.execute(f"select count(*) from {differing}").fetchone() == (0,)
        [rows] = connection.execute("select count(*) from marts.dim_indicators").fetchall()
    assert rows[0] > 50
    assert CANARY.encode() not in figures.read_bytes()
    assert not Path(f"{figures}.wal").exists()


# ---------------------------------------------------------------- the key


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_key_that_others_can_read_is_refused_with_the_command_that_mends_it(
    tmp_path: Path, mode: int
) -> None:
    path = tmp_path / "hmac.key"
    secret, made = load_or_make_secret(tmp_path, (), may_make=True)
    path.chmod(mode)

    with pytest.raises(KeyFileError) as refused:
        load_or_make_secret(tmp_path, (), may_make=False)

    told = f"chmod 600 {path}"
    assert (made, f"`{told}`" in str(refused.value)) == (True, True)
    path.chmod(0o600)
    assert load_or_make_secret(tmp_path, (), may_make=False) == (secret, False)
