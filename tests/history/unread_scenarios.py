"""Children who count in every population of social care by one source each, and the same children with one cell that
cannot be read.

A scenario is the rows of one child by table and by the contract's names of columns; what a population makes of them is
not this module's concern.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from xml.sax.saxutils import escape

from expectations.contract import Column, contract_for

Value = str | int | date | None
Rows = Mapping[str, tuple[Mapping[str, Value], ...]]
# A spreadsheet's error: it cannot be read as a value of any type.
UNREAD = "#REF!"
MONTH = "2025-03"


@dataclass(frozen=True)
class Scenario:
    """One child's rows in the tables of one source."""

    name: str
    source: str
    rows: Rows

    def columns(self) -> Iterator[tuple[str, str, Column]]:
        """Every column that is kept of the tables it has rows in."""
        for table in self.rows:
            for name, column in contract_for(self.source).tables[table].stored_columns.items():
                if column.looked_up is None and not column.inherited:
                    yield table, name, column


@dataclass(frozen=True)
class Planted:
    """A child of a scenario; without a table, as the scenario has it."""

    scenario: Scenario
    number: int
    table: str = ""
    column: str = ""

    @property
    def child(self) -> str:
        return f"SYN{self.number:04d}"

    @property
    def upn(self) -> str:
        return f"A{self.number:012d}"

    def rows(self, table: str) -> Iterator[dict[str, Value]]:
        """Its rows of a table; the cell that cannot be read stands in the first."""
        own: dict[str, Value] = {"child_id": self.child, "upn": self.upn}
        columns = contract_for(self.scenario.source).tables[table].columns
        for place, row in enumerate(self.scenario.rows.get(table, ())):
            unread = {self.column: UNREAD} if table == self.table and place == 0 else {}
            yield {name: {**own, **row, **unread}.get(name) for name in columns}


def _day(text: str) -> date:
    return date.fromisoformat(text)


BORN = {"birth_date": _day("2015-01-01"), "sex_code": "F", "ethnicity_code": "WBRI"}
YOUNG = {**BORN, "birth_date": _day("2007-06-01")}
LIST_8 = {
    "start_date": _day("2023-05-01"), "legal_status_code": "C2", "need_code": "N1",
    "latest_health_assessment_date": _day("2025-01-01"), "latest_dental_check_date": _day("2025-01-01"),
    "n_missing_12_months": 1, "n_absent_12_months": 1, "was_unaccompanied_code": "N", "n_placements_12_months": 3,
    "latest_review_date": _day("2025-01-01"), "latest_visit_date": _day("2025-03-01"),
    "placement_start_date": _day("2023-05-01"), "placement_type_code": "U4", "placement_provider_code": "PR1",
    "placement_location_code": "Placed inside LA boundary", "was_interview_offered_code": "Y",
    "was_interview_accepted_code": "Y",
}  # fmt: skip
PLAN = {
    "start_date": _day("2023-02-01"), "initial_abuse_code": "NEG", "latest_abuse_code": "NEG",
    "previous_plans": 1,
}  # fmt: skip
EPISODE = {
    "start_date": _day("2023-05-01"), "reason_for_new_episode_code": "S", "legal_status_code": "C2",
    "need_code": "N1", "placement_type_code": "U4", "placement_provider_code": "PR1",
}  # fmt: skip


def _listed(name: str, number: int, **row: Value) -> Scenario:
    return Scenario(name, "annex_a", {f"list_{number}": ({**BORN, **row},)})


SCENARIOS = (
    _listed("contact", 1, contact_date=_day("2025-01-10")),
    _listed("early help", 2, start_date=_day("2025-01-10")),
    _listed("referral", 3, referral_date=_day("2025-01-10"), is_nfa="N"),
    Scenario("contact that help and a referral followed", "annex_a", {
        "list_1": ({**BORN, "contact_date": _day("2025-01-10")},),
        "list_2": ({**BORN, "start_date": _day("2025-01-15")},),
        "list_3": ({**BORN, "referral_date": _day("2025-01-24"), "is_nfa": "N"},),
    }),
    _listed(
        "assessment", 4, start_date=_day("2025-01-15"), authorisation_date=_day("2025-02-01")
    ),
    _listed("open assessment", 4, start_date=_day("2025-01-15")),
    _listed(
        "enquiry and conference", 5, strategy_discussion_date=_day("2025-02-01"),
        conference_date=_day("2025-02-15"),
    ),
    _listed(
        "child in need", 6, start_date=_day("2025-01-10"), need_code="N1",
        case_status_code="Child in need plan",
    ),
    _listed("plan", 7, **{**PLAN, "start_date": _day("2024-12-01")}),
    _listed("plan ended", 7, **PLAN, end_date=_day("2025-03-01")),
    _listed("in care", 8, **LIST_8),
    _listed(
        "began care", 8, **{**LIST_8, "start_date": _day("2025-03-10"), "placement_start_date": _day("2025-03-10")}
    ),
    _listed("left care", 8, **{**LIST_8, **YOUNG}, end_date=_day("2025-02-01"), end_reason_code="E45"),
    _listed(
        "care leaver", 9, **{**BORN, "birth_date": _day("2005-05-10")}, eligibility_code="Former relevant",
        in_touch_code="Yes", activity_code="F2",
    ),
    _listed(
        "adoption", 10, entered_care_date=_day("2022-05-01"), should_be_placed_date=_day("2022-10-01"), placement_order_date=_day("2023-05-01"),
        match_date=_day("2023-09-01"), placed_date=_day("2023-10-01"),
        foster_for_adoption_date=_day("2023-08-01"), adoption_order_date=_day("2025-01-15"),
    ),
    Scenario("in care", "ssda903", {
        "header": (BORN,), "episodes": (EPISODE,), "oc2": ({**BORN, "has_teeth_check": 1, "has_health_assessment": 1},),
        "missing": ({**BORN, "missing_type_code": "M", "start_date": _day("2024-11-02"),
                     "end_date": _day("2024-11-04")},),
        "reviews": ({**BORN, "review_date": _day("2024-09-12"), "review_code": "PN1"},),
    }),
    Scenario("adopted", "ssda903", {
        "header": (BORN,), "episodes": (
            {**EPISODE, "legal_status_code": "E1", "end_date": _day("2024-05-01"), "end_reason_code": "X1"},
            {**EPISODE, "start_date": _day("2024-05-01"), "reason_for_new_episode_code": "P", "legal_status_code": "E1",
             "placement_type_code": "A3", "end_date": _day("2025-01-15"), "end_reason_code": "E11"},
        ),
        "ad1": ({**BORN, "match_date": _day("2024-04-01"), "is_foster_carer_adoption": 0},),
        "placed_for_adoption": ({**BORN, "should_be_placed_date": _day("2024-03-01")},),
    }),
    Scenario("care leaver", "ssda903", {
        "oc3": ({"birth_date": _day("2005-05-10"), "in_touch_code": "YES", "activity_code": "F2",
                 "accommodation_code": "U1"},),
    }),
    Scenario("in need and on a plan", "cin_census", {
        "children": (BORN,), "cin_details": ({"referral_date": _day("2025-01-10"), "need_code": "N1", "is_nfa": 0},),
        "assessments": ({"start_date": _day("2025-01-15"), "authorisation_date": _day("2025-02-01")},),
        "section47": ({"strategy_discussion_date": _day("2025-02-01"), "conference_date": _day("2025-02-15")},),
        "child_protection_plans": ({**PLAN, "start_date": _day("2025-02-15")},),
    }),
    Scenario("plan ended", "cin_census", {
        "children": (BORN,), "cin_details": ({"referral_date": _day("2023-01-10"), "need_code": "N1", "is_nfa": 0},),
        "child_protection_plans": ({**PLAN, "end_date": _day("2025-03-01")},),
    }),
    Scenario("moved in with a conference", "cin_census", {
        "children": (BORN,), "cin_details": (
            {"referral_date": _day("2025-01-10"), "conference_date": _day("2025-01-20"), "need_code": "N1", "is_nfa": 0},
        ),
    }),
)  # fmt: skip


def planted(source: str) -> list[Planted]:
    """Each scenario of a source as it is, then once for each of its columns with a cell that cannot be read."""
    children: list[Planted] = []
    for scenario in (one for one in SCENARIOS if one.source == source):
        children.append(Planted(scenario, len(children) + 1))
        for table, column, _ in scenario.columns():
            children.append(Planted(scenario, len(children) + 1, table, column))
    return children


def write(source: str, children: list[Planted], folder: Path) -> tuple[Path, ...]:
    """The extract of a source that holds these children."""
    if source == "cin_census":
        return (_write_census(children, folder / "census.xml"),)
    tables = dict.fromkeys(table for one in children for table in one.scenario.rows)
    return tuple(_write_list(source, name, children, folder / f"{name}.csv") for name in tables)


def _write_list(source: str, name: str, children: list[Planted], path: Path) -> Path:
    columns = contract_for(source).tables[name].columns
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(column.heading for column in columns.values())
        for child in children:
            for row in child.rows(name):
                writer.writerow("" if value is None else value for value in row.values())
    return path


CENSUS = """<Message><Header><CollectionDetails><Collection>CIN</Collection><Year>2025</Year>
<ReferenceDate>2025-03-31</ReferenceDate></CollectionDetails>
<Source><SourceLevel>L</SourceLevel><LEA>302</LEA></Source></Header><Children>{children}</Children></Message>"""
GROUPS = {
    "assessments": "Assessments", "section47": "Section47", "child_protection_plans": "ChildProtectionPlans",
}  # fmt: skip


def _write_census(children: list[Planted], path: Path) -> Path:
    path.write_text(
        CENSUS.format(children="".join(_census_child(child) for child in children)),
        encoding="utf-8",
    )
    return path


def _census_child(child: Planted) -> str:
    identity = _elements(child, "children")
    details = _elements(child, "cin_details") + "".join(
        f"<{group}>{_elements(child, table)}</{group}>"
        for table, group in GROUPS.items()
        if table in child.scenario.rows
    )
    return f"<Child><ChildIdentifiers>{identity}</ChildIdentifiers><CINdetails>{details}</CINdetails></Child>"


def _elements(child: Planted, table: str) -> str:
    """The fields of a module; those of the record above it, and what the reader numbers itself, are no elements."""
    columns = contract_for("cin_census").tables[table].columns
    enclosing = ("child_id", "referral_date", "referral_sequence")
    [row] = child.rows(table)
    return "".join(
        f"<{columns[name].heading}>{escape(str(value))}</{columns[name].heading}>"
        for name, value in row.items()
        if value is not None
        and not (table in GROUPS and name in enclosing)
        and not (table == "cin_details" and name in ("child_id", "referral_sequence"))
    )
