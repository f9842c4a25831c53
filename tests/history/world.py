"""A small world: the submissions that a test says were received, in the order in which they arrived.

Only what intake would have written stands here: rows as extracted, covers by `cover_of`, a version as
the hash of the content. Which submission serves, and what it says, is for the compiled SQL.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from expectations.contract import contract_for
from orchestration.intake.cover import collection_year, cover_of, month_end
from orchestration.intake.kept.places import submission_id_of

BARNET = "E09000003"
CAMDEN = "E09000007"
FIRST_RECEIPT = datetime(2026, 1, 5, 6, 0, tzinfo=UTC)

Row = dict[str, Any]
Rows = tuple[Row, ...]
Day = str | date


def day(text: Day | None) -> date | None:
    """A date, given as one or as 'yyyy-mm-dd'."""
    return date.fromisoformat(text) if isinstance(text, str) else text


@dataclass(frozen=True)
class Submission:
    """The content of one folder at one moment. A table that is not there is absent, one without rows
    is present; `content_date` is the census's own ReferenceDate."""

    source: str
    month: str
    tables: dict[str, Rows]
    area: str = BARNET
    content_date: date | None = None
    verdict: str = "accepted"
    failed: frozenset[str] = field(default_factory=frozenset)
    look_back_months: int = 6

    @property
    def as_at(self) -> date:
        return min(month_end(self.month), self.content_date or date.max)

    @property
    def version(self) -> str:
        content = (
            sorted(self.tables.items()),
            self.content_date,
            self.verdict,
            sorted(self.failed),
        )
        return hashlib.sha256(repr(content).encode()).hexdigest()[:12]

    @property
    def submission_id(self) -> str:
        return submission_id_of(self.area, self.source, self.month, self.version)

    @property
    def folder(self) -> tuple[str, str, str]:
        return self.area, self.source, self.month

    def cover(self, table: str) -> tuple[date, date]:
        """The days that a table declares."""
        contract = contract_for(self.source, collection_year(month_end(self.month)))
        covered = cover_of(contract.tables[table].cover, self.as_at, self.look_back_months)
        assert covered is not None, f"{table} is not about days"
        return covered

    def having(self, **tables: Sequence[Row]) -> Submission:
        """The same folder with other rows in some tables."""
        changed = {name: tuple(rows) for name, rows in tables.items()}
        return replace(self, tables={**self.tables, **changed})

    def lacking(self, table: str) -> Submission:
        """The same folder without one table."""
        kept = {name: rows for name, rows in self.tables.items() if name != table}
        return replace(self, tables=kept)


World = list[Submission]


def received_at(place: int) -> datetime:
    """The moment of the receipt at a place (from 0) in the order of arrival."""
    return FIRST_RECEIPT + timedelta(days=place)


def annex_a(
    month: str, *, area: str = BARNET, look_back_months: int = 6, **lists: Sequence[Row]
) -> Submission:
    """An Annex A workbook with the lists given; a list not given is absent."""
    tables = {name: tuple(rows) for name, rows in lists.items()}
    return Submission("annex_a", month, tables, area=area, look_back_months=look_back_months)


def cin_census(
    month: str, *, reference: Day | None = None, area: str = BARNET, **modules: Sequence[Row]
) -> Submission:
    """A CIN census: it always covers all its modules."""
    names = ("children", "cin_details", "assessments", "section47", "child_protection_plans")
    tables = {name: tuple(modules.get(name, ())) for name in names}
    return Submission("cin_census", month, tables, area=area, content_date=day(reference))


def ssda903(month: str, *, area: str = BARNET, **files: Sequence[Row]) -> Submission:
    """An SSDA903 set with the files given."""
    tables = {name: tuple(rows) for name, rows in files.items()}
    return Submission("ssda903", month, tables, area=area)


def referral(child: str, on: Day) -> Row:
    """A row of list 3 or of the census's CINdetails."""
    return {"child": child, "referral_date": day(on)}


def assessment(child: str, start: Day, authorised: Day) -> Row:
    """A row of list 4 or of the census's Assessments."""
    return {"child": child, "start_date": day(start), "authorisation_date": day(authorised)}


def enquiry(child: str, start: Day | None, conference: Day | None = None) -> Row:
    """A row of list 5 or of the census's Section47."""
    row = {"child": child, "strategy_discussion_date": day(start)}
    return row if conference is None else {**row, "conference_date": day(conference)}


def case(child: str, start: Day, end: Day | None = None, status: str | None = None) -> Row:
    """A row of list 6."""
    return {
        "child": child, "start_date": day(start), "end_date": day(end), "case_status_code": status,
    }  # fmt: skip


def need(child: str, start: Day, end: Day | None = None, *, is_nfa: bool = False) -> Row:
    """A row of the census's CINdetails; without further action it opens no episode."""
    return {
        "child": child, "referral_date": day(start), "end_date": day(end),
        "has_cin_episode": not is_nfa,
    }  # fmt: skip


def leaver(child: str, eligibility: str = "former_relevant", in_touch: str | None = "YES") -> Row:
    """A row of list 9."""
    return {"child": child, "eligibility_code": eligibility, "in_touch_code": in_touch}


def plan(child: str, start: Day, end: Day | None = None, previous: int | None = None) -> Row:
    """A row of list 7 or of the census's ChildProtectionPlans."""
    return {
        "child": child,
        "start_date": day(start),
        "end_date": day(end),
        "previous_plans": previous,
    }


def episode(
    child: str,
    start: Day,
    end: Day | None = None,
    *,
    why: str = "S",
    status: str | None = "C2",
    left: str | None = None,
) -> Row:
    """A row of the 903 Episodes file: RNE, LS and REC are `why`, `status` and `left`."""
    return {
        "child": child, "start_date": day(start), "end_date": day(end),
        "reason_for_new_episode_code": why, "legal_status_code": status, "end_reason_code": left,
    }  # fmt: skip


def incident(child: str, start: Day, end: Day | None = None, kind: str = "M") -> Row:
    """A row of the 903 Missing file."""
    return {
        "child": child, "start_date": day(start), "end_date": day(end), "missing_type_code": kind,
    }  # fmt: skip


def care(
    child: str,
    start: Day,
    end: Day | None = None,
    *,
    status: str | None = "C2",
    left: str | None = None,
) -> Row:
    """A row of Annex A list 8."""
    return {
        "child": child, "start_date": day(start), "end_date": day(end),
        "legal_status_code": status, "end_reason_code": left,
    }  # fmt: skip
