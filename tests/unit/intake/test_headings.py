"""How headings are compared, and which line holds them."""

from itertools import combinations

import pytest

from expectations.contract import contract_for, sources
from orchestration.intake.readers import Block
from orchestration.intake.tables.headings import find_header, normalise_heading
from orchestration.intake.tables.recognise import recognise

KNOWN = frozenset(map(normalise_heading, {"child unique id", "date of referral", "age"}))


@pytest.mark.parametrize(
    "text",
    [
        "Child's Legal Status",
        " child\u2019s  legal status ",
        "\ufeffChild\u00b4s Legal\u00a0Status",
        "CHILD'S_LEGAL_STATUS",
        "Child's Legal\nStatus:",
        "Child's Legal Status *",
        "Child's Legal Status?",
        "\uff23hild's Legal Status.",
        "ChildsLegalStatus",
        "LegalStatus",
        "legal-status",
    ],
)
def test_capitals_blanks_marks_and_a_leading_possessive_do_not_matter(text: str) -> None:
    wanted = {normalise_heading("Child's Legal Status"), normalise_heading("Childs Legal Status")}
    assert normalise_heading(text) in wanted


@pytest.mark.parametrize(
    ("one", "other"), [("Date of Birth", "Date of Death"), ("Child ID", "ID"), ("B1", "B2")]
)
def test_other_words_are_another_heading(one: str, other: str) -> None:
    assert normalise_heading(one) != normalise_heading(other)


@pytest.mark.parametrize("source", sources())
def test_no_two_columns_of_a_table_are_headed_alike(source: str) -> None:
    for table in contract_for(source).tables.values():
        for (_, one), (_, other) in combinations(table.columns.items(), 2):
            alike = set(map(normalise_heading, one.names)) & set(
                map(normalise_heading, other.names)
            )
            assert not alike or {*one.names} & {*other.names}, alike


def test_row_with_most_known_headings_is_the_header() -> None:
    rows = [["Age"], ["Child Unique ID", "Date of Referral", "Other"], ["A1", "01/02/2024", "x"]]

    found = find_header(rows, KNOWN)

    assert found is not None
    assert (found.row, found.headings) == (2, ("Child Unique ID", "Date of Referral", "Other"))


def test_first_of_two_equal_header_rows_is_taken() -> None:
    rows = [["Age", "Child Unique ID"], ["Age", "Child Unique ID"]]

    found = find_header(rows, KNOWN)

    assert found is not None
    assert found.row == 1


def test_one_known_heading_among_many_is_not_a_header() -> None:
    assert find_header([["Age", "Weight", "Height"]], KNOWN) is None


def test_one_known_heading_of_two_is_a_header() -> None:
    assert find_header([["Age", "Weight"]], KNOWN) is not None


def test_duplicates_are_judged_by_the_normalised_heading() -> None:
    found = find_header([["Age", "Child Unique ID", "AGE "]], KNOWN)

    assert found is not None
    assert found.duplicates(KNOWN) == ["Age"]


def test_column_that_nobody_reads_may_stand_there_twice() -> None:
    found = find_header([["Age", "Child Unique ID", "SNP", "SNP"]], KNOWN)

    assert found is not None
    assert found.duplicates(KNOWN) == []


def test_unnamed_columns_are_no_duplicates() -> None:
    found = find_header([["", "Age", "", "Child Unique ID", ""]], KNOWN)

    assert found is not None
    assert found.duplicates(KNOWN) == []
    assert found.places == (1, 3)
    assert found.width == 4


@pytest.mark.parametrize("source", sources())
@pytest.mark.parametrize("sheet", [None, "Cover"])
def test_block_of_other_headings_is_no_table_of_any_source(source: str, sheet: str | None) -> None:
    block = Block(sheet, 1, ("Weight", "Height", "Colour"), ([1], [2], [3]), (2,))
    found = recognise(contract_for(source), [("x.csv", [block])])
    assert (found.blocks, found.failed) == ({}, frozenset())
    assert [finding.rule for finding in found.findings] == ["TABLE_UNKNOWN"]
