"""How headings are compared, and which line holds them."""

import pytest

from orchestration.intake.headings import find_header, normalise_heading

KNOWN = frozenset({"child unique id", "date of referral", "age"})


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
    ],
)
def test_typography_of_a_heading_does_not_matter(text: str) -> None:
    assert normalise_heading(text) == "child's legal status"


def test_punctuation_inside_a_heading_matters() -> None:
    assert normalise_heading("LA (code)") != normalise_heading("LA code")


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
