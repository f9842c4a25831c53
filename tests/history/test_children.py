"""The newest submission that holds them, of any source (dbt_project/docs/history.md, 'Attributes of a child')."""

from __future__ import annotations

from datetime import date
from typing import Any

from tests.history.warehouse import Warehouse
from tests.history.world import World, annex_a, cin_census, referral, ssda903


def _children(warehouse: Warehouse, world: World, **when: Any) -> dict[str, tuple[Any, ...]]:
    told = warehouse.tell(world, "pop_children", **when)["pop_children"]
    return {row["child"]: (row["sex"], row["ethnic_group"], row["birth_date"]) for row in told}


def _referred(on: str, **attributes: Any) -> dict[str, Any]:
    return {**referral("ann", on), **attributes}


def test_newest_submission_gives_each_attribute_it_holds(warehouse: Warehouse) -> None:
    """Attributes of a child: the newest submission <= K of any source holding it; a blank is none."""
    world = [
        annex_a("2024-04", list_3=[_referred("2024-04-02", sex_code="M", ethnicity_code="WBRI")]),
        annex_a(
            "2024-05", list_3=[_referred("2024-04-02", sex_code="F", birth_date=date(2015, 2, 3))]
        ),
    ]
    assert _children(warehouse, world) == {"ann": ("female", "White", date(2015, 2, 3))}
    assert _children(warehouse, world, as_at=date(2024, 4, 30)) == {"ann": ("male", "White", None)}


def test_statutory_return_goes_before_annex_a_of_the_same_day(warehouse: Warehouse) -> None:
    """The tie rule of intervals."""
    workbook = annex_a("2024-03", list_3=[_referred("2024-03-04", sex_code="F")])
    census = cin_census("2024-03", children=[{"child": "ann", "sex_code": "M"}])
    header = ssda903("2024-03", header=[{"child": "ann", "sex_code": "M"}])
    assert _children(warehouse, [workbook, census])["ann"][0] == "male"
    assert _children(warehouse, [workbook, header])["ann"][0] == "male"


def test_every_attribute_may_come_from_another_submission(warehouse: Warehouse) -> None:
    """Each month's list knows one thing only."""
    known = {"sex_code": "M", "ethnicity_code": "WBRI", "birth_date": date(2015, 2, 3)}
    world = [
        annex_a(f"2024-0{month}", list_3=[_referred("2024-04-02", **{name: value})])
        for month, (name, value) in enumerate(known.items(), start=4)
    ]
    assert _children(warehouse, world) == {"ann": ("male", "White", date(2015, 2, 3))}


def test_of_two_returns_of_one_day_the_lesser_code_stands(warehouse: Warehouse) -> None:
    """No rule says which of the two returns goes first: any order of arrival gives the same answer."""
    census = cin_census("2024-03", children=[{"child": "ann", "sex_code": "M"}])
    header = ssda903("2024-03", header=[{"child": "ann", "sex_code": "F"}])
    assert _children(warehouse, [census, header])["ann"][0] == "female"
    assert _children(warehouse, [header, census])["ann"][0] == "female"


def test_replaced_version_gives_no_attributes(warehouse: Warehouse) -> None:
    """Only serving submissions speak."""
    old = annex_a("2024-04", list_3=[_referred("2024-04-02", sex_code="M")])
    new = annex_a("2024-04", list_3=[_referred("2024-04-02")])
    assert _children(warehouse, [old, new])["ann"][0] == "not recorded"
