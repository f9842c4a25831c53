"""The public figures as rows of Explore Education Statistics, in one file per unit of time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb

COUNTRY = ("E92000001", "England")
PLACE = (
    "time_period", "time_identifier", "geographic_level", "country_code", "country_name", "region_code", "region_name",
    "old_la_code", "new_la_code", "la_name",
)  # fmt: skip
FILTERS = ("indicator", "period_covered")
AMOUNTS = ("numerator", "denominator", "figure")
NOT_AVAILABLE, NOT_APPLICABLE, CONFIDENTIAL = "x", "z", "c"
# Shorthand of the Analysis Function for a figure that is not there, by its status.
SYMBOLS = {"suppressed": CONFIDENTIAL, "not_applicable": NOT_APPLICABLE, "not_produced": NOT_APPLICABLE,
           "discontinued": NOT_APPLICABLE}  # fmt: skip


@dataclass(frozen=True)
class Unit:
    """A file: the windows that are of one unit of time, as the platform names it."""

    name: str
    title: str
    windows: dict[str, str]
    """What each window covers, in words."""
    identifier: str = ""
    """The time identifier; of months and terms each period has its own."""

    def time_of(self, end: date) -> tuple[str, str]:
        """Time period and identifier of a period: a year of four digits, or two years in six."""
        if self.name == "months":
            return f"{end:%Y}", f"{end:%B}"
        if self.name in ("calendar_years", "reporting_years"):
            return f"{end:%Y}", self.identifier
        first = end.year if (end.month, end.day) > (8, 31) else end.year - 1
        if self.name == "financial_years":
            first = end.year if end.month > 3 else end.year - 1
        return f"{first}{(first + 1) % 100:02d}", self.identifier or _term(end)


def _term(end: date) -> str:
    return {12: "Autumn term", 8: "Summer term"}.get(end.month, "Spring term")


def window_of(basis: str, start: date, end: date) -> str:
    """What a figure covers: its basis, and of a yearly one, which may be of any year, what its days say."""
    if basis != "annual":
        return basis
    if start == end:
        return "day"
    begins, ends = (start.month, start.day), (end.month, end.day)
    if (begins, ends) == ((1, 1), (12, 31)) and start.year == end.year:
        return "calendar_year"
    if (begins, ends) == ((4, 1), (3, 31)):
        return {1: "financial_year", 3: "three_financial_years"}.get(end.year - start.year, "other")
    return "other"


UNITS = (
    Unit("months", "Figures by month", {
        "rolling12": "Year to the end of the month", "rolling36": "Three years to the end of the month",
        "snapshot": "At the end of the month", "day": "On a day in the month", "other": "Period that ends in the month",
    }),
    Unit("financial_years", "Figures by financial year", {
        "fy": "Financial year", "financial_year": "Financial year",
        "three_financial_years": "Three financial years together, of which this is the last",
    }, "Financial year"),
    Unit("academic_years", "Figures by academic year", {"academic_year": "Academic year"}, "Academic year"),
    Unit("autumn_and_spring_terms", "Figures of autumn and spring term",
         {"academic_year_autumn_spring": "Autumn and spring term"}, "Autumn and spring term"),
    Unit("terms", "Figures by term", {"term": "Term"}),
    Unit("calendar_years", "Figures by calendar year", {"calendar_year": "Calendar year"}, "Calendar year"),
    Unit("reporting_years", "Figures of December to February",
         {"december_to_february": "December to February"}, "Reporting year"),
)  # fmt: skip


@dataclass(frozen=True)
class File:
    """The rows of a unit of time, as texts, and the indicators in them."""

    unit: Unit
    rows: tuple[tuple[str, ...], ...]
    indicators: tuple[str, ...]
    filters: tuple[str, ...]
    """What is the same in every row is none."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The headings."""
        return (*PLACE, *self.filters, *AMOUNTS)


FIGURES = """
    select figures.period_start, figures.period_end, figures.basis, indicators.title, areas.region_code,
        areas.region_name, areas.dfe_code, areas.area_code, areas.area_name, figures.numerator, figures.denominator,
        figures.value, figures.status, indicators.published_decimals, figures.indicator_id
    from marts.rpt_figures as figures
    inner join marts.dim_indicators as indicators on figures.indicator_id = indicators.indicator_id
    inner join marts.dim_areas as areas on figures.area_code = areas.area_code
    where figures.edition = 'public'
    order by areas.area_code, indicators.plan_order, figures.period_end
"""


def read_files(connection: duckdb.DuckDBPyConnection) -> list[File]:
    """A file for each unit of time that has figures."""
    found = [
        (window_of(basis, start, end), row)
        for row in connection.execute(FIGURES).fetchall()
        for start, end, basis in [row[:3]]
    ]
    files = (
        _file(unit, [(unit.windows[name], row) for name, row in found if name in unit.windows])
        for unit in UNITS
    )
    return [file for file in files if file.rows]


def _file(unit: Unit, found: list[tuple[str, tuple[Any, ...]]]) -> File:
    filters = FILTERS if len({words for words, _ in found}) > 1 else FILTERS[:1]
    rows = tuple(
        (
            *unit.time_of(end), "Local authority", *COUNTRY, region or NOT_AVAILABLE, region_name or NOT_AVAILABLE,
            dfe_code or NOT_AVAILABLE, area_code, area_name, *(title, words)[: len(filters)],
            *_amounts(numerator, denominator, value, status, decimals),
        )
        for words, (_, end, _, title, region, region_name, dfe_code, area_code, area_name, numerator, denominator, value,
        status, decimals, _) in found
    )  # fmt: skip
    return File(unit, rows, tuple(dict.fromkeys(row[-1] for _, row in found)), filters)


def _amounts(
    numerator: float | None, denominator: float | None, value: float | None, status: str, decimals: int
) -> tuple[str, str, str]:  # fmt: skip
    """The amounts as the pages print them; a symbol where there is none."""
    symbol = SYMBOLS.get(status, NOT_AVAILABLE)
    return (
        symbol if numerator is None else _number(numerator, 0),
        symbol if denominator is None else _number(denominator, 0),
        symbol if value is None else _number(value, decimals),
    )


def _number(value: float, decimals: int) -> str:
    text = f"{value:.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
