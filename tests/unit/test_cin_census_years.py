"""What a children in need census may hold, by the year in which it ends, 2017 to 2027."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from expectations.contract import contract_for
from orchestration.intake.cover import month_end
from orchestration.intake.extract import Extraction, SubmissionFiles
from tests.indicators.taking_in import CENSUS, CENSUS_CHILD
from tests.reading import extract

BASE = {
    "header", "children", "disabilities", "cin_details", "assessments", "assessment_factors", "section47",
    "child_protection_plans", "reviews",
}  # fmt: skip
NEW_MODULES = {2022: {"cin_plans"}, 2027: {"pre_proceedings"}}
NEW_CODES = {
    2021: {("assessment_factor", code) for code in ("18B", "18C", "19B", "19C")},
    2022: {("assessment_factor", "24A")},
    2023: {("referral_source", "5D"), ("cin_closure_reason", "RC9")},
}
YEARS = range(2017, 2028)


def _codes(year: int) -> set[tuple[str, str]]:
    lists = contract_for("cin_census", year).code_lists
    return {(name, code) for name, codes in lists.items() for code in codes}


@pytest.mark.parametrize("year", YEARS)
def test_modules_of_a_year(year: int) -> None:
    new = (modules for since, modules in NEW_MODULES.items() if since <= year)
    assert set(contract_for("cin_census", year).tables) == BASE.union(*new)


@pytest.mark.parametrize("year", YEARS[1:])
def test_codes_that_a_year_brings_and_none_that_it_drops(year: int) -> None:
    assert _codes(year) - _codes(year - 1) == NEW_CODES.get(year, set())
    assert _codes(year - 1) <= _codes(year)


def test_both_codings_of_sex_are_read_in_every_year() -> None:
    for year in YEARS:
        columns = contract_for("cin_census", year).tables["children"].columns
        assert {columns["sex_code"].heading, columns["gender_code"].heading} == {
            "Sex",
            "GenderCurrent",
        }


def _census_of(folder: Path, year: int, details: str, further: str = "") -> Extraction:
    content = CENSUS.replace("2025", str(year)).format(
        children=CENSUS_CHILD.format(child="SYN1", identifiers=further, details=details)
    )
    file = folder / "census.xml"
    file.write_text(content, encoding="utf-8")
    submission = SubmissionFiles(
        "test", "E09000003", "cin_census", month_end(f"{year}-03"), (file,), 6, "302", "test"
    )
    return extract(submission, b"not a key of any data folder", folder / "raw")


REFERRAL = (
    "<CINdetails><CINreferralDate>{year}-02-03</CINreferralDate>{modules}"
    "<ReferralNFA>false</ReferralNFA></CINdetails>"
)
PLAN_DATES = "<CINPlanDates><CINPlanStartDate>{year}-02-10</CINPlanStartDate></CINPlanDates>"
PRE_PROCEEDINGS = (
    "<PreProceedingsandFGDM><PPStartDate>{year}-02-10</PPStartDate></PreProceedingsandFGDM>"
)


@pytest.mark.parametrize(
    ("year", "modules", "expected"),
    [
        (2017, "", set()),
        (2021, PLAN_DATES, {"TABLE_UNKNOWN"}),
        (2022, PLAN_DATES, set()),
        (2026, PLAN_DATES + PRE_PROCEEDINGS, {"TABLE_UNKNOWN"}),
        (2027, PLAN_DATES + PRE_PROCEEDINGS, set()),
        (2027, "<StrategyMeeting><Held>true</Held></StrategyMeeting>", {"UNKNOWN_ELEMENTS"}),
    ],
)
def test_element_that_is_not_of_the_year_is_named_and_left_out(
    tmp_path: Path, year: int, modules: str, expected: set[str]
) -> None:
    details = REFERRAL.format(year=year, modules=modules).replace("{year}", str(year))
    extraction = _census_of(tmp_path, year, details)
    assert (extraction.verdict, extraction.as_at_date) == ("accepted", date(year, 3, 31))
    found = {finding.rule: finding.severity for finding in extraction.findings}
    assert found == dict.fromkeys(expected, "warn")
    assert extraction.tables["cin_details"].loaded == 1


@pytest.mark.parametrize(("year", "is_flagged"), [(2022, True), (2023, False)])
def test_code_of_a_later_year_is_flagged_and_its_row_kept(
    tmp_path: Path, year: int, is_flagged: bool
) -> None:
    closed = (
        f"<CINclosureDate>{year}-03-03</CINclosureDate><ReasonForClosure>RC9</ReasonForClosure>"
    )
    extraction = _census_of(tmp_path, year, REFERRAL.format(year=year, modules=closed))
    assert ("code_unknown" in {finding.rule for finding in extraction.findings}) == is_flagged
    assert extraction.tables["cin_details"].loaded == 1
