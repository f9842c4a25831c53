"""Enquiries, conferences and children in need over several submissions. Dated examples."""

from __future__ import annotations

from datetime import date

from tests.history.answers import conferences, in_need_at
from tests.history.warehouse import Warehouse
from tests.history.world import annex_a, care, case, cin_census, enquiry, leaver, need, plan

EMPTY_LISTS = {"list_6": [], "list_7": [], "list_8": [], "list_9": []}


def test_conference_is_served_by_its_own_date(warehouse: Warehouse) -> None:
    """A conference is served by its date: a census serves what lies in its year, whenever the enquiry began."""
    census = cin_census("2024-03", section47=[enquiry("ann", "2023-03-20", "2023-04-03")])
    may = annex_a(
        "2024-05",
        list_5=[
            enquiry("ann", "2024-03-25", "2024-04-08"),
            enquiry("bob", "2024-03-18", "2024-03-28"),
        ],
    )
    told = conferences(warehouse, [census, may])
    assert told == {
        ("ann", "2023-04-03"): ("cin_census", "2023-03-20"),
        ("ann", "2024-04-08"): ("annex_a", "2024-03-25"),
    }


def test_conference_that_the_newest_list_no_longer_holds_is_gone(warehouse: Warehouse) -> None:
    """An event that the newest covering submission no longer holds is gone."""
    may = annex_a("2024-05", list_5=[enquiry("ann", "2024-04-02", "2024-04-16")])
    june = annex_a("2024-06", list_5=[enquiry("ann", "2024-04-02")])
    assert conferences(warehouse, [may, june]) == {}


def test_referral_without_further_action_opens_no_episode(warehouse: Warehouse) -> None:
    """A referral without further action is never open: it has no closure date."""
    census = cin_census(
        "2024-03", cin_details=[need("ann", "2023-05-02", is_nfa=True), need("bob", "2023-05-02")]
    )
    assert in_need_at(warehouse, [census], "2024-03-31") == {"bob"}


def test_census_that_covers_the_day_speaks_alone(warehouse: Warehouse) -> None:
    """The census serves where it covers P, by its episodes only, else Annex A."""
    census = cin_census("2024-03", cin_details=[need("ann", "2023-05-02")])
    april = annex_a("2024-04", **{**EMPTY_LISTS, "list_6": [case("bob", "2024-01-08")]})
    assert in_need_at(warehouse, [census, april], "2024-03-31") == {"ann"}
    assert in_need_at(warehouse, [census, april], "2024-04-30") == {"bob"}


def test_lists_are_resolved_among_themselves(warehouse: Warehouse) -> None:
    """Lists are resolved among Annex A submissions only: a census that closed the case says nothing in April."""
    census = cin_census("2024-03", cin_details=[need("ann", "2023-05-02", "2024-02-05")])
    april = annex_a("2024-04", **{**EMPTY_LISTS, "list_6": [case("ann", "2023-05-02")]})
    assert in_need_at(warehouse, [census, april], "2024-04-30") == {"ann"}


def test_case_that_a_later_list_no_longer_holds_is_withdrawn(warehouse: Warehouse) -> None:
    """Intervals: 'should hold it (open, ...) and does not'; across a gap it stays, but is not attested."""
    march = annex_a("2024-03", **{**EMPTY_LISTS, "list_6": [case("ann", "2023-05-02")]})
    april = annex_a("2024-04", **EMPTY_LISTS)
    assert in_need_at(warehouse, [march], "2024-03-31") == {"ann"}
    assert in_need_at(warehouse, [march, april], "2024-03-31") == set()


def test_closed_status_without_a_date_is_closed(warehouse: Warehouse) -> None:
    """List 6 status "Closed episode" without a closure date is closed."""
    march = annex_a(
        "2024-03",
        **{**EMPTY_LISTS,
           "list_6": [case("ann", "2023-05-02", status="closed"),
                      case("bob", "2023-05-02", status="child_in_need"),
                      case("cat", "2023-05-02", "2024-04-02", status="closed")]},
    )  # fmt: skip
    assert in_need_at(warehouse, [march], "2024-03-31") == {"bob", "cat"}


def test_child_in_several_lists_is_one_child_in_need(warehouse: Warehouse) -> None:
    """Distinct children in list 6 (open), list 7 (plan open), list 8 (looked after, not V3/V4) and
    list 9 (former relevant) as at P."""
    march = annex_a(
        "2024-03",
        list_6=[case("ann", "2023-05-02")],
        list_7=[
            plan("ann", "2024-01-08"),
            plan("bob", "2024-01-08"),
            plan("old", "2023-01-09", "2024-03-31"),
        ],
        list_8=[
            care("ann", "2024-02-05"),
            care("cat", "2024-02-05"),
            care("dan", "2024-02-05", status="V3"),
        ],
        list_9=[leaver("eve"), leaver("fay", "qualifying"), leaver("gus", in_touch="DIED")],
    )
    assert in_need_at(warehouse, [march], "2024-03-31") == {"ann", "bob", "cat", "eve"}


def test_care_leavers_count_on_the_as_at_date_of_their_list_only(warehouse: Warehouse) -> None:
    """List 9 counts as at P, and without it the other lists count; another month's never stands in."""
    march = annex_a("2024-03", **{**EMPTY_LISTS, "list_9": [leaver("eve")]})
    may = annex_a("2024-05", list_6=[case("ann", "2023-05-02")], list_7=[], list_8=[])
    assert in_need_at(warehouse, [march, may], "2024-03-31") == {"ann", "eve"}
    assert in_need_at(warehouse, [march, may], "2024-04-30") == {"ann"}
    assert in_need_at(warehouse, [march, may], "2024-05-31") == {"ann"}


def test_conference_without_an_enquiry_is_timed_by_a_served_one(warehouse: Warehouse) -> None:
    """No S47 in the record: the child's latest served S47 start in the 12 months before it: the day of
    the enquiry is the census\'s to serve, and what the list alone says of it is not used."""
    census = cin_census("2024-03", section47=[enquiry("ann", "2024-03-25")])
    april = annex_a(
        "2024-04",
        list_5=[
            enquiry("ann", None, "2024-04-08"), enquiry("bob", "2024-03-25"),
            enquiry("bob", None, "2024-04-08"),
        ],
    )  # fmt: skip
    told = warehouse.tell([census, april], "pop_initial_conferences")["pop_initial_conferences"]
    assert {row["child"]: row["is_within_15_working_days"] for row in told} == {
        "ann": True, "bob": False,
    }  # fmt: skip
    assert {row["counted_on"] for row in told} == {date(2024, 4, 8)}
