"""What a row of list 5, list 6 or the census counts as: enquiries, conferences, cases (SC05 to SC08), categories of abuse.

The boundaries of dates that SQL decides stand beside the models, in dbt_project/models.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.extracts import Cell
from tests.indicators.taking_in import annex_a, census

CHILD: dict[str, Cell] = {"Child Unique ID": "SYN1", "Gender": "a) Male"}
STARTED = "Strategy discussion initiating Section 47 Enquiry Start Date"
HELD = "Date of Initial Child Protection Conference"
UNNECESSARY = "Was an Initial Child Protection Conference deemed unnecessary?"
CASE_START, CASE_END, STATUS = "CIN Start Date", "CIN Closure Date", "Case Status"
DETAILS = (
    "<CINdetails><CINreferralDate>2025-01-06</CINreferralDate>{modules}"
    "<ReferralNFA>{nfa}</ReferralNFA></CINdetails>"
)


def _enquiry(started: str | None, held: str | None, required: str = "false") -> str:
    start = f"<S47ActualStartDate>{started}</S47ActualStartDate>" if started else ""
    conference = f"<DateOfInitialCPC>{held}</DateOfInitialCPC>" if held else ""
    return (
        f"<Section47>{start}{conference}<ICPCnotRequired>{required}</ICPCnotRequired></Section47>"
    )


def _details(*modules: str, nfa: str = "false") -> str:
    return DETAILS.format(modules="".join(modules), nfa=nfa)


# ---------------------------------------------------------------- list 5: one row, two kinds of record


@pytest.mark.parametrize(
    ("started", "held", "carries", "n_quarantined"),
    [
        ("03/02/2025", "17/02/2025", (True, True), 0),
        ("03/02/2025", None, (True, False), 0),
        (None, "17/02/2025", (False, True), 0),
        # a day after the as-at date, or one that cannot be read, costs its own record only
        ("01/04/2025", "17/02/2025", (False, True), 0),
        ("03/02/2025", "sometime", (True, False), 0),
        ("01/04/2025", "01/04/2025", None, 1),
        (None, None, None, 1),
    ],
)
def test_row_of_list_5_is_split_and_set_aside_only_if_nothing_of_it_is_left(
    tmp_path: Path,
    started: str | None,
    held: str | None,
    carries: tuple[bool, bool] | None,
    n_quarantined: int,
) -> None:
    table = annex_a(tmp_path, 5, {**CHILD, STARTED: started, HELD: held})
    assert table.quarantined == n_quarantined
    told = [(row["has_section47"], row["has_conference"]) for row in table.rows]
    assert told == ([] if carries is None else [carries])


def test_enquiry_counts_whether_or_not_a_conference_was_necessary(tmp_path: Path) -> None:
    table = annex_a(
        tmp_path, 5,
        {**CHILD, STARTED: "03/02/2025", UNNECESSARY: "a) Yes"},
        {**CHILD, "Child Unique ID": "SYN2", STARTED: "03/02/2025", UNNECESSARY: "b) No"},
    )  # fmt: skip
    assert len(table.carrying("section47")) == 2


def test_two_enquiries_of_a_child_are_two_and_of_one_day_one(tmp_path: Path) -> None:
    table = annex_a(
        tmp_path, 5,
        {**CHILD, STARTED: "03/02/2025"},
        {**CHILD, STARTED: "10/03/2025"},
        {**CHILD, STARTED: "10/03/2025", UNNECESSARY: "a) Yes"},
    )  # fmt: skip
    days = [row["strategy_discussion_date"] for row in table.carrying("section47")]
    assert days == [date(2025, 2, 3), date(2025, 3, 10)]
    assert table.deduplicated == 1


def test_repeated_enquiry_still_carries_its_second_conference(tmp_path: Path) -> None:
    table = annex_a(
        tmp_path, 5,
        {**CHILD, STARTED: "03/02/2025", HELD: "17/02/2025"},
        {**CHILD, STARTED: "03/02/2025", HELD: "24/02/2025"},
    )  # fmt: skip
    told = [(row["has_section47"], row["has_conference"]) for row in table.rows]
    assert told == [(True, True), (False, True)]


# ---------------------------------------------------------------- which record of a conference stands

# of the starts in file order, the one by which a conference of 17 February is timed
SEVERAL = [
    (["2025-01-06", "2025-02-03"], "2025-02-03"),
    (["2025-02-03", "2025-01-06"], "2025-02-03"),
    (["2025-02-18", "2025-02-17", "2025-02-03"], "2025-02-17"),
    (["2025-02-20", "2025-02-18"], "2025-02-20"),
    ([None, "2025-02-18"], "2025-02-18"),
    ([None, "2025-02-18", "2025-01-06"], "2025-01-06"),
    ([None, None], None),
]


@pytest.mark.parametrize(("starts", "expected"), SEVERAL)
def test_of_several_enquiries_with_one_conference_the_latest_before_it_times_it(
    tmp_path: Path, starts: list[str | None], expected: str | None
) -> None:
    enquiries = (_enquiry(start, "2025-02-17") for start in starts)
    table = census(tmp_path, "section47", _details(*enquiries))
    [conference] = table.carrying("conference")
    read = conference["strategy_discussion_date"]
    assert (read and read.isoformat()) == expected
    assert len(table.carrying("section47")) == len({start for start in starts if start})


def test_list_5_times_a_conference_by_the_latest_enquiry_before_it(tmp_path: Path) -> None:
    table = annex_a(
        tmp_path, 5,
        {**CHILD, STARTED: "06/01/2025", HELD: "17/02/2025"},
        {**CHILD, STARTED: "03/02/2025", HELD: "17/02/2025"},
        {**CHILD, STARTED: "24/02/2025", HELD: "17/02/2025"},
    )  # fmt: skip
    [conference] = table.carrying("conference")
    assert conference["strategy_discussion_date"] == date(2025, 2, 3)
    assert len(table.carrying("section47")) == 3


def test_census_holds_conferences_at_enquiries_and_at_moves(tmp_path: Path) -> None:
    moved = "<DateOfInitialCPC>2025-01-20</DateOfInitialCPC>"
    details = _details(moved, _enquiry("2025-02-03", "2025-02-17"))
    at_moves = census(tmp_path / "moves", "cin_details", details)
    at_enquiries = census(tmp_path / "enquiries", "section47", details)
    assert [row["conference_date"] for row in at_moves.carrying("conference")] == [
        date(2025, 1, 20)
    ]
    assert [row["conference_date"] for row in at_enquiries.carrying("conference")] == [
        date(2025, 2, 17)
    ]


@pytest.mark.parametrize("required", ["true", "false", "1", "0"])
def test_conference_counts_whether_or_not_a_plan_followed(tmp_path: Path, required: str) -> None:
    table = census(tmp_path, "section47", _details(_enquiry("2025-02-03", "2025-02-17", required)))
    assert len(table.carrying("conference")) == 1


def test_review_conference_is_no_initial_one(tmp_path: Path) -> None:
    plan = (
        "<ChildProtectionPlans><CPPstartDate>2025-01-20</CPPstartDate>"
        "<Reviews><CPPreviewDate>2025-03-03</CPPreviewDate></Reviews></ChildProtectionPlans>"
    )
    table = census(tmp_path, "section47", _details(plan))
    assert table.rows == []


def test_unborn_child_has_enquiry_and_conference(tmp_path: Path) -> None:
    table = annex_a(
        tmp_path,
        5,
        {
            **CHILD,
            "Gender": "c) Unborn",
            "Date of Birth": "",
            STARTED: "03/02/2025",
            HELD: "17/02/2025",
        },
    )
    [row] = table.rows
    assert (row["has_section47"], row["has_conference"], row["birth_date"]) == (True, True, None)


# ---------------------------------------------------------------- SC08: cases


def test_nfa_referral_leaves_the_episodes_before_repeats_are_judged(tmp_path: Path) -> None:
    """The first of two referrals of one day ended without further action: the second is the episode."""
    table = census(tmp_path, "cin_details", _details(nfa="true") + _details(nfa="false"))
    told = [(row["has_referral"], row["has_cin_episode"]) for row in table.rows]
    assert told == [(True, False), (False, True)]


def test_two_open_episodes_of_a_child_are_both_loaded(tmp_path: Path) -> None:
    later = _details().replace("2025-01-06", "2025-02-03")
    table = census(tmp_path, "cin_details", _details() + later)
    assert len(table.carrying("cin_episode")) == 2


@pytest.mark.parametrize(("ended", "n_loaded"), [("05/01/2025", 0), ("06/01/2025", 1)])
def test_case_that_closed_before_it_began_is_quarantined(
    tmp_path: Path, ended: str, n_loaded: int
) -> None:
    table = annex_a(tmp_path, 6, {**CHILD, CASE_START: "06/01/2025", CASE_END: ended})
    assert (len(table.carrying("cin_episode")), table.quarantined) == (n_loaded, 1 - n_loaded)


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("e) Closed episode", "closed"),
        ("Closed episode", "closed"),
        ("c) Child in need plan", "child_in_need"),
        ("d) Open assessment", "open_assessment"),
        ("", None),
    ],
)
def test_case_status_is_read_by_its_words(tmp_path: Path, cell: str, code: str | None) -> None:
    table = annex_a(tmp_path, 6, {**CHILD, CASE_START: "06/01/2025", STATUS: cell})
    assert [row["case_status_code"] for row in table.rows] == [code]


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("b) Former relevant", "former_relevant"),
        ("Former relevant 18-20", "former_relevant"),
        ("*b) Former Relevant child", "former_relevant"),
        ("a) Relevant", "relevant"),
        ("c) Qualifying", "qualifying"),
    ],
)
def test_eligibility_is_read_by_the_words_former_relevant(
    tmp_path: Path, cell: str, code: str
) -> None:
    table = annex_a(
        tmp_path, 9, {**CHILD, "Date of Birth": "10/05/2005", "Eligibility Category": cell}
    )
    assert [row["eligibility_code"] for row in table.rows] == [code]


# ---------------------------------------------------------------- categories of abuse


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("a) Neglect", "NEG"),
        ("Neglect", "NEG"),
        ("NEG", "NEG"),
        ("d) Emotional abuse", "EMO"),
        ("e) Multiple/not recommended", "MUL"),
        ("", None),
        ("something else", "unmapped"),
    ],
)
def test_category_of_abuse_is_read_in_its_variants(
    tmp_path: Path, cell: str, code: str | None
) -> None:
    table = annex_a(
        tmp_path, 7,
        {**CHILD, "Child Protection Plan Start Date": "06/01/2025", "Latest Category of Abuse": cell},
    )  # fmt: skip
    assert [row["latest_abuse_code"] for row in table.rows] == [code]
