"""Rules of the admissions file that its contract cannot say (dbt_project/docs/education.md, 'Admissions')."""

from __future__ import annotations

import pandas as pd

from expectations.checks import Check, row_rule
from expectations.rules.cases import Row, Rows
from expectations.rules.shapes import not_after_as_at, rows

OFFERED, NOT_OFFERED = "OFFERED", "NO_OFFER"
SECONDARY = "SEC"


def _school(frame: pd.DataFrame) -> pd.Series:
    return frame["offer_urn"].notna() | frame["offer_dfe_key"].notna()


def _is(frame: pd.DataFrame, status: str) -> pd.Series:
    return (frame["status"] == status).fillna(False)


def _offer_without_date(frame: pd.DataFrame) -> pd.Series:
    return _is(frame, OFFERED) & frame["offer_date"].isna()


def _offer_without_school(frame: pd.DataFrame) -> pd.Series:
    return _is(frame, OFFERED) & ~_school(frame)


def _offer_denied(frame: pd.DataFrame) -> pd.Series:
    return _is(frame, NOT_OFFERED) & (_school(frame) | frame["offer_date"].notna())


def _closing_days(frame: pd.DataFrame) -> pd.Series:
    """15 January of the year of entry; for secondary schools 31 October of the year before."""
    secondary = (frame["phase"] == SECONDARY).fillna(False)
    years = frame["entry_year"].astype("Float64")
    days = pd.DataFrame(
        {"year": years - secondary, "month": secondary.map({True: 10, False: 1}),
         "day": secondary.map({True: 31, False: 15})}
    )  # fmt: skip
    return pd.to_datetime(days.astype("Float64"), errors="coerce")


def _on_time_disagrees(frame: pd.DataFrame) -> pd.Series:
    received, closing = pd.to_datetime(frame["received_date"]), _closing_days(frame)
    on_time = frame["is_on_time"].astype("boolean")
    known = on_time.notna() & received.notna() & closing.notna()
    return known & (on_time.fillna(False) != (received <= closing))


RULES: tuple[Check, ...] = (
    row_rule(
        "admissions.applications.offer_without_date.offer_date", rows("status", "offer_date", fails=_offer_without_date),
        "completeness",
        ("A place is offered without offer_date: it does not count as offered",
         "Enter the date of the offer, or the right status"),
    ),
    row_rule(
        "admissions.applications.offer_without_school.offer_urn",
        rows("status", "offer_urn", "offer_dfe_key", fails=_offer_without_school),
        "completeness",
        ("A place is offered without a school: it does not count as offered",
         "Enter offer_urn or offer_dfe, or the right status"),
    ),
    row_rule(
        "admissions.applications.offer_denied.status",
        rows("status", "offer_urn", "offer_dfe_key", "offer_date", fails=_offer_denied),
        "consistency",
        ("The status is NO_OFFER, yet the row names an offer: it does not count as offered",
         "Check status and the columns of the offer"),
    ),
    row_rule(
        "admissions.applications.on_time_disagrees.is_on_time",
        rows("is_on_time", "received_date", "phase", "entry_year", fails=_on_time_disagrees),
        "consistency",
        ("is_on_time does not go with application_received and the closing day of the round: is_on_time decides",
         "Check is_on_time and application_received"),
    ),
    row_rule(
        "admissions.applications.after_as_at.received_date", not_after_as_at("received_date"), "timeliness",
        ("The application is received after the date of the extract",
         "Check the year and the month of application_received"),
    ),
)  # fmt: skip

_OFFER: Row = {
    "status": "OFFERED", "offer_urn": 1, "offer_dfe_key": "3022001", "offer_date": "2025-04-16",
    "phase": "PRI", "entry_year": 2025, "received_date": "2025-01-15", "is_on_time": True,
}  # fmt: skip
_NONE = {"offer_urn": None, "offer_dfe_key": None, "offer_date": None}
CASES: dict[str, list[tuple[Rows, bool]]] = {
    "admissions.applications.offer_without_date.offer_date": [
        (_OFFER, False),
        (_OFFER | {"offer_date": None}, True),
        (_OFFER | _NONE | {"status": "WITHDRAWN"}, False),
    ],
    "admissions.applications.offer_without_school.offer_urn": [
        (_OFFER | {"offer_urn": None}, False),
        (_OFFER | {"offer_dfe_key": None}, False),
        (_OFFER | {"offer_urn": None, "offer_dfe_key": None}, True),
        (_OFFER | _NONE | {"status": "NO_OFFER"}, False),
    ],
    "admissions.applications.offer_denied.status": [
        (_OFFER | _NONE | {"status": "NO_OFFER"}, False),
        (_OFFER | _NONE | {"status": "NO_OFFER", "offer_urn": 1}, True),
        (_OFFER | _NONE | {"status": "NO_OFFER", "offer_date": "2025-04-16"}, True),
        (_OFFER | {"status": "WITHDRAWN"}, False),
    ],
    "admissions.applications.on_time_disagrees.is_on_time": [
        (_OFFER, False),
        (_OFFER | {"received_date": "2025-01-16"}, True),
        (_OFFER | {"received_date": "2025-01-16", "is_on_time": False}, False),
        (_OFFER | {"is_on_time": False}, True),
        (_OFFER | {"is_on_time": None}, False),
        (_OFFER | {"phase": "SEC", "received_date": "2024-10-31"}, False),
        (_OFFER | {"phase": "SEC", "received_date": "2024-11-01"}, True),
        (_OFFER | {"received_date": None}, False),
        (_OFFER | {"entry_year": None}, False),
    ],
    "admissions.applications.after_as_at.received_date": [
        ({"received_date": "2025-04-01", "as_at_date": "2025-03-31"}, True),
        ({"received_date": "2025-03-31", "as_at_date": "2025-03-31"}, False),
    ],
}
