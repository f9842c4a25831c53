"""What a row of a file counts as, as far as it is decided while the file is taken in.

The boundaries of dates that SQL decides stand beside the models, in dbt_project/models.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.extracts import Cell
from tests.indicators.taking_in import annex_a, census, ssda903

CHILD: dict[str, Cell] = {
    "Child Unique ID": "SYN1",
    "Gender": "a) Male",
    "Date of Birth": "10/05/2012",
}
OTHER_CHILD: dict[str, Cell] = {**CHILD, "Child Unique ID": "SYN2"}


# ---------------------------------------------------------------- SC01, SC02: referrals


@pytest.mark.parametrize("nfa", ["a) Yes", "b) No", None])
def test_referral_of_list_3_counts_whatever_followed(tmp_path: Path, nfa: str | None) -> None:
    table = annex_a(tmp_path, 3, {**CHILD, "Date of Referral": "03/02/2025", "Referral NFA?": nfa})
    assert [row["referral_date"] for row in table.carrying("referral")] == [date(2025, 2, 3)]


def test_census_referral_without_further_action_counts_and_opens_no_case(tmp_path: Path) -> None:
    table = census(
        tmp_path,
        "cin_details",
        "<CINdetails><CINreferralDate>2025-02-03</CINreferralDate><ReferralNFA>true</ReferralNFA></CINdetails>",
    )
    assert [row["has_referral"] for row in table.rows] == [True]
    assert [row["has_cin_episode"] for row in table.rows] == [False]


def test_two_rows_of_one_child_and_day_are_one_referral_and_the_first_counts(
    tmp_path: Path,
) -> None:
    table = annex_a(
        tmp_path,
        3,
        {**CHILD, "Date of Referral": "03/02/2025", "Referral Source": "q) 6: Police"},
        {**CHILD, "Date of Referral": "03/02/2025", "Referral Source": "a) 1A: Individual"},
    )
    assert [row["referral_source_code"] for row in table.rows] == ["6"]
    assert (table.deduplicated, table.quarantined) == (1, 0)
    assert "DUPLICATE_DIFFERS" in table.rules


def test_children_of_one_family_referred_on_one_day_are_a_referral_each(tmp_path: Path) -> None:
    table = annex_a(
        tmp_path,
        3,
        {**CHILD, "Date of Referral": "03/02/2025"},
        {**OTHER_CHILD, "Date of Referral": "03/02/2025"},
    )
    assert len(table.carrying("referral")) == 2
    assert table.deduplicated == 0


def test_referral_while_an_earlier_case_is_open_is_one_more_event(tmp_path: Path) -> None:
    table = census(
        tmp_path,
        "cin_details",
        "<CINdetails><CINreferralDate>2024-06-03</CINreferralDate><ReferralNFA>false</ReferralNFA></CINdetails>"
        "<CINdetails><CINreferralDate>2025-02-03</CINreferralDate><ReferralNFA>false</ReferralNFA></CINdetails>",
    )
    dates = [row["referral_date"] for row in table.carrying("referral")]
    assert dates == [date(2024, 6, 3), date(2025, 2, 3)]


def test_referral_on_the_day_the_earlier_case_closed_counts_again(tmp_path: Path) -> None:
    table = census(
        tmp_path,
        "cin_details",
        "<CINdetails><CINreferralDate>2024-06-03</CINreferralDate><CINclosureDate>2025-02-03</CINclosureDate>"
        "<ReasonForClosure>RC7</ReasonForClosure><ReferralNFA>false</ReferralNFA></CINdetails>"
        "<CINdetails><CINreferralDate>2025-02-03</CINreferralDate><ReferralNFA>false</ReferralNFA></CINdetails>",
    )
    assert len(table.carrying("referral")) == 2


def test_unborn_child_without_a_date_of_birth_is_referred(tmp_path: Path) -> None:
    row: dict[str, Cell] = {
        "Child Unique ID": "SYN1",
        "Gender": "",
        "Date of Birth": "",
        "Date of Referral": "03/02/2025",
    }
    [referral] = annex_a(tmp_path, 3, row).carrying("referral")
    assert referral["birth_date"] is None


def test_unborn_child_of_a_census_has_the_expected_date_of_birth(tmp_path: Path) -> None:
    table = census(
        tmp_path,
        "children",
        "<CINdetails><CINreferralDate>2025-02-03</CINreferralDate><ReferralNFA>false</ReferralNFA></CINdetails>",
        identifiers="<ExpectedPersonBirthDate>2025-06-10</ExpectedPersonBirthDate>",
    )
    [child] = table.rows
    assert (child["birth_date"], child["expected_birth_date"]) == (None, date(2025, 6, 10))


@pytest.mark.parametrize(("day", "n_loaded"), [("31/03/2025", 1), ("01/04/2025", 0)])
def test_referral_counts_up_to_the_as_at_date_and_is_quarantined_after_it(
    tmp_path: Path, day: str, n_loaded: int
) -> None:
    table = annex_a(tmp_path, 3, {**CHILD, "Date of Referral": day})
    assert (len(table.carrying("referral")), table.quarantined) == (n_loaded, 1 - n_loaded)


# ---------------------------------------------------------------- SC03, SC04: assessments

START, AUTHORISED = (
    "Continuous Assessment Start Date",
    "Continuous Assessment Date of Authorisation",
)


def test_open_assessment_is_loaded_without_an_authorisation_date(tmp_path: Path) -> None:
    table = annex_a(tmp_path, 4, {**CHILD, START: "03/02/2025", AUTHORISED: ""})
    assert [row["authorisation_date"] for row in table.carrying("assessment")] == [None]
    assert table.quarantined == 0


@pytest.mark.parametrize(("authorised", "n_loaded"), [("02/02/2025", 0), ("03/02/2025", 1)])
def test_assessment_authorised_before_it_started_is_quarantined(
    tmp_path: Path, authorised: str, n_loaded: int
) -> None:
    table = annex_a(tmp_path, 4, {**CHILD, START: "03/02/2025", AUTHORISED: authorised})
    assert (len(table.carrying("assessment")), table.quarantined) == (n_loaded, 1 - n_loaded)
    assert ("end_before_start" in table.rules) == (n_loaded == 0)


@pytest.mark.parametrize(("authorised", "n_loaded"), [("2025-02-02", 0), ("2025-02-03", 1)])
def test_census_assessment_authorised_before_it_started_is_quarantined(
    tmp_path: Path, authorised: str, n_loaded: int
) -> None:
    table = census(
        tmp_path,
        "assessments",
        "<CINdetails><CINreferralDate>2025-02-03</CINreferralDate>"
        "<Assessments><AssessmentActualStartDate>2025-02-03</AssessmentActualStartDate>"
        f"<AssessmentAuthorisationDate>{authorised}</AssessmentAuthorisationDate></Assessments>"
        "<ReferralNFA>false</ReferralNFA></CINdetails>",
    )
    assert (len(table.carrying("assessment")), table.quarantined) == (n_loaded, 1 - n_loaded)


def test_assessment_without_a_start_is_loaded(tmp_path: Path) -> None:
    table = annex_a(tmp_path, 4, {**CHILD, START: "", AUTHORISED: "03/02/2025"})
    [assessment] = table.carrying("assessment")
    assert (assessment["start_date"], assessment["authorisation_date"]) == (None, date(2025, 2, 3))


@pytest.mark.parametrize("reason", ["RC8", "RC9"])
def test_assessment_that_led_to_closure_counts(tmp_path: Path, reason: str) -> None:
    table = census(
        tmp_path,
        "assessments",
        "<CINdetails><CINreferralDate>2025-01-06</CINreferralDate><CINclosureDate>2025-02-03</CINclosureDate>"
        f"<ReasonForClosure>{reason}</ReasonForClosure>"
        "<Assessments><AssessmentActualStartDate>2025-01-06</AssessmentActualStartDate>"
        "<AssessmentAuthorisationDate>2025-02-03</AssessmentAuthorisationDate></Assessments>"
        "<ReferralNFA>false</ReferralNFA></CINdetails>",
    )
    assert [row["authorisation_date"] for row in table.carrying("assessment")] == [date(2025, 2, 3)]


def test_two_assessments_of_one_episode_are_both_loaded(tmp_path: Path) -> None:
    assessment = (
        "<Assessments><AssessmentActualStartDate>{0}</AssessmentActualStartDate>"
        "<AssessmentAuthorisationDate>{1}</AssessmentAuthorisationDate></Assessments>"
    )
    table = census(
        tmp_path,
        "assessments",
        "<CINdetails><CINreferralDate>2024-05-07</CINreferralDate>"
        + assessment.format("2024-05-07", "2024-06-04")
        + assessment.format("2024-09-02", "2024-10-01")
        + "<ReferralNFA>false</ReferralNFA></CINdetails>",
    )
    assert len(table.carrying("assessment")) == 2


# ---------------------------------------------------------------- SC09, SC10, SC11: plans

PLAN_START, PLAN_END = "Child Protection Plan Start Date", "Child Protection Plan End Date"
PREVIOUS = "Number of Previous Child Protection Plans"


@pytest.mark.parametrize(
    ("ended", "n_loaded", "rule"),
    [
        ("02/02/2025", 0, "not_after_start"),
        ("03/02/2025", 0, "not_after_start"),
        ("04/02/2025", 1, None),
    ],
)
def test_plan_must_end_after_the_day_it_started(
    tmp_path: Path, ended: str, n_loaded: int, rule: str | None
) -> None:
    table = annex_a(
        tmp_path, 7, {**CHILD, PLAN_START: "03/02/2025", PLAN_END: ended, PREVIOUS: "0"}
    )
    assert (len(table.carrying("cp_plan")), table.quarantined) == (n_loaded, 1 - n_loaded)
    assert rule is None or rule in table.rules


@pytest.mark.parametrize(("ended", "n_loaded"), [("2025-02-03", 0), ("2025-02-04", 1)])
def test_census_plan_that_ends_on_its_start_day_is_quarantined(
    tmp_path: Path, ended: str, n_loaded: int
) -> None:
    table = census(
        tmp_path, "child_protection_plans", _census_plan(f"<CPPendDate>{ended}</CPPendDate>")
    )
    assert (len(table.carrying("cp_plan")), table.quarantined) == (n_loaded, 1 - n_loaded)


def _census_plan(further: str) -> str:
    return (
        "<CINdetails><CINreferralDate>2025-01-06</CINreferralDate><ReferralNFA>false</ReferralNFA>"
        f"<ChildProtectionPlans><CPPstartDate>2025-02-03</CPPstartDate>{further}</ChildProtectionPlans>"
        "</CINdetails>"
    )


@pytest.mark.parametrize(("cell", "read"), [("0", 0), ("1", 1), (0, 0), ("", None)])
def test_number_of_previous_plans_tells_none_from_not_stated(
    tmp_path: Path, cell: str | int, read: int | None
) -> None:
    table = annex_a(tmp_path, 7, {**CHILD, PLAN_START: "03/02/2025", PREVIOUS: cell})
    assert [row["previous_plans"] for row in table.carrying("cp_plan")] == [read]


# the schema's positiveInteger would refuse 0
@pytest.mark.parametrize(
    ("element", "read"),
    [("<NumberOfPreviousCPP>0</NumberOfPreviousCPP>", 0), ("", None)],
)
def test_census_number_of_previous_plans_may_be_0(
    tmp_path: Path, element: str, read: int | None
) -> None:
    table = census(tmp_path, "child_protection_plans", _census_plan(element))
    assert [row["previous_plans"] for row in table.carrying("cp_plan")] == [read]


def test_two_plans_of_one_child_with_different_starts_are_both_loaded(tmp_path: Path) -> None:
    table = annex_a(
        tmp_path,
        7,
        {**CHILD, PLAN_START: "03/06/2024", PREVIOUS: "0"},
        {**CHILD, PLAN_START: "06/01/2025", PREVIOUS: "1"},
    )
    assert len(table.carrying("cp_plan")) == 2


# ---------------------------------------------------------------- SC12: children looked after

EPISODE: dict[str, Cell] = {
    "CHILD": "SYN1",
    "RNE": "S",
    "LS": "C2",
    "CIN": "N1",
    "PLACE": "U4",
    "PLACE_PROVIDER": "PR1",
}


def test_two_open_episodes_of_one_child_are_both_loaded(tmp_path: Path) -> None:
    table = ssda903(
        tmp_path,
        "episodes",
        {**EPISODE, "DECOM": "07/05/2024"},
        {**EPISODE, "DECOM": "06/01/2025", "RNE": "P"},
    )
    assert [row["end_date"] for row in table.carrying("episode")] == [None, None]


@pytest.mark.parametrize("place", ["A3", "A4", "A5", "A6"])
def test_episode_placed_for_adoption_stays_open(tmp_path: Path, place: str) -> None:
    table = ssda903(
        tmp_path, "episodes", {**EPISODE, "DECOM": "07/05/2024", "LS": "E1", "PLACE": place}
    )
    [episode] = table.carrying("episode")
    assert (episode["legal_status_code"], episode["end_date"]) == ("E1", None)


@pytest.mark.parametrize("status", ["V3", "V4"])
def test_short_break_keeps_its_legal_status(tmp_path: Path, status: str) -> None:
    table = ssda903(tmp_path, "episodes", {**EPISODE, "DECOM": "07/05/2024", "LS": status})
    assert [row["legal_status_code"] for row in table.carrying("episode")] == [status]
