"""A public pack as somebody has it who was handed its files: the counts and values of every page, sheet and table.

Nothing of the product is used to read them. Every kind of file in the pack is read; a kind that nobody reads stops it.
"""

from __future__ import annotations

import csv
import json
import re
from calendar import month_name
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
from lxml import html
from pypdf import PdfReader

WITHHELD = "[c]"
PARTS = ("Numerator", "Denominator", "Value")
OPEN_DATA = "data"
MONTHS = {"year to": 12, "three years to": 36, "at": 0}


@dataclass(frozen=True, order=True)
class Cell:
    """A number in a table: of which measure, which part of it, and over which period as it is printed."""

    number: str
    part: str
    period: str

    @property
    def end(self) -> date | None:
        """The last day of the period, where it names one."""
        found = re.search(r"\d+ \w{3} \d{4}$", self.period)
        return datetime.strptime(found[0], "%d %b %Y").date() if found else None

    @property
    def months(self) -> list[int]:
        """The months of the period, counted from the year 0; none of a day or of a period of another kind."""
        begins = re.sub(r" ?\d+ \w{3} \d{4}$", "", self.period)
        if self.end is None or begins not in MONTHS:
            return []
        last = self.end.year * 12 + self.end.month
        return list(range(last - MONTHS[begins] + 1, last + 1))


Table = Mapping[Cell, float | None]
"""None where the number is withheld."""
Row = tuple[str, str, str, str, str]
"""Number of the measure, period, numerator, denominator and value, as they are written."""


def read_pack(
    folder: Path, reports: Iterable[str] = ("committee", "standards", "explore")
) -> dict[Cell, float | None]:
    """What all files of a pack say together: a number that one of them withholds may stand in another."""
    found: dict[Cell, float | None] = {}
    for path in sorted(folder.iterdir()):
        read = _from_open_data if path.is_dir() and path.name == OPEN_DATA else READERS[path.suffix]
        if path.stem in (*reports, OPEN_DATA):
            for cell, shown in cells_of(read(path)):
                if found.get(cell) is None:
                    found[cell] = shown
    return found


def cells_of(rows: Iterable[Row]) -> Iterator[tuple[Cell, float | None]]:
    """The numbers of rows; what was never there is none."""
    for number, period, *shown in rows:
        for part, text in zip(PARTS, shown, strict=True):
            plain = text.replace(",", "").rstrip("%")
            if plain == WITHHELD:
                yield Cell(number, part, period), None
            elif re.fullmatch(r"-?\d+(\.\d+)?", plain):
                yield Cell(number, part, period), float(plain)


def _from_workbook(path: Path) -> Iterator[Row]:
    book = openpyxl.load_workbook(path, read_only=True)
    for sheet in book.sheetnames:
        rows = ([str(cell) for cell in row] for row in book[sheet].iter_rows(values_only=True))
        yield from _from_table(rows)


def _from_csv(path: Path) -> Iterator[Row]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from _from_table(csv.reader(file))


def _from_table(rows: Iterable[list[str]]) -> Iterator[Row]:
    """The rows below a heading that names number, period, numerator, denominator and value."""
    wanted = ("Number", "Period", *PARTS)
    place: dict[str, int] = {}
    for row in rows:
        if set(wanted) <= {*row}:
            place = {heading: number for number, heading in enumerate(row)}
        elif place:
            number, period, *shown = (row[place[heading]] for heading in wanted)
            yield (number, period, *shown)


def _from_open_data(folder: Path) -> Iterator[Row]:
    """The figures of the authority that the package is named for, with the periods that pages name."""
    home = json.loads((folder / "datapackage.json").read_text("utf-8"))["title"].partition(" of ")[
        2
    ]
    with (folder / "indicators.csv").open(encoding="utf-8", newline="") as file:
        numbers = {row["title"]: row["position"] for row in csv.DictReader(file)}
    for path in sorted(folder.iterdir()):
        if path.name.endswith((".meta.csv", ".json")) or path.name == "indicators.csv":
            continue
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                number, period = numbers[row["indicator"]], _period_of(row)
                if number and period and row["la_name"] == home:
                    shown = (row[name] for name in ("numerator", "denominator", "figure"))
                    yield (number, period, *(WITHHELD if text == "c" else text for text in shown))


def _period_of(row: Mapping[str, str]) -> str:
    """The period as pages name it; nothing for one that they give from day to day."""
    year, identifier = row["time_period"], row["time_identifier"]
    if identifier in month_name:
        first = date(int(year), [*month_name].index(identifier), 1)
        last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        covered = row["period_covered"].partition(" the end of the month")[0]
        return f"{covered[:1].lower()}{covered[1:]} {last.day} {last:%b %Y}"
    years = f"{year[:4]}/{year[4:]}"
    return {
        "Academic year": f"academic year {years}", "Autumn and spring term": f"autumn and spring terms {years}",
        "Calendar year": year,
    }.get(identifier, "")  # fmt: skip


def _from_page(path: Path) -> Iterator[Row]:
    page = html.fromstring(path.read_text(encoding="utf-8"))
    for figures in page.xpath("//script[@type='application/json']/text()"):
        yield from _from_explored(json.loads(figures))
    for panel in page.xpath("//section[@class='panel']"):
        [heading] = panel.xpath("./h3")
        number = heading.text_content().split()[0]
        for row in panel.xpath("./details//tbody/tr"):
            period, numerator, denominator, value, *_ = (one.text_content().strip() for one in row)
            yield number, period[:1].lower() + period[1:], numerator, denominator, value
    for row in page.xpath(
        "//table[contains(@class, 'overview')]/tbody/tr[td[contains(@class, 'position')]]"
    ):
        number, _, *shown = row
        if len(shown) == 1:
            # A line without a value says why in one cell: value, period and the reason.
            value, period = (
                one.strip() for one in shown[0].text_content().partition(":")[0].split(",", 1)
            )
            yield number.text_content(), period[:1].lower() + period[1:], "", "", value
            continue
        value, counts, period, *_ = shown
        numerator, _, denominator = counts.text_content().partition(" / ")
        said = (period.text or "").strip()
        yield (
            number.text_content(), said[:1].lower() + said[1:], numerator.strip(),
            denominator.strip(), value[0].text_content(),
        )  # fmt: skip


def _from_explored(held: Mapping[str, Any]) -> Iterator[Row]:
    """What a page that is made in the browser holds, shown or not; a value that only the chart has counts as shown."""
    for one in held["indicators"]:
        for _, period, numerator, denominator, value, charted, *_ in one["rows"]:
            if one["number"]:
                said = period[:1].lower() + period[1:]
                yield one["number"], said, numerator, denominator, value
                yield one["number"], said, "", "", "" if charted is None else str(charted)


_COUNT = r"(?:\[c\]|[\d,]+(?:\.\d+)?)"
_FIGURE = re.compile(
    r"\b(?P<number>(?:SC|ED)\d+\w*(?:\.\w+)?) "
    rf"|(?P<counts>{_COUNT} / {_COUNT}|\[c\]) (?P<period>(?:Year to|Three years to|At) \d+ \w{{3}} \d{{4}})"
)


def _from_pdf(path: Path) -> Iterator[Row]:
    """The counts of the newest figures, each after the number of its measure."""
    text = " ".join(" ".join(page.extract_text().split()) for page in PdfReader(path).pages)
    number = ""
    for found in _FIGURE.finditer(text):
        number = found["number"] or number
        if found["counts"]:
            numerator, _, denominator = found["counts"].partition(" / ")
            period = found["period"]
            yield number, period[:1].lower() + period[1:], numerator, denominator or numerator, ""


READERS: Mapping[str, Callable[[Path], Iterable[Row]]] = {
    ".xlsx": _from_workbook, ".html": _from_page, ".pdf": _from_pdf, ".csv": _from_csv,
}  # fmt: skip
