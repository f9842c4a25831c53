"""A data folder over two nights, made once for all tests that look at what `cypp run` leaves behind.

First night: the small extracts of `extracts.py`. Before the second: a new month, two workbooks sent again with changes and
with rows that must stay out, a workbook replaced by an empty file. Tests copy a night's folder and go on.
"""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import duckdb
from filelock import FileLock

from orchestration.intake.landing import OLD_MARK
from orchestration.settings import DataFolder
from orchestration.warehouse.content import content_by_table
from orchestration.warehouse.publish import OF_MANY_RUNS
from tests import canaries, extracts
from tests.commands import WITHOUT_DAGSTER, Ran, cypp
from tests.extracts import BARNET, CAMDEN
from tests.faults.polling import Seen, readers

# Recognisable values of the second night, and the rows they stand in.
CANARY_IDS = (
    "CANARY-ID-LATE",
    "CANARY-ID-UNREADABLE",
    "9.87654321E+15",
    "CANARY-ID-LOADED",
    "CANARY-ID-LONG",
)
CANARY_TEXTS = ("Canary Namesake", "Canary Kindname", "CN4 9RY", "Canary Overlong", "C987654321098")
CANARY_BORN = date(2009, 2, 17)


@dataclass(frozen=True)
class Night:
    """A data folder as a run left it."""

    data: Path
    ran: Ran

    @property
    def warehouse(self) -> Path:
        return self.data / "warehouse" / "warehouse.duckdb"

    def copy(self, target: Path) -> Path:
        """A data folder of the test's own in the same state."""
        return copy_data(self.data, target)


def copy_data(data: Path, target: Path) -> Path:
    """Copy a data folder with its links and modes."""
    return Path(shutil.copytree(data, target, symlinks=True))


def query(warehouse: Path, sql: str, *parameters: object) -> list[tuple]:
    """Rows of a published warehouse."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return connection.execute(sql, list(parameters)).fetchall()


def tables(warehouse: Path) -> list[str]:
    """The published tables and views."""
    rows = query(
        warehouse, "select table_name from information_schema.tables where table_schema = 'marts'"
    )
    return sorted(name for (name,) in rows)


def content(warehouse: Path) -> dict[str, tuple[int, int | None]]:
    """A hash of every table's content, whatever the order of its rows."""
    return content_by_table(warehouse)


def first_reported(warehouse: Path) -> dict[tuple, float]:
    """Every figure that stands now and was ever reported, with the value it had then."""
    rows = query(
        warehouse,
        "select indicator_id, area_code, basis, period_end, breakdown, breakdown_value, first_reported_value"
        " from marts.fct_indicator_values where first_reported_value is not null",
    )
    return {tuple(figure): value for *figure, value in rows}


def run_ids(warehouse: Path) -> set[str]:
    """The run id of every table but those of many runs: one, if the warehouse is of one run."""
    found = " union ".join(
        f"select run_id from marts.{name}" for name in tables(warehouse) if name not in OF_MANY_RUNS
    )
    return {run_id for (run_id,) in query(warehouse, found)}


# ---------------------------------------------------------------- the second night's deliveries


def send_again(landing: Path) -> None:
    """What arrives before the second night, among it the word that everything is invented, as version 0.2 gave it."""
    extracts.write_bytes(landing / OLD_MARK, b"SYNTHETIC\n")
    _without_child(landing, "2024-12", "SYN2020005")
    _camden_with_canaries(landing)
    _return_with_canaries(landing)
    (landing / BARNET / "annex_a" / "2025-01" / "Annex A.xlsx").unlink()
    extracts.write_bytes(landing / BARNET / "annex_a" / "2025-01" / canaries.NAMED_FILE, b"")
    extracts.write_bytes(
        landing / BARNET / "cin_census" / "2025-03" / "cin.xml", canaries.census_with_names()
    )
    canaries.write_zip(landing / BARNET / "ssda903" / "2025-03" / canaries.NAMED_ZIP)
    extracts.write_bytes(landing / canaries.NAMED_FOLDER / "2025-03" / "a.csv", b"a\n1\n")
    extracts.write_submission(landing, BARNET, "annex_a", "2025-04")


def _without_child(landing: Path, month: str, child_id: str) -> dict[str, extracts.Grid]:
    """Camden's workbook of a month without the period of care of a child."""
    sheets = extracts.annex_a(CAMDEN, extracts.month_end(month))
    sheets["List 8"] = [row for row in sheets["List 8"] if row[0] != child_id]
    extracts.write_workbook(landing / CAMDEN / "annex_a" / month / "Annex A.xlsx", sheets)
    return sheets


def _camden_with_canaries(landing: Path) -> None:
    """A period of care is gone; rows with recognisable values load, are kept out, or stand in no template."""
    sheets = _without_child(landing, "2025-03", "SYN2020009")
    referrals = sheets["List 3"]
    template = dict(zip(referrals[0], referrals[1], strict=True))
    days = (date(2025, 4, 1), "32/13/2024", date(2025, 2, 3), date(2025, 2, 4))
    for child_id, day in zip(CANARY_IDS, days, strict=False):
        row = {
            **template,
            "Child Unique ID": child_id,
            "Date of Referral": day,
            "Date of Birth": CANARY_BORN,
        }
        referrals.append([*{**row, "Allocated Worker": "Canary Namesake"}.values()])
    for number, row in enumerate(referrals):
        row.append("Canary Kindname" if number else canaries.NAMED_HEADING)
    sheets[canaries.NAMED_SHEET] = [["Team", "Notes"], ["North", "Canary Overlong"]]
    care = sheets["List 8"]
    for row in care[1:]:
        row[care[0].index("Placement postcode")] = "CN4 9RY"
    extracts.write_workbook(landing / CAMDEN / "annex_a" / "2025-03" / "Annex A.xlsx", sheets)


def _return_with_canaries(landing: Path) -> None:
    """Barnet's return again, with a UPN, a date of birth and a row that has shifted."""
    tables = extracts.ssda903(BARNET, extracts.month_end("2025-03"))
    header, reviews = tables["header"], tables["reviews"]
    header.append(["CANARY-ID-LOADED", "F", CANARY_BORN, "WBRI", "C987654321098", 0, None])
    reviews.append(["CANARY-ID-LONG", CANARY_BORN, date(2024, 9, 12), "PN1", "Canary Overlong"])
    for name in ("header", "reviews"):
        extracts.write_csv(landing / BARNET / "ssda903" / "2025-03" / f"{name}.csv", tables[name])


# ---------------------------------------------------------------- made once


@dataclass(frozen=True)
class Story:
    """Both nights, the data folder in which they were, what a third run said that found nothing new, and what a
    reader saw during the second.
    """

    first: Night
    second: Night
    idle: Ran
    data: Path
    seen: Seen


def tell(folder: Path) -> Story:
    """The two nights, in a folder that all test processes share; whoever comes first makes them.

    CYPP_STORY names another one, in which slices of a long proof find them again. It must be of the same code.
    """
    folder = Path(os.environ.get("CYPP_STORY", folder))
    data, first, second = (folder / name for name in ("data", "first", "second"))
    idle, seen = folder / "idle.json", folder / "seen.json"
    with FileLock(f"{folder}.lock"):
        if not seen.exists():
            folder.mkdir(parents=True)
            DataFolder(data).create()
            extracts.write_landing(data / "landing")
            _keep(cypp(data, "run", command=WITHOUT_DAGSTER), data, first)
            send_again(data / "landing")
            with readers(data, folder / "stop", count=1, pause=2) as saw:
                ran = cypp(data, "run")
            _keep(ran, data, second)
            idle.write_text(json.dumps(asdict(cypp(data, "run"))))
            seen.write_text(saw.as_json())
    said = Ran(**json.loads(idle.read_text()))
    return Story(_kept(first), _kept(second), said, data, Seen().add(seen.read_text()))


def _keep(ran: Ran, data: Path, night: Path) -> None:
    copy_data(data, night)
    night.with_name(f"{night.name}.json").write_text(json.dumps(asdict(ran)))


def _kept(night: Path) -> Night:
    return Night(night, Ran(**json.loads(night.with_name(f"{night.name}.json").read_text())))
