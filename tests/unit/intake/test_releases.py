"""Releases of Explore Education Statistics: of many files those that are wanted load, unpacked or as the ZIP."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from orchestration.intake.extract import Extraction, SubmissionFiles
from tests.reading import extract

PLACES = "time_period,time_identifier,geographic_level,country_code,country_name,region_code,region_name,new_la_code,old_la_code,la_name"
ENGLAND = "National,E92000001,England,,,,,"
BARNET = "Local authority,E92000001,England,E12000007,London,E09000003,302,Barnet"
TIMELINESS = (
    f"{PLACES},breakdown_topic,breakdown,plans_issued_den,plans_issued_den_ex,plans_issued_within_20_weeks,"
    "plans_issued_20_weeks_ex,pc_plans_issued_within_20_weeks,pc_plans_issued_20_weeks_ex,avg_weeks_issue_plan\n"
    f"2025,Calendar year,{ENGLAND},All EHC plans,All EHC plans,110,103,50,48,45.5,46.6,22.5\n"
    f"2025,Calendar year,{BARNET},All EHC plans,All EHC plans,80,76,70,69,87.5,90.8,18\n"
)
REQUESTS = f"{PLACES},breakdown_topic,breakdown,requests\n2025,Calendar year,{BARNET},All,All,9\n"
ABSENCE = "education_phase,sess_possible,sess_overall,sess_overall_percent"
TERMLY = (
    f"{PLACES},{ABSENCE}\n"
    f"202425,Autumn term,{BARNET},State-funded primary,1000,60,6\n"
    f"202425,Spring term,{BARNET},State-funded primary,800,40,5\n"
)
YEARLY = f"{PLACES},{ABSENCE}\n202425,Autumn and spring term,{BARNET},State-funded primary,1800,100,5.6\n"
OF_PUPILS = (
    f"{PLACES},breakdown_topic,breakdown,{ABSENCE}\n"
    f"202425,Autumn term,{BARNET},Sex,Female,State-funded primary,500,30,6\n"
)
OF_SCHOOLS = f"{PLACES},school_urn,school_name,{ABSENCE}\n202425,Autumn term,{BARNET},1,A,State-funded primary,50,3,6\n"
OFFERS = (
    f"{PLACES},school_phase,nc_year_admission,applications_received,no_offer\n"
    f"202627,Academic year,{ENGLAND},Primary,z,541524,401\n"
)
OTHER_OFFERS = f"{PLACES},school_phase,nc_year_admission,no_offer,preferences\n202627,Academic year,{ENGLAND},Primary,z,1,2\n"
META = "col_name,col_type,label\ntime_period,Filter,Year\n"

WANTED = {"timeliness_20_week": TIMELINESS, "absence_termly": TERMLY, "AppsandOffers_2026": OFFERS}
TABLES = {"timeliness_20_week": "ehc_timeliness", "absence_termly": "absence_terms", "AppsandOffers_2026": "admission_offers"}  # fmt: skip
OTHERS = {
    "1_requests": REQUESTS, "2_absence": YEARLY, "3_absence_sch": OF_SCHOOLS, "4_absence_char": OF_PUPILS,
}  # fmt: skip


def _unpacked(files: dict[str, str], folder: Path) -> None:
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
        (folder / f"{name}.meta.csv").write_text(META, encoding="utf-8")


def _zipped(files: dict[str, str], folder: Path) -> None:
    with zipfile.ZipFile(folder / "release.zip", "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("data-guidance/data-guidance.txt", "About the data")
        for name, text in files.items():
            package.writestr(f"data/{name}.csv", text)
            package.writestr(f"data/{name}.meta.csv", META)


def _taken_in(root: Path, source: str = "benchmarks") -> Extraction:
    area, dfe = ("national", None) if source == "benchmarks" else ("E09000003", "302")
    files = tuple(sorted((root / "in").iterdir()))
    described = SubmissionFiles("s", area, source, date(2026, 6, 30), files, 6, dfe, "test")
    return extract(described, bytes(32), root / "out")


def _folder(root: Path) -> Path:
    (root / "in").mkdir()
    return root / "in"


@pytest.mark.parametrize("sent", [_unpacked, _zipped])
@pytest.mark.parametrize("wanted", WANTED)
def test_the_wanted_file_of_a_release_loads_and_the_others_are_not_used(
    tmp_path: Path, sent: Callable[[dict[str, str], Path], None], wanted: str
) -> None:
    # A file that lacks one column only is no reason to doubt the one that has them all.
    more = {"zz_offers_other": OTHER_OFFERS} if wanted == "AppsandOffers_2026" else {}
    sent({**OTHERS, **more, wanted: WANTED[wanted]}, _folder(tmp_path))
    read = _taken_in(tmp_path)
    assert read.verdict == "accepted", read.reason
    assert read.reason == ""
    rows = pd.read_parquet(tmp_path / "out" / f"{TABLES[wanted]}.parquet")
    assert len(rows) == WANTED[wanted].count("\n") - 1
    assert {*read.tables} == {TABLES[wanted]}
    [told] = [
        finding.text_for_officers() for finding in read.findings if finding.rule == "TABLE_UNKNOWN"
    ]
    assert "not used" in told and "1_requests" in told and f"{wanted}.csv" not in told


def test_term_of_a_present_release_is_what_its_time_is(tmp_path: Path) -> None:
    _zipped({"absence_termly": TERMLY, "2_absence": YEARLY}, _folder(tmp_path))
    _taken_in(tmp_path)
    rows = pd.read_parquet(tmp_path / "out" / "absence_terms.parquet")
    assert rows["term"].tolist() == ["Autumn term", "Spring term"]
    assert rows["school_type"].tolist() == ["State-funded primary"] * 2


def test_table_is_guessed_where_no_file_has_its_signature(tmp_path: Path) -> None:
    """A file that has all but one of a table's own columns is named with the column that it lacks."""
    _unpacked({"offers": OTHER_OFFERS, "timeliness": TIMELINESS}, _folder(tmp_path))
    read = _taken_in(tmp_path)
    assert read.verdict == "accepted"
    assert "applications_received" in read.reason and read.reason.startswith("file 1, ")


def test_release_without_a_wanted_file_says_what_was_sought(tmp_path: Path) -> None:
    _zipped({"requests": REQUESTS}, _folder(tmp_path))
    read = _taken_in(tmp_path)
    assert read.verdict == "rejected"
    assert "plans_issued_den_ex" in read.reason and read.reason.startswith("file 1: ")


def test_zip_is_refused_where_no_release_is_expected(tmp_path: Path) -> None:
    _zipped({"young_people": "yp_id\n1\n"}, _folder(tmp_path))
    read = _taken_in(tmp_path, "nccis")
    assert read.verdict == "rejected"
    assert "Unpack it" in read.reason


def test_file_that_expands_too_far_costs_itself_only(tmp_path: Path) -> None:
    _zipped({"absence_termly": TERMLY + "\n" * (6 << 20), "timeliness_20_week": TIMELINESS}, _folder(tmp_path))  # fmt: skip
    read = _taken_in(tmp_path)
    assert read.verdict == "accepted"
    assert {*read.tables} == {"ehc_timeliness"}
    assert "TOO_LARGE" in read.reason and read.reason.startswith("file 1, sheet 2: ")


@pytest.mark.parametrize("n_wanted", [0, 80])
def test_zip_of_files_that_together_expand_too_far_is_refused(
    tmp_path: Path, n_wanted: int
) -> None:
    """Each of them is small enough by itself."""
    small = "\n" * (4 << 20)
    wanted = {f"absence_{n}": TERMLY + small[len(TERMLY) :] for n in range(n_wanted)}
    _zipped(wanted | {f"file_{n}": small for n in range(80 - n_wanted)}, _folder(tmp_path))

    read = _taken_in(tmp_path)

    assert (read.verdict, *read.tables) == ("rejected",)
    assert "[TOO_LARGE]" in read.reason


def test_damaged_file_of_a_release_costs_itself_only(tmp_path: Path) -> None:
    folder = _folder(tmp_path)
    with zipfile.ZipFile(folder / "release.zip", "w", zipfile.ZIP_STORED) as package:
        package.writestr("data/timeliness.csv", TIMELINESS)
        package.writestr("data/absence.csv", TERMLY)
    whole = (folder / "release.zip").read_bytes()
    (folder / "release.zip").write_bytes(whole.replace(b"1000,60,6", b"1000,61,6"))
    read = _taken_in(tmp_path)
    assert {*read.tables} == {"ehc_timeliness"}
    assert "damaged" in read.reason


def test_zip_of_a_thousand_files_is_refused(tmp_path: Path) -> None:
    _zipped({f"file_{n}": REQUESTS for n in range(600)}, _folder(tmp_path))
    read = _taken_in(tmp_path)
    assert read.verdict == "rejected"
    assert "500 files" in read.reason
