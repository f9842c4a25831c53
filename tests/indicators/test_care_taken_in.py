"""What rows on care, permanence and care leavers count as, decided while the file is taken in (SC13 to SC22)."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import duckdb
import pytest

from expectations.checks import UNMAPPED
from expectations.contract import contract_for
from orchestration.intake.kept.raw_tables import raw_schema
from orchestration.intake.tables.codes import CodeReader
from tests.empty_project import Build
from tests.indicators.taking_in import annex_a, ssda903

YOUNG_PERSON = {"Child Unique ID": "SYN1", "Date of Birth": "10/05/2005"}
CHILD = {"CHILD": "SYN1"}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("b) Former relevant", "former_relevant"),
        ("Former Relevant", "former_relevant"),
        ("Former relevant 18-20", "former_relevant"),
        ("c) Young person: former relevant child", "former_relevant"),
        ("a) Relevant", "relevant"),
        ("Relevant", "relevant"),
        ("c) Qualifying", "qualifying"),
        ("d) Eligible", "eligible"),
        ("formerly looked after", UNMAPPED),
        (None, None),
    ],
)
def test_eligibility_is_told_by_the_words_former_relevant(
    tmp_path: Path, text: str | None, code: str | None
) -> None:
    table = annex_a(tmp_path, 9, {**YOUNG_PERSON, "Eligibility Category": text})
    assert [row["eligibility_code"] for row in table.rows] == [code]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("c) Died", "DIED"),
        ("f) Rhom", "RHOM"),
        ("b) No", "NO"),
        ("RHOM", "RHOM"),
        ("d) Refu", "REFU"),
    ],
)
def test_letter_prefix_of_an_answer_is_ignored(tmp_path: Path, text: str, code: str) -> None:
    row = {**YOUNG_PERSON, "Eligibility Category": "b) Former relevant", "LA in Touch": text}
    assert [row["in_touch_code"] for row in annex_a(tmp_path, 9, row).rows] == [code]


@pytest.mark.parametrize(
    ("text", "code"), [("F4: apprenticeship", "F4"), ("P3", "P3"), ("Z9", UNMAPPED)]
)
def test_activity_is_the_code_before_the_colon(tmp_path: Path, text: str, code: str) -> None:
    row = {**YOUNG_PERSON, "Eligibility Category": "b) Former relevant", "Activity Status": text}
    assert [row["activity_code"] for row in annex_a(tmp_path, 9, row).rows] == [code]


# One code is the beginning of others: E1 is a legal status, E11 a reason to cease.
def test_legal_status_and_cease_reason_are_parsed_by_their_own_columns(tmp_path: Path) -> None:
    table = annex_a(
        tmp_path,
        8,
        {
            **YOUNG_PERSON,
            "Date Started to be Looked After": "01/02/2023",
            "Child's Legal Status": "a) E1: Placement order",
            "Date Ceased to be Looked After": "01/02/2025",
            "Reason Ceased to be Looked After": "E11 - Adopted",
        },
    )
    assert [(row["legal_status_code"], row["end_reason_code"]) for row in table.rows] == [
        ("E1", "E11")
    ]


@pytest.mark.parametrize(
    ("list_name", "code", "first_year", "last_year"),
    [
        ("activity", "F3", 2018, 2021),
        ("activity", "P3", 2018, 2021),
        ("activity", "F4", 2022, 2030),
        ("activity", "P5", 2022, 2030),
        ("cease_reason", "E45", 2019, 2030),
        # a return restates episodes of earlier years, so the code must reach the measure as it is
        ("cease_reason", "E43", 2018, 2030),
        ("change_reason", "CUSTOD", 2019, 2030),
        ("placement", "K3", 2025, 2030),
        ("placement", "Z11", 2026, 2030),
        ("placement", "H5", 2018, 2030),
        ("sex", "1", 2018, 2030),
        ("sex", "M", 2018, 2030),
    ],
)
def test_code_of_the_return_is_known_in_the_collection_years_that_have_it(
    list_name: str, code: str, first_year: int, last_year: int
) -> None:
    def is_known(year: int) -> bool:
        codes = contract_for("ssda903", year).code_lists[list_name]
        return CodeReader(codes, {}).read(code) != UNMAPPED

    assert [year for year in range(2018, 2031) if is_known(year)] == list(
        range(first_year, last_year + 1)
    )


def test_incident_of_one_child_start_and_type_counts_once_and_types_are_told_apart(
    tmp_path: Path,
) -> None:
    incident = {**CHILD, "MIS_START": "02/09/2024"}
    table = ssda903(
        tmp_path,
        "missing",
        {**incident, "MISSING": "M", "MIS_END": "03/09/2024"},
        {**incident, "MISSING": "M", "MIS_END": "04/09/2024"},
        {**incident, "MISSING": "A", "MIS_END": None},
    )
    assert [(row["missing_type_code"], row["end_date"]) for row in table.rows] == [
        ("M", date(2024, 9, 3)),
        ("A", None),
    ]
    assert (table.deduplicated, table.quarantined) == (1, 0)


def test_incident_that_ends_before_it_starts_is_quarantined(tmp_path: Path) -> None:
    table = ssda903(
        tmp_path,
        "missing",
        {**CHILD, "MISSING": "M", "MIS_START": "02/09/2024", "MIS_END": "01/09/2024"},
    )
    assert (table.rows, table.quarantined) == ([], 1)


def test_adoption_case_without_an_order_is_kept_and_one_after_the_as_at_date_is_not(
    tmp_path: Path,
) -> None:
    case = {
        **YOUNG_PERSON,
        "Date the Child Entered Care": "01/02/2023",
        "Date of Placement Order": "01/02/2024",
    }
    table = annex_a(
        tmp_path,
        10,
        case,
        {**case, "Child Unique ID": "SYN2", "Date of Adoption Order": "01/04/2025"},
        {**case, "Child Unique ID": "SYN3", "Date of Adoption Order": "31/03/2025"},
    )
    assert [row["adoption_order_date"] for row in table.rows] == [None, date(2025, 3, 31)]
    assert table.quarantined == 1


def test_list_8_row_with_reason_x1_has_not_ended(project: Build) -> None:
    """Another episode begins the same day (SSDA903 guide, 'Reason episode ceased')."""
    with duckdb.connect() as connection:
        connection.execute(
            "create table list_8 as select *, true as has_period_of_care, null as empty from (values"
            " ('on', date '2026-01-31', 'X1'), ('left', date '2026-01-31', 'E4A'), ('here', null, null),"
            " ('unread', date '2026-01-31', null)) as rows(child_key, end_date, end_reason_code)"
        )
        text = project.sql("stg_annex_a__list_8")
        for name in raw_schema(contract_for("annex_a").tables["list_8"]).names:
            connection.execute(f"alter table list_8 add column if not exists {name} varchar")
        rows = connection.sql(
            re.sub(r"from\s+(read_parquet\(.*?\)|'[^']*')", "from list_8", text, flags=re.DOTALL)
        )
        found = {
            child: told
            for child, *told in rows.select("child_key, end_date, end_reason_code").fetchall()
        }
    assert found == {
        "on": [None, None],
        "left": [date(2026, 1, 31), "E4A"],
        "here": [None, None],
        "unread": [date(2026, 1, 31), None],
    }
