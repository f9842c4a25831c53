"""`cypp run` from end to end on the small synthetic extracts: commands, published tables, nights that follow."""

from __future__ import annotations

import csv
import hashlib
import io
import os
import stat
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from orchestration.cli import app
from orchestration.intake.kept.extractions import extractions_of
from orchestration.intake.kept.places import id_of_version
from orchestration.intake.readers import read_file
from orchestration.intake.shipped import shipped_reference
from orchestration.ledger.ledger import Ledger
from orchestration.night.errors import NothingPublished
from orchestration.night.steps import today
from orchestration.settings import DataFolder
from orchestration.signature import account, code_version
from tests import extracts
from tests.commands import WITHOUT_DAGSTER, Ran, cypp
from tests.extracts import BARNET, CAMDEN
from tests.nights import run_night
from tests.story import Story, first_reported, query, run_ids, tables

PERIOD = "2025-03-31"
# dbt_project/docs/figures.md; more columns may be added.
PUBLISHED = {
    "dim_indicators": "indicator_id title plan section position family population method kind headline_basis good_is"
    " unit published_decimals definition numerator_means denominator_means caveats data_owner benchmark_series reports",
    "dim_areas": "area_code dfe_code area_name area_type is_home region_code region_name",
    "dim_runs": "run_id as_at received_by started_at finished_at code_version status is_synthetic",
    "fct_indicator_values": "indicator_id area_code basis period_start period_end breakdown breakdown_value numerator"
    " denominator value share_of_rate status status_reason source first_reported_value is_provisional run_id",
    "fct_benchmarks": "series_id indicator_id area_code area_name area_type basis period_label period_start period_end"
    " value status n_available neighbour_model published_on source",
    "fct_indicator_evidence": "indicator_id area_code basis period_end record_key child_key in_numerator"
    " numerator_amount denominator_amount event_date source",
    "fct_submissions": "area_code source as_at_date version received_at rows_received rows_loaded rows_deduplicated"
    " rows_quarantined status reason",
    "fct_vintages": "indicator_id area_code basis period_end breakdown breakdown_value numerator denominator value status"
    " run_id published_at",
}
TYPES = {
    ("fct_indicator_values", "value"): "DOUBLE", ("fct_indicator_values", "period_end"): "DATE",
    ("fct_indicator_values", "is_provisional"): "BOOLEAN", ("fct_indicator_evidence", "in_numerator"): "BOOLEAN",
    ("fct_indicator_evidence", "event_date"): "DATE", ("fct_submissions", "rows_received"): "BIGINT",
    ("fct_submissions", "received_at"): "TIMESTAMP WITH TIME ZONE", ("dim_areas", "is_home"): "BOOLEAN",
    ("dim_indicators", "published_decimals"): "INTEGER", ("dim_runs", "as_at"): "DATE",
}  # fmt: skip
KEYS = {
    "dim_indicators": {"indicator_id"},
    "dim_areas": {"area_code"},
    "dim_runs": {"run_id"},
    "fct_indicator_values": {
        "indicator_id",
        "area_code",
        "basis",
        "period_end",
        "breakdown",
        "breakdown_value",
    },
}


def _value(
    warehouse: Path, indicator: str, area: str, period: str, column: str = "numerator"
) -> object:
    rows = query(
        warehouse,
        f"select {column} from marts.fct_indicator_values where indicator_id = ? and area_code = ?"
        " and period_end = ? and breakdown = 'all' and basis in ('rolling12', 'snapshot')",
        indicator, area, period,
    )  # fmt: skip
    assert len(rows) == 1
    return rows[0][0]


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


# ---------------------------------------------------------------- the first night


def test_first_run_says_what_it_wrote_and_where(story: Story) -> None:
    said = story.first.ran.out

    assert story.first.ran.status == 0
    assert "A key was made in restricted/hmac.key" in said
    assert "10 submission(s) taken in, 0 rejected" in said
    assert "warehouse/warehouse.duckdb" in said
    assert "outputs/2025-03/restricted/index.html" in said
    assert (
        story.first.data / "outputs" / "2025-03" / "restricted" / "index.html"
    ).stat().st_size > 1000
    assert "Traceback" not in said + story.first.ran.err


def test_committed_extracts_are_what_the_builder_writes(tmp_path: Path) -> None:
    extracts.write_landing(tmp_path)

    for path in sorted(path for path in tmp_path.rglob("*") if path.is_file()):
        committed = extracts.FIXTURES / "landing" / path.relative_to(tmp_path)
        known = frozenset({"child unique id", "child", "time period", "gender", "dob"})
        assert read_file(committed, known) == read_file(path, known), path.name


def test_figures_are_those_of_the_invented_world(story: Story) -> None:
    """Counted here from the world itself, not from its extracts."""
    everybody, end = extracts.children(BARNET), date(2025, 3, 31)
    referrals = {
        (child.id, day) for child in everybody for day in child.referrals if child.born <= end
    }
    in_care = [
        child
        for child in everybody
        if child.care
        and child.care.start <= end
        and (child.care.end is None or child.care.end > end)
    ]

    assert _value(story.first.warehouse, "referrals_rate", BARNET, PERIOD) == len(referrals)
    counted = sum(child.legal_status != "V3" for child in in_care)
    assert (_value(story.first.warehouse, "cla_rate", BARNET, PERIOD), counted < len(in_care)) == (
        counted,
        True,
    )


def test_some_figures_are_whole_and_some_lack_history(story: Story) -> None:
    found = dict(
        query(
            story.first.warehouse,
            "select indicator_id || ' ' || area_code, status from marts.fct_indicator_values"
            " where period_end = '2025-03-31' and breakdown = 'all' and basis in ('rolling12', 'snapshot')",
        )
    )

    assert found[f"referrals_rate {BARNET}"] == "ok"
    assert found[f"referrals_repeat_pct {BARNET}"] == "insufficient_history"
    assert found[f"referrals_rate {CAMDEN}"] == "insufficient_history"
    assert found[f"cla_rate {CAMDEN}"] == "ok"


def test_published_tables_have_the_columns_and_types_of_the_contract(story: Story) -> None:
    rows = query(
        story.first.warehouse,
        "select table_name, column_name, data_type from information_schema.columns where table_schema = 'marts'",
    )
    found = {(table, column): kind for table, column, kind in rows}

    wanted = {(table, column) for table, columns in PUBLISHED.items() for column in columns.split()}
    assert wanted - set(found) == set()
    assert {place: found[place] for place in TYPES} == TYPES


def test_every_published_column_is_described(story: Story) -> None:
    silent = query(
        story.second.warehouse,
        "select table_name, column_name from duckdb_columns() where schema_name = 'marts'"
        " and database_name = current_database() and coalesce(comment, '') = ''",
    )

    views = {"fct_indicator_evidence"}
    assert [place for place in silent if place[0] not in views] == []


def test_published_tables_have_their_primary_keys(story: Story) -> None:
    rows = query(
        story.first.warehouse,
        "select table_name, constraint_column_names from duckdb_constraints() where constraint_type = 'PRIMARY KEY'",
    )
    keys = {table: set(columns) for table, columns in rows}

    assert {table: keys.get(table) for table in KEYS} == KEYS
    views = {
        name
        for (name,) in query(
            story.first.warehouse, "select view_name from duckdb_views() where not internal"
        )
    }
    # What may grow beyond two million rows has a uniqueness test instead.
    assert set(tables(story.first.warehouse)) - views - set(keys) <= {
        "fct_counted_records", "fct_dq_results", "fct_dq_issues",
    }  # fmt: skip


def test_published_file_holds_the_marts_alone(story: Story) -> None:
    places = query(
        story.first.warehouse,
        "select distinct schema_name from duckdb_tables() where database_name = current_database()"
        " union select distinct schema_name from duckdb_views() where not internal",
    )

    assert places == [("marts",)]
    assert {path.name for path in story.first.warehouse.parent.glob("*.duckdb*")} == {
        "warehouse.duckdb", "figures.duckdb",
    }  # fmt: skip


def test_every_table_carries_the_id_of_the_run(story: Story) -> None:
    for night in (story.first, story.second):
        newest = query(night.warehouse, "select arg_max(run_id, started_at) from marts.dim_runs")[
            0
        ][0]
        assert run_ids(night.warehouse) == {newest}
        assert newest in night.ran.out
    runs = query(
        story.second.warehouse, "select status, finished_at is not null, as_at from marts.dim_runs"
    )
    today = datetime.now(UTC).date()
    assert runs == [("published", True, today)] * 2


def test_run_and_page_say_whether_the_data_are_invented(story: Story) -> None:
    """The mark came between the two nights; the earlier run keeps what it said."""
    runs = query(
        story.second.warehouse, "select is_synthetic from marts.dim_runs order by started_at"
    )
    assert runs == [(False,), (True,)]
    pages = [
        (night.data / "outputs" / month / "restricted" / "index.html").read_text()
        for night, month in ((story.first, "2025-03"), (story.second, "2025-04"))
    ]
    assert ["Synthetic data." in page for page in pages] == [False, True]


def test_parquet_copies_equal_the_tables(story: Story) -> None:
    folder = story.first.data / "warehouse" / "parquet"
    (run_id,) = run_ids(story.first.warehouse)
    for name in tables(story.first.warehouse):
        path = folder / name if (folder / name).is_dir() else folder / f"{name}.parquet"
        source = f"read_parquet('{path}{'/**/*.parquet' if path.is_dir() else ''}', hive_partitioning = false)"
        differing = query(
            story.first.warehouse,
            f"select count(*) from ((from marts.{name} except all from {source})"
            f" union all (from {source} except all from marts.{name}))",
        )
        assert (name, differing) == (name, [(0,)])
    for path in folder.rglob("*.parquet"):
        assert (pq.read_metadata(path).metadata or {})[b"run_id"] == run_id.encode()
    assert (folder / "fct_indicator_evidence" / f"period_end={PERIOD}").is_dir()


def test_all_is_private_but_the_public_pages_and_the_published_is_read_only(story: Story) -> None:
    data = story.data
    ours = [path for path in data.rglob("*") if data / "landing" not in path.parents]
    folders = {path for path in ours if path.is_dir() and not path.is_symlink()}
    files = {path for path in ours if path.is_file() and not path.is_symlink()}
    public = {path for path in ours if "public" in path.parts and ".work" not in path.parts}
    passed = {
        parent for path in public for parent in path.parents if data in parent.parents
    } - public

    assert {oct(_mode(path)) for path in public & files} == {"0o644"}
    assert {oct(_mode(path)) for path in public & folders} == {"0o755"}
    assert {oct(_mode(path)) for path in passed} == {"0o711"}
    assert {oct(_mode(path)) for path in folders - public - passed} == {"0o700"}
    assert {path for path in files - public if _mode(path) & 0o077} == set()
    published = {path for path in files if data / "warehouse" in path.parents}
    assert {path.suffix for path in published} == {".duckdb", ".parquet"}
    assert {oct(_mode(path)) for path in published} == {"0o400"}
    assert {oct(_mode(path)) for path in files if path.name == "hmac.key"} == {"0o600"}
    assert _mode(data) & 0o011 == 0o011
    assert (data / "warehouse" / "parquet").is_symlink()
    assert (data / "outputs").is_symlink()


def test_published_file_cannot_be_changed(story: Story) -> None:
    """As an analyst would try: through the database, and through the file."""
    with (
        duckdb.connect(str(story.first.warehouse), read_only=True) as connection,
        pytest.raises(duckdb.InvalidInputException),
    ):
        connection.execute("delete from marts.fct_indicator_values")
    user = 65534 if os.geteuid() == 0 else os.geteuid()
    with story.first.warehouse.open("rb") as published:
        place = f"/proc/self/fd/{published.fileno()}"
        done = subprocess.run(
            ["/bin/sh", "-c", 'echo x >> "$0"', place],
            pass_fds=[published.fileno()], capture_output=True, text=True, check=False, user=user,
        )  # fmt: skip
    assert (done.returncode != 0, "ermission denied" in done.stderr) == (True, True)


# ---------------------------------------------------------------- the second night


def test_rows_of_every_submission_are_accounted_for(story: Story) -> None:
    for night in (story.first, story.second):
        unbalanced = query(
            night.warehouse,
            "select source from marts.fct_submissions"
            " where rows_received <> rows_loaded + rows_deduplicated + rows_quarantined",
        )
        assert unbalanced == []


def test_resubmission_replaces_and_a_refused_one_does_not(story: Story) -> None:
    found = query(
        story.second.warehouse,
        "select area_code, source, folder_month, status, rows_quarantined from marts.fct_submissions"
        " where (area_code = ? and folder_month >= '2024-12') or folder_month in ('2025-01', '2025-04')"
        " order by area_code, folder_month, received_at",
        CAMDEN,
    )

    assert found == [
        (BARNET, "annex_a", "2025-01", "accepted", 0),
        (BARNET, "annex_a", "2025-01", "rejected", 0),
        (BARNET, "annex_a", "2025-04", "accepted", 0),
        (CAMDEN, "annex_a", "2024-12", "superseded", 0),
        (CAMDEN, "annex_a", "2024-12", "accepted", 0),
        (CAMDEN, "annex_a", "2025-03", "superseded", 0),
        (CAMDEN, "annex_a", "2025-03", "accepted", 3),
    ]
    assert story.second.ran.status == 0
    assert "1 rejected" in story.second.ran.out
    assert "[EMPTY]" in story.second.ran.out
    for period in ("2024-12-31", "2025-01-31"):
        assert _value(story.second.warehouse, "cla_rate", BARNET, period) == _value(
            story.first.warehouse, "cla_rate", BARNET, period
        )


def test_restated_figure_keeps_what_was_first_reported(story: Story) -> None:
    before, after = (
        [
            _value(night.warehouse, "cla_rate", CAMDEN, "2024-12-31", column)
            for column in ("value", "first_reported_value")
        ]
        for night in (story.first, story.second)
    )

    assert before[0] == before[1]
    assert after[0] != before[0]
    assert after[1] == before[1]
    reported, still = first_reported(story.first.warehouse), first_reported(story.second.warehouse)
    assert {
        figure: value for figure, value in reported.items() if figure in still
    }.items() <= still.items()
    assert {figure[3] for figure in still.keys() - reported.keys()} >= {date(2025, 4, 30)}


def test_reports_of_the_month_before_stay(story: Story) -> None:
    months = sorted(path.name for path in (story.second.data / "outputs").iterdir())

    assert months == ["2025-03", "2025-04"]


# ---------------------------------------------------------------- evidence


def _evidence(data: Path, *arguments: str) -> tuple[Ran, list[dict[str, str]]]:
    ran = _in_process(data, "evidence", *arguments)
    return ran, list(csv.DictReader(io.StringIO(ran.out)))


def test_evidence_sums_to_the_figure(story: Story) -> None:
    for indicator in ("cp_plans_2_years_pct", "referrals_rate"):
        ran, records = _evidence(story.first.data, indicator, "--period", PERIOD)
        assert ran.status == 0
        numerator = _value(story.first.warehouse, indicator, BARNET, PERIOD)
        assert sum(float(record["numerator_amount"]) for record in records) == numerator
        assert "SYN" not in ran.out
    assert len({record["record_key"] for record in records}) == len(records)


def test_every_newest_figure_has_records_with_an_id_for_each_child(
    story: Story, tmp_path: Path
) -> None:
    """Of every population, also of those whose records are put together of many rows."""
    data = story.first.copy(tmp_path / "data")
    counted = query(story.first.warehouse, "select distinct indicator_id from marts.fct_indicator_evidence")  # fmt: skip
    assert len(counted) > 30
    for (indicator,) in counted:
        area, basis, period, n_records = query(
            story.first.warehouse,
            "select area_code, basis, cast(period_end as varchar), count(*) from marts.fct_indicator_evidence"
            " where indicator_id = ? group by all order by 3 desc, 1, 2 limit 1",
            indicator,
        )[0]
        asked = (
            "--period",
            period,
            "--area",
            area,
            "--basis",
            basis,
            "--identified",
            "--by",
            "Ada",
        )
        ran, records = _evidence(data, indicator, *asked)
        assert (ran.status, len(records)) == (0, n_records), (indicator, ran.err)
        assert [one for one in records if one["child_key"] and not one["local_id"]] == [], indicator
        assert [one for one in records if not one["decided_by"]] == [], indicator
        placed = [one for one in records if one["table_name"]]
        assert [one for one in placed if not one["source_row"]] == [], indicator


def test_identified_evidence_gives_the_local_ids_back_and_is_entered(
    story: Story, tmp_path: Path
) -> None:
    data = story.first.copy(tmp_path / "data")
    asked = ("cla_rate", "--period", PERIOD, "--area", CAMDEN)
    _evidence(data, *asked, "--by", "Bea")
    _, records = _evidence(data, *asked, "--identified", "--by", "=Ada")

    assert [record["local_id"] for record in records] == ["SYN2020005"]
    [record] = records
    assert (record["table_name"], record["sex"] in ("male", "female")) == ("list_8", True)
    assert record["decided_by"].startswith("looked after from ")
    said = query(story.first.warehouse, "select source, area_code from marts.fct_submissions where submission_id = ?",
                 record["submission_id"])  # fmt: skip
    assert said == [("annex_a", CAMDEN)]
    assert int(record["source_row"]) > 1
    ran = _in_process(data, "audit", "--csv")
    *runs, looked = csv.DictReader(io.StringIO(ran.out))
    assert [line["act"] for line in runs] == ["run started", "run published"]
    assert {line["by"] for line in runs} == {account()}
    assert (looked["by"], looked["account"], looked["act"]) == (
        "'=Ada", account(), "evidence --identified",
    )  # fmt: skip
    assert looked["what"] == (
        f"indicator: cla_rate; area: {CAMDEN}; basis: snapshot; period: {PERIOD}; records: 1"
    )
    assert {line["code version"] for line in (*runs, looked)} == {code_version()}
    numbers = [int(line["event"]) for line in (*runs, looked)]
    assert numbers == sorted(numbers)
    assert "SYN2020005" not in ran.out


def test_nobody_looks_at_identified_records_without_a_name(story: Story) -> None:
    asked = ("cla_rate", "--period", PERIOD, "--area", CAMDEN, "--identified", "--by", " ")
    ran, _ = _evidence(story.first.data, *asked)

    assert (ran.status, "SYN" in ran.out) == (2, False)


def test_evidence_of_what_does_not_exist_is_wrong_usage(story: Story, tmp_path: Path) -> None:
    for data, *arguments in (
        (story.first.data, "no_such_indicator", "--period", PERIOD),
        (story.first.data, "cla_rate", "--period", "2025-03-30"),
        (story.first.data, "cla_rate", "--period", "March"),
        (tmp_path, "cla_rate", "--period", PERIOD),
    ):
        ran, records = _evidence(data, *arguments)
        assert (ran.status, records) == (2, [])
        assert "Traceback" not in ran.err


# ---------------------------------------------------------------- wrong usage, and nothing to publish


def _fingerprint(data: Path) -> dict[str, str]:
    return {
        str(path.relative_to(data)): hashlib.sha256(path.read_bytes()).hexdigest()
        if path.is_file()
        else ""
        for path in data.rglob("*")
        if path.name != ".run.lock"
    }


def _in_process(data: Path, *arguments: str) -> Ran:
    """The command line without a process of its own, for what ends before anything heavy begins."""
    done = CliRunner().invoke(app, [*arguments, "--data-dir", str(data)])
    assert done.exception is None or isinstance(done.exception, SystemExit)
    return Ran(done.exit_code, done.stdout, done.stderr)


@pytest.mark.parametrize(
    ("settings", "says"),
    [(b"look_back = 6\n", "look_back"), (b"[gate]\nvolume = true\n", "gate.volume"), (b"home_area = \n", "TOML"),
     (b"[annex_a]\nlook_back_months = 0\n", "look_back_months"), (b"home_area = '\xff'\n", "UTF-8")],
)  # fmt: skip
def test_wrong_settings_stop_the_run_before_anything_is_touched(
    settings: bytes, says: str, tmp_path: Path
) -> None:
    (tmp_path / "settings.toml").write_bytes(settings)

    ran = _in_process(tmp_path, "run")

    assert (ran.status, says in ran.err.replace("\n", "")) == (2, True)
    assert [path.name for path in tmp_path.iterdir()] == ["settings.toml"]


@pytest.mark.parametrize(
    "arguments", [("run", "--as-at", "31/03/2025"), ("run", "--received-by", "noon"), ("runs",)]
)
def test_wrong_arguments_are_wrong_usage(arguments: tuple[str, ...], tmp_path: Path) -> None:
    assert _in_process(tmp_path, *arguments).status == 2
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("key", [None, b"ab" * 32, b"not hexadecimal", b"abcd"])
def test_missing_or_wrong_key_stops_the_run_before_anything_is_written(
    key: bytes | None, story: Story, tmp_path: Path
) -> None:
    data = story.first.copy(tmp_path / "data")
    (data / "restricted" / "hmac.key").unlink()
    if key is not None:
        (data / "restricted" / "hmac.key").write_bytes(key)
        (data / "restricted" / "hmac.key").chmod(0o600)
    extracts.write_submission(data / "landing", BARNET, "annex_a", "2025-04")
    before = _fingerprint(data)

    ran = cypp(data, "run") if key is None else _in_process(data, "run")

    assert (ran.status, "hmac.key" in ran.err, "Traceback" in ran.err) == (2, True, False)
    assert _fingerprint(data) == before


def test_damaged_ledger_stops_the_run_and_the_warehouse_serves_on(
    story: Story, tmp_path: Path
) -> None:
    data = story.first.copy(tmp_path / "data")
    (data / "ledger" / "ledger.sqlite3").write_bytes(b"not a database" * 1000)
    before = _fingerprint(data)

    ran = _in_process(data, "run")

    assert (ran.status, "the ledger cannot be read" in " ".join(ran.err.split())) == (1, True)
    assert _fingerprint(data) == before


def test_run_without_an_accepted_submission_publishes_nothing(tmp_path: Path) -> None:
    extracts.write_bytes(
        tmp_path / "landing" / BARNET / "annex_a" / "2025-03" / "Annex A.xlsx", b""
    )

    folder = DataFolder(tmp_path)
    folder.create()

    with pytest.raises(NothingPublished, match="no submission of a local authority"):
        run_night(folder, today())

    assert not folder.warehouse_file.exists()
    assert sorted(path.name for path in (tmp_path / "landing").iterdir()) == [BARNET]


# ---------------------------------------------------------------- the same again, earlier, in another order


def test_earlier_knowledge_date_and_receipt_give_the_figures_of_then(
    story: Story, tmp_path: Path
) -> None:
    """At the earlier date the later months are unknown, and what was sent again is as it first was."""
    data = story.second.copy(tmp_path / "data")
    vintage = data / "warehouse" / "warehouse.duckdb"
    received_by = query(
        story.first.warehouse, "select max(received_at) from marts.fct_submissions"
    )[0][0]

    vintage_of = ("--as-at", "2025-02-28", "--received-by", received_by.isoformat())
    ran = cypp(data, "run", *vintage_of, command=WITHOUT_DAGSTER)

    assert ran.status == 0
    run = query(
        vintage,
        "select as_at, received_by is not null from marts.dim_runs order by started_at desc limit 1",
    )
    assert run == [(date(2025, 2, 28), True)]
    assert query(vintage, "select max(period_end) from marts.dim_periods") == [(date(2025, 2, 28),)]
    for period in ("2024-11-30", "2024-12-31"):
        figures = {
            _value(night, "cla_rate", CAMDEN, period) for night in (vintage, story.first.warehouse)
        }
        assert len(figures) == 1
    assert _value(story.second.warehouse, "cla_rate", CAMDEN, "2024-12-31") not in figures
    assert first_reported(vintage).items() <= first_reported(story.first.warehouse).items()


def test_reader_beside_two_real_runs_never_fails_and_sees_one_run_at_a_time(story: Story) -> None:
    both = {tuple(run_ids(night.warehouse)) for night in (story.first, story.second)}

    assert story.seen.errors == []
    assert story.seen.reads > 5
    assert story.seen.warehouse <= both
    assert story.seen.parquet <= both
    assert tuple(run_ids(story.first.warehouse)) in story.seen.warehouse & story.seen.parquet


def test_console_script_has_help_on_every_level() -> None:
    script = Path(sys.executable).with_name("cypp")
    for arguments in ((), ("evidence",)):
        done = subprocess.run(
            [script, *arguments, "--help"], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0
        assert "Usage" in done.stdout


def test_shipped_figures_load_whole(story: Story) -> None:
    folder = DataFolder(story.first.data)
    kept = extractions_of(folder, Ledger(folder.ledger))
    tables = {
        (landed.source, name): counts
        for landed in shipped_reference()
        for name, counts in kept[id_of_version(landed)].tables.items()
    }

    assert {name for _, name in tables} >= {
        "lait_long", "lait_dictionary", "statistical_neighbours", "earlier_neighbours", "estimates",
    }  # fmt: skip
    assert [key for key, counts in tables.items() if counts.failed or not counts.loaded] == []


@pytest.mark.parametrize(("model", "mean"), [("2025", 587.4), ("2021", 490.8)])
def test_neighbours_of_both_models_give_their_means(story: Story, model: str, mean: float) -> None:
    """Referrals, year ending March 2025 (DfE, Children in need, 2025, table C1, REF_RATE)."""
    found = query(
        story.first.warehouse,
        "select value, n_available from marts.fct_benchmarks where indicator_id = 'referrals_rate'"
        " and area_code = ? and neighbour_model = ? and period_end = date '2025-03-31'",
        f"SN-{BARNET}", model,
    )  # fmt: skip

    assert [(round(value, 1), n) for value, n in found] == [(mean, 10)]
