"""How every workbook is written: title, explanation and one marked-up table per sheet, drop-downs, language.

Follows the essential rules of Government Analysis Function, Releasing statistics in spreadsheets, 2021. What a
report, form or worklist says is its own module's. Text is written as text, so that no cell becomes a formula or a link.
"""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import xlsxwriter

CORE, LANGUAGE = "docProps/core.xml", b"<dc:language>en-GB</dc:language></cp:coreProperties>"
FONT = {"font_name": "Arial", "font_size": 10}


class AccessibleBook:
    """A workbook with the formats that its sheets share; written whole when the context ends well."""

    def __init__(self, path: Path, title: str, subject: str, made_on: date | None = None) -> None:
        self.path, self.partial = path, path.with_suffix(".partial")
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        options = {
            "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
            "default_date_format": "yyyy-mm-dd",
        }  # fmt: skip
        self.book = xlsxwriter.Workbook(str(self.partial), options)
        self.book.set_properties(
            {"title": title, "subject": subject, "company": ""} | _dated(made_on)
        )
        self.title = self.book.add_format({**FONT, "bold": True, "font_size": 14})
        self.heading = self.book.add_format(
            {**FONT, "bold": True, "text_wrap": True, "valign": "top"}
        )
        self.plain = self.book.add_format(FONT)
        self.text = self.book.add_format({**FONT, "text_wrap": True, "valign": "top"})
        self.day = self.book.add_format({**FONT, "num_format": "yyyy-mm-dd", "valign": "top"})

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
    ) -> None:
        if kind is None:
            self.book.close()
            _with_language(self.partial, self.path)
            self.path.chmod(0o600)

    def sheet(self, name: str, title: str, lines: Sequence[str]) -> tuple[Any, int]:
        """A sheet with its title in A1 and lines below it; the first free row."""
        sheet = self.book.add_worksheet(name)
        sheet.write_string(0, 0, title, self.title)
        for number, line in enumerate(lines, start=1):
            sheet.write_string(number, 0, line, self.plain)
        return sheet, len(lines) + 1

    def table(
        self,
        sheet: Any,
        first: int,
        name: str,
        headings: Sequence[str],
        rows: Sequence[Sequence[Any]],
    ) -> None:
        """A marked-up table; an empty one has one empty row, as Excel wants it."""
        last = first + max(len(rows), 1)
        sheet.add_table(
            first, 0, last, len(headings) - 1,
            {"name": name, "columns": [{"header": heading, "header_format": self.heading} for heading in headings], "autofilter": False,
             "style": "Table Style Light 1"},
        )  # fmt: skip
        for place, row in enumerate(rows, start=first + 1):
            for column, value in enumerate(row):
                self._put(sheet, place, column, value)

    def _put(self, sheet: Any, row: int, column: int, value: Any) -> None:
        if value == "":
            return  # one cell in three of a worklist: its column has the format already
        if isinstance(value, str):
            sheet.write_string(row, column, value, self.text)
        elif isinstance(value, int | float):
            sheet.write_number(row, column, value, self.text)
        elif value is not None:
            sheet.write_datetime(row, column, value, self.day)
        else:
            sheet.write_blank(row, column, None, self.text)

    def explained(
        self,
        cover: Sequence[str],
        sheets: Sequence[tuple[str, str]],
        notes: Sequence[tuple[str, str]],
    ) -> None:
        """The cover, the list of sheets and what to fill in column by column, before the sheets themselves."""
        title, *lines = cover
        sheet, _ = self.sheet("Cover", title, lines)
        sheet.set_column(0, 0, 110)
        sheet, first = self.sheet("Contents", "Contents of this workbook", ["One table per sheet."])
        listed = [("Notes", "What to fill in, column by column"), *sheets]
        self.table(sheet, first, "contents", ("Sheet", "What it holds"), listed)
        sheet.set_column(0, 1, 40)
        sheet, first = self.sheet(
            "Notes", "Notes: what to fill in", ["One row per column that is filled in."]
        )
        self.table(sheet, first, "notes", ("Column", "What to fill in"), notes)
        sheet.set_column(0, 0, 20)
        sheet.set_column(1, 1, 100)


def drop_down(
    sheet: Any, rows: tuple[int, int], column: int, heading: str, values: Sequence[str]
) -> None:
    """Let the cells of a column be chosen from a list; raises ValueError for one that the list would cut in two."""
    if any("," in value for value in values):
        raise ValueError(f"{heading}: a comma ends a value of a drop-down list")
    sheet.data_validation(
        rows[0], column, rows[1], column,
        {"validate": "list", "source": list(values), "input_title": heading,
         "input_message": "Choose from the list", "error_title": heading,
         "error_message": "Choose a value of the list"},
    )  # fmt: skip


def _dated(made_on: date | None) -> dict[str, datetime]:
    """The day of the knowledge in place of the clock's, so that a report rendered again is the same file."""
    if made_on is None:
        return {}
    return {"created": datetime(made_on.year, made_on.month, made_on.day, tzinfo=UTC)}


def _with_language(partial: Path, path: Path) -> None:
    """Say the language, which the writer has no setting for."""
    with (
        zipfile.ZipFile(partial) as source,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as target,
    ):
        for item in source.infolist():
            content = source.read(item)
            if item.filename == CORE:
                content = content.replace(b"</cp:coreProperties>", LANGUAGE)
            target.writestr(item.filename, content)
    partial.unlink()
