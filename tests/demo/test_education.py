"""The education extracts: layouts that the product takes in, joins between them, the same bytes."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from expectations.contract import contract_for
from orchestration.demo.areas import Area
from orchestration.demo.days import last_day, parse_month
from orchestration.demo.education import grades, intensities
from orchestration.demo.education.calendar import (
    academic_year,
    easter_month,
    offer_day,
    school_weeks,
)
from orchestration.demo.education.schooling import Schooling
from orchestration.demo.education.spread import evened
from orchestration.demo.education.write import (
    BUILDERS,
    EducationExtract,
    education_extracts,
    national_extracts,
    write_education,
    write_national,
)
from orchestration.demo.history import simulate
from orchestration.demo.pupil_numbers import CHECK_LETTERS, pupil_numbers
from orchestration.demo.return_children import Return, header
from orchestration.demo.view import View
from orchestration.intake.cover import month_end
from orchestration.intake.extract import SubmissionFiles
from orchestration.intake.landing import is_extract
from tests.demo.test_draws import day
from tests.reading import extract

FIRST, LAST = parse_month("2023-09"), parse_month("2025-02")
SMALL = Area("E09000002", "A small borough", {2020: 30_000.0}, records_away=True, dfe_code="301")
# What a supplier's own mistakes lead to, and what older headings or older plans are said to be.
PLANTED = {
    "DUPLICATE_SAME", "ROWS_REPEATED", "code_unknown", "unreadable", "above_limit", "not_placed", "COLUMN_RENAMED",
    "BEFORE_COVER",
}  # fmt: skip


@pytest.fixture(scope="module")
def schooling() -> Schooling:
    return Schooling(simulate(SMALL, 7, FIRST, LAST))


@pytest.fixture(scope="module")
def landing(schooling: Schooling, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The newest extract of each source."""
    folder = tmp_path_factory.mktemp("education") / "landing"
    newest = {one.source: one for one in education_extracts(FIRST, LAST)}
    for one in newest.values():
        write_education(folder, schooling, one)
    for one in {one.source: one for one in national_extracts(FIRST, LAST)}.values():
        write_national(folder, [(SMALL, schooling.draws)], one)
    return folder


def file_of(landing: Path, name: str) -> pd.DataFrame:
    (path,) = landing.rglob(f"{name}.csv")
    return pd.read_csv(path, dtype=str, keep_default_na=False)


SOURCES = (*BUILDERS, "gias", "ofsted_mi")


@pytest.mark.parametrize("source", SOURCES)
def test_extract_is_taken_in_without_remark(landing: Path, source: str, tmp_path: Path) -> None:
    (folder,) = landing.glob(f"*/{source}/*")
    paths = tuple(sorted(filter(is_extract, folder.iterdir())))
    files = SubmissionFiles(
        "0" * 16, folder.parts[-3], source, month_end(folder.name), paths, 6, "301", "test"
    )
    extraction = extract(files, bytes(32), tmp_path / "raw")
    assert {finding.rule for finding in extraction.findings} <= PLANTED
    counts = [count for count in extraction.tables.values() if count.received]
    assert counts and all(count.quarantined <= 0.005 * count.received + 1 for count in counts)


@pytest.mark.parametrize("source", SOURCES)
def test_headings_are_those_of_the_contract(landing: Path, source: str) -> None:
    tables = contract_for(source).tables.values()
    known = {
        heading
        for table in tables
        for column in table.columns.values()
        for heading in (column.heading, *column.aliases)
    }
    for path in landing.glob(f"*/{source}/*/*.csv"):
        found = path.read_text(encoding="utf-8").splitlines()[0].split(",")
        assert set(found) <= known, path.name
        needed = [
            {column.heading for column in table.columns.values() if column.required}
            for table in tables
        ]
        assert source == "ofsted_mi" or any(headings <= set(found) for headings in needed)


def test_looked_after_pupils_have_the_number_of_their_return(schooling: Schooling) -> None:
    view = View(schooling.history, parse_month("2024-03"), last_day(parse_month("2024-03")) + 56)
    returned = set(header(Return(view))["UPN"])
    for source, name, month in (("ks2", "ks2", "2024-12"), ("ks4", "ks4_pupil", "2025-02")):
        pupils = BUILDERS[source](schooling, parse_month(month))[name]
        cared_for = pupils.loc[pupils["cla_flag"] == "1", "upn"]
        assert len(cared_for)
        assert set(cared_for) <= returned
        assert cared_for.str[1:4].eq("999").all()


def test_pupils_with_a_plan_are_known_to_sen2(schooling: Schooling) -> None:
    persons = BUILDERS["sen2"](schooling, parse_month("2024-03"))["person"]
    pupils = BUILDERS["ks2"](schooling, parse_month("2024-12"))["ks2"]
    planned = pupils[(pupils["senprovision"] == "E") & (pupils["cla_flag"] == "0")]
    assert len(planned) > 10
    assert set(planned["upn"]) <= set(persons["upn"])
    assert pupils["upn"].is_unique


def test_one_school_list_serves_every_extract(landing: Path, schooling: Schooling) -> None:
    (path,) = landing.rglob("edubasealldata*.csv")
    known = set(pd.read_csv(path, dtype=str)["URN"])
    assert set(pd.read_csv(next(landing.rglob("Management*.csv")), dtype=str)["URN"]) == known
    assert set(file_of(landing, "attendance")["urn"]) <= known
    offers = set(file_of(landing, "admissions")["offer_urn"]) - {""}
    assert offers <= known
    for name in ("ks2", "ks4_pupil"):
        pupils = file_of(landing, name)
        here = pupils[pupils["laestab"].str.startswith("301")]
        assert set(here["urn"]) <= known
        assert 0.97 < len(here) / len(pupils) <= 1


def test_pupil_numbers_are_valid_and_nobodys(landing: Path) -> None:
    for upn in file_of(landing, "ks2")["upn"]:
        total = sum(int(digit) * weight for weight, digit in enumerate(upn[1:], start=2))
        assert upn[0] == CHECK_LETTERS[total % 23]
        assert upn[1:4] in ("998", "999")
    assert pupil_numbers(999, np.array([1]))[0] == "C999000000001"


def test_ids_say_that_they_are_invented(landing: Path) -> None:
    for name, column in (
        ("nccis", "yp_id"), ("admissions", "application_id"), ("person", "persontableid"),
        ("requests", "requeststableid"), ("ks4_results", "qan"),
    ):  # fmt: skip
        assert file_of(landing, name)[column].str.startswith("SYN").all()
    assert file_of(landing, "epep")["child_id"].str.startswith("SYN").mean() > 0.9


def test_results_add_up_to_the_scores_given(landing: Path) -> None:
    """Attainment 8 of one pupil, worked out from the file of results by the rules of the guide."""
    pupils = file_of(landing, "ks4_pupil").set_index("upn")
    results = file_of(landing, "ks4_results").sort_values("exam_date", kind="stable")
    results = results.drop_duplicates(["upn", "discount_code"])
    given = pupils[(pupils["att8"] != "") & (pupils.index.isin(results["upn"]))].head(60)
    for upn, pupil in given.iterrows():
        assert _attainment8(results[results["upn"] == upn]) == float(pupil["att8"])


def _attainment8(rows: pd.DataFrame) -> float:
    points = {bucket: [] for bucket in ("ENGLANG", "ENGLIT", "MATHS", "COMBSCI", "EBACC", "OPEN")}
    for row in rows.itertuples():
        if row.points:
            value = float(row.points)
        elif row.grade == "U":
            value = 0.0
        else:
            value = sum(map(int, row.grade)) / len(row.grade)
        points[row.a8_bucket] += [value] * (2 if row.a8_bucket == "COMBSCI" else 1)
    english = sorted(points["ENGLANG"] + points["ENGLIT"], reverse=True)
    both = bool(points["ENGLANG"]) and bool(points["ENGLIT"])
    slots = sorted(points["COMBSCI"] + points["EBACC"], reverse=True)
    left = sorted(slots[3:] + points["OPEN"] + (english[1:] if both else []), reverse=True)
    first = english[0] * (2 if both else 1) if english else 0.0
    return first + 2 * sum(points["MATHS"]) + sum(slots[:3]) + sum(left[:3])


@pytest.mark.parametrize(
    ("points", "score"),
    [
        ({"LANG": 7, "LIT": 5, "MATH": 6, "COMB": 5.5, "HIST": 7, "ART": 8, "RS": 6, "MUSIC": 4}, 63.0),
        ({"LANG": 6}, 6.0),
        ({}, 0.0),
    ],
)  # fmt: skip
def test_attainment8_of_hand_worked_pupils(points: dict[str, float], score: float) -> None:
    """Both English, one of them, no result (dbt_project/docs/education.md, 'Key stage 4')."""
    found = {name: np.array([points.get(name, np.nan)]) for name in grades.SUBJECTS}
    assert grades.attainment8(found).score[0] == score


def test_a_month_is_the_same_whenever_it_is_written(schooling: Schooling, tmp_path: Path) -> None:
    """Another last month of the simulation changes no byte."""
    longer = Schooling(simulate(SMALL, 7, FIRST - 3, LAST + 4))
    for one in (
        EducationExtract("ks4", parse_month("2025-02")),
        EducationExtract("sen2", parse_month("2024-12")),
        EducationExtract("nccis", parse_month("2025-01")),
        EducationExtract("epep", parse_month("2025-01")),
    ):
        for name, of in (("one", schooling), ("other", longer)):
            write_education(tmp_path / name, of, one)
    for path in (tmp_path / "one").rglob("*.csv"):
        assert (
            path.read_bytes()
            == (tmp_path / "other" / path.relative_to(tmp_path / "one")).read_bytes()
        )


def test_only_the_extracts_that_exist_are_written() -> None:
    found = education_extracts(parse_month("2020-01"), parse_month("2021-12"))
    months = {source: [one.month for one in found if one.source == source] for source in BUILDERS}
    # No assessments at eleven in 2020 and 2021; results of 2019, 2020, 2021 and their revision.
    assert months["ks2"] == []
    assert months["ks4"] == [parse_month(m) for m in ("2020-02", "2020-10", "2021-02", "2021-10")]
    assert parse_month("2020-04") in months["attendance"] and easter_month(2024) == parse_month(
        "2024-03"
    )
    assert len(months["epep"]) == 6
    assert {one % 12 + 1 for one in months["nccis"]} == {12, 1, 2}


def test_offers_are_made_on_offer_day(landing: Path) -> None:
    rows = file_of(landing, "admissions")
    phase, year = rows["phase"].iloc[0], int(rows["entry_year"].iloc[0])
    assert offer_day("SEC", 2026) == day("2026-03-02")
    offered = rows[rows["offer_date"] != ""]
    assert {day(text) for text in offered["offer_date"]} == {offer_day(phase, year)}


def test_weeks_lie_in_the_school_year(landing: Path) -> None:
    weeks = school_weeks(2025)
    assert 37 <= len(weeks) <= 40
    assert ((weeks + 3) % 7 == 0).all()
    assert {academic_year(int(one)) for one in weeks} == {2025}


def test_more_intensity_gives_more(schooling: Schooling, monkeypatch: pytest.MonkeyPatch) -> None:
    before = BUILDERS["nccis"](schooling, LAST)["nccis"]
    monkeypatch.setattr(intensities, "NEET", {2025: 0.05})
    after = BUILDERS["nccis"](schooling, LAST)["nccis"]
    codes = [str(code) for code in intensities.NEET_ACTIVITIES]
    counts = [frame["activity_code"].astype(str).isin(codes).sum() for frame in (before, after)]
    assert counts[1] > 5 * counts[0]


def test_evened_draws_keep_their_order_and_fill_the_span() -> None:
    levels, groups = np.array([0.9, 0.1, 0.5, 0.4]), np.array([1, 1, 1, 2])
    assert evened(levels, groups).tolist() == pytest.approx([5 / 6, 1 / 6, 0.5, 0.5])
    assert evened(np.zeros(0)).size == 0


def test_updates_cover_nearly_all_actions(schooling: Schooling) -> None:
    frame = BUILDERS["plan_updates"](schooling, parse_month("2024-12"))["plan_updates"]
    text = io.StringIO(frame.to_csv(index=False))
    rows = pd.read_csv(text, dtype=str, keep_default_na=False)
    assert 60 <= len(rows) < 73
    assert set(rows["rag"]) <= {"RED", "AMBER", "GREEN", "BLUE", ""}
    assert not rows[rows["rag"] == "RED"]["risk"].eq("").any()
