"""What the pages say in words: dates, periods and their age, statuses and reasons."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from orchestration.registry.vocabulary import Basis, vocabulary
from orchestration.reports.content.rounding import printed_count

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

SOURCES = {
    "annex_a": "Annex A",
    "ssda903": "SSDA903",
    "cin_census": "CIN census",
    "sen2": "SEN2",
    "nccis": "NCCIS",
    "ks2": "key stage 2",
    "ks4": "key stage 4",
    "epep": "ePEP",
    "gias": "GIAS",
    "ofsted_mi": "Ofsted inspections",
}


@dataclass(frozen=True)
class Status:
    """A status as the page prints it, and what it means for the reader."""

    label: str
    meaning: str


STATUSES = {
    "ok": Status("Value available", "The figure is complete for its period."),
    "held": Status(
        "Held", "A check failed. The last published figure is kept until a good submission arrives."
    ),
    "no_data": Status("No data", "Nothing received covers the end of the period."),
    "insufficient_history": Status(
        "Not enough history", "The end of the period is covered, but an earlier part of it is not."
    ),
    "awaiting_release": Status("Awaiting release", "The source is not due yet."),
    "not_applicable": Status("Not applicable", "There was nothing to count in the period."),
    "not_recorded": Status("Not recorded", "None is recorded, and the record may not be in use."),
    "not_produced": Status("Not produced", "The measure is suspended nationally for the period."),
    "discontinued": Status("Discontinued", "The measure has ended."),
    "suppressed": Status("Suppressed", "Withheld to protect individuals."),
}


def status_of(status: str) -> Status:
    """A status in words; one that this page does not know yet is shown in plain words."""
    return STATUSES.get(status) or Status(status.replace("_", " ").capitalize(), "")


def day(moment: date) -> str:
    """31 Mar 2025."""
    return f"{moment.day} {month(moment)}"


def moment(instant: datetime) -> str:
    """31 Mar 2025 at 02:05 UTC."""
    universal = instant.astimezone(UTC)
    return f"{day(universal.date())} at {universal:%H:%M} UTC"


def month(moment: date) -> str:
    """Mar 2025."""
    return f"{MONTHS[moment.month - 1]} {moment.year}"


LAST_OF_SCHOOL_YEAR, EARLIEST_EASTER = 8, 3
YEARS = {0: "period", 1: "year", 2: "two years", 3: "three years"}


def _academic_year(end: date) -> str:
    """2024/25, by the day on which the period ends."""
    last = end.year if end.month <= LAST_OF_SCHOOL_YEAR else end.year + 1
    return f"{last - 1}/{last % 100:02d}"


def _term(start: date) -> str:
    """By its first day: the summer term begins after Easter, in March at the earliest."""
    if start.month > LAST_OF_SCHOOL_YEAR:
        return "autumn"
    return "spring" if start.month < EARLIEST_EASTER else "summer"


def _calendar_year(start: date, end: date) -> str:
    """Calendar year 2024, the year or the years to a day, or the one day."""
    if start == end:
        return f"on {day(end)}"
    if (start.year, start.month, end.month) == (end.year, 1, 12):
        return f"calendar year {end.year}"
    years = round((end - start).days / 365.25)
    return f"{YEARS.get(years, f'{years} years')} to {day(end)}"


def _basis(name: str) -> Basis:
    return vocabulary().bases.get(name) or Basis()


def is_monthly(basis: str) -> bool:
    """Whether there is a figure per calendar month, and not one per period of its own."""
    return _basis(basis).is_monthly


def period(basis: str, start: date, end: date) -> str:
    """A period as a reader says it: 'year to 31 Mar 2025', 'at 31 Mar 2025'."""
    return _basis(basis).period.format(**_names(start, end))


def _names(start: date, end: date) -> dict[str, str]:
    """What a basis may say of a period."""
    return {
        "start": day(start), "end": day(end), "academic_year": _academic_year(end), "term": _term(start),
        "calendar_year": _calendar_year(start, end), "first_month": month(start), "last_month": month(end),
    }  # fmt: skip


def years_before(basis: str, n_compared: int, value: str) -> str:
    """The value of the earlier periods that a figure is compared with, and which these are."""
    years = 3 * n_compared if basis == "rolling36" else n_compared
    if basis == "snapshot":
        return (
            f"{value} a year earlier"
            if years == 1
            else f"{value} on average 1 to {years} years earlier"
        )
    return f"{value} in the {counted(years, 'year') if years > 1 else 'year'} before"


def age(months: int) -> str:
    """How old a period is, from whole months."""
    return f"{counted(months, 'month')} old" if months > 0 else "under a month old"


def published_period(basis: str, label: str, start: date, end: date) -> str:
    """The period of a published figure: 'financial year 2024-25', 'at 31 Mar 2025'; other bases by their end."""
    return reason(_basis(basis).published.format(label=label, **_names(start, end)))


def reason(text: str | None) -> str:
    """A status reason with its dates as the rest of the page writes them."""
    return re.sub(
        r"\b(\d{4})-(\d{2})-(\d{2})\b",
        lambda found: day(date(int(found[1]), int(found[2]), int(found[3]))),
        text or "",
    )


def hold(status: str) -> str:
    """Why something is held, in words that all indicators share which the same check holds."""
    return re.sub(r"\. Newest good period: (none|\d{1,2} \w{3} \d{4})$", "", held(status))


def held(why: str) -> str:
    """The reason of a hold with the table by the name that officers use."""
    by_name = re.sub(r"\((\w+ \w+)\)", lambda found: f"({inputs(found[1])})", why)
    return by_name.replace("held by ", "Held by ", 1)


def inputs(text: str) -> str:
    """Lists and returns by the names that officers use."""
    return re.sub(r"\w+", lambda found: SOURCES.get(found[0], found[0].replace("_", " ")), text)


# What is written otherwise than its column is called.
BREAKDOWNS = {"sen_provision": "SEN provision"}


def breakdown(name: str) -> str:
    """What a figure is divided by, in words."""
    return BREAKDOWNS.get(name, name.replace("_", " "))


def plain(value: object) -> str:
    """A value without words of its own: dates as the page writes them, nothing where there is none."""
    if value is None:
        return ""
    if isinstance(value, date):
        return day(value)
    return printed_count(value) if isinstance(value, int | float) else reason(str(value))


def listed(words: Sequence[str]) -> str:
    """a, b and c."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def counted(number: int, noun: str) -> str:
    """1 month, 2 months."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def month_runs(ends: Iterable[date]) -> str:
    """Month ends with neighbours drawn together: 'Apr 2024 to Jun 2024 and Sep 2024'."""
    runs: list[list[date]] = []
    for end in sorted(ends):
        follows = runs and runs[-1][-1].replace(day=1) == (
            end.replace(day=1) - timedelta(days=1)
        ).replace(day=1)
        if follows:
            runs[-1].append(end)
        else:
            runs.append([end])
    return listed(
        [month(run[0]) if len(run) == 1 else f"{month(run[0])} to {month(run[-1])}" for run in runs]
    )


def basis_note(basis: str, benchmark_basis: str) -> str:
    """Why a published figure is not quite like ours; empty where the bases are the same."""
    if basis == benchmark_basis:
        return ""
    if (basis, benchmark_basis) == ("rolling12", "fy"):
        return (
            "Published figures are for the financial year (1 April to 31 March); ours are for the twelve months to"
            " the end of any month. The two cover the same twelve months only for a year that ends on 31 March."
        )
    theirs, ours = (_basis(name).noun for name in (benchmark_basis, basis))
    if not theirs or not ours:
        return "Published figures are for another kind of period than ours."
    return f"Published figures are for {theirs}; ours are for {ours}."


def counts_note(basis: str) -> str:
    """What is peculiar to the numerators and denominators of a basis; mostly nothing."""
    return _basis(basis).counts
